// The voice on a page: a strip that says who listens or speaks, captions, and the dialog "Voice". Its Python half is
// voice.py: event  caption {thought, from, to, lang};  methods  captioned(thought, from, to, lang), change(state).
// The message box has the microphone's button: see composer/dictating.js for what they tell each other.
// What listens, thinks and speaks is in voice/, and is fetched when somebody first wants it.
import { language, load, save } from "thinkaloud-voice/settings.js";
import { listen } from "thinkaloud-voice/told.js";
import { talkKeys } from "thinkaloud-voice/keys.js";
import { VoiceDialog } from "thinkaloud-voice/dialog.js";

const NAMES = { idle: "", listening: "Listening…", thinking: "Thinking…", speaking: "Speaking" };
const ICONS = { idle: "graphic_eq", listening: "mic", thinking: "more_horiz", speaking: "volume_up" };
const TAB = "ta-voice-tab"; // the window that was used last: only that one speaks of its own accord
const LINGERS = 6000; // ms that a caption stays when nothing follows it
const LOST = "The server does not answer, so there is no voice here yet: try again in a moment.";

export default {
  template: `
    <div class="ta-voice">
      <p v-if="trouble" class="ta-voice-trouble" role="alert"><q-icon name="error" aria-hidden="true" />
        <span>{{ trouble }}</span>
        <button type="button" class="ta-all" @click="open">Voice settings</button>
        <button type="button" class="ta-tool" aria-label="Dismiss" @click="trouble = ''"><q-icon name="close" /></button>
      </p>
      <div v-if="mode !== 'idle'" class="ta-voice-strip" :data-mode="mode" role="group" aria-label="Voice">
        <span class="ta-voice-sign" aria-hidden="true"><q-icon :name="ICONS[mode]" /></span>
        <b class="ta-voice-mode">{{ writing ? "One moment…" : NAMES[mode] }}</b>
        <span class="ta-voice-says" :lang="said ? said.lang : null">{{ mode === "speaking" && said ? said.text : hint }}</span>
        <button type="button" class="ta-tool" :aria-pressed="settings.conversation ? 'true' : 'false'"
                aria-label="Conversation" data-tip="Conversation: listen again after each answer"
                @click="set({ conversation: !settings.conversation })"><q-icon name="forum" /></button>
        <button type="button" class="ta-tool" aria-haspopup="dialog" aria-label="Voice settings" data-tip="Voice settings"
                @click="open"><q-icon name="tune" /></button>
        <button type="button" class="ta-tool" aria-label="End talking" data-tip="End" @click="leave"><q-icon name="close" /></button>
      </div>
      <p class="ta-offscreen" role="status">{{ spokenOf }}</p>
      <Teleport to="body">
        <p v-if="caption" class="ta-caption" :lang="caption.lang" aria-hidden="true"><span>{{ caption.text }}</span></p>
      </Teleport>
      <voice-dialog ref="dialog" :settings="settings" :service="served" :trouble="hindrance || trouble" :voiceless="voiceless" @set="set" @try="tryOut" @service="serve" />
    </div>`,

  components: { VoiceDialog },
  props: { session: String, service: Object, state: Object }, // state: may
  emits: ["caption"],

  data() {
    return { ...this.state, settings: load(), served: this.service, mode: "idle", runs: false, writes: false, trouble: "", hindrance: "", voiceless: false, said: null, shown: null, ICONS, NAMES };
  },

  computed: {
    hint() {
      if (this.writing) return "What you said is being written down.";
      if (this.mode === "listening") return this.settings.sends ? "Speak; it is sent when you pause." : "Speak; you send it.";
      return this.mode === "thinking" ? "The answer will be spoken." : "";
    },
    /** It records no more, and its words are on their way. */
    writing() {
      return this.mode === "listening" && this.writes;
    },
    /** For a screen reader: not while somebody listens, who would hear it. */
    spokenOf() {
      return this.mode === "thinking" ? "Heard" : "";
    },
    caption() {
      if (this.shown && this.captioning) return this.shown;
      return this.settings.captions && this.mode === "speaking" ? this.said : null;
    },
    /** Those who may only watch see what is being spoken elsewhere; others if they want it. */
    captioning() {
      return !this.may || this.settings.captions;
    },
  },

  watch: {
    state(state) {
      this.change(state);
    },
    may(may) {
      if (!may) this.leave(); // it was deleted, or they may only watch from now on
    },
    runs() {
      this.tell("ta-voice", { mode: this.mode, runs: this.runs });
    },
    mode(mode) {
      this.tell("ta-voice", { mode, runs: this.runs });
      document.body.classList.toggle("ta-talking", mode !== "idle");
      if (mode !== "idle") this.channel?.postMessage("mine"); // one window of a browser talks at a time
    },
  },

  created() {
    this.voice = null; // not reactive: it has timers and streams
    this.ends = this.hides = 0; // how often talking was ended, and the page hidden: also while the voice is fetched
    this.handlers = {
      "ta-mic": ({ detail }) => this.mic(detail.what),
      "ta-stopped": () => this.voice?.conversation.stopped(),
      "ta-unsent": () => this.voice?.conversation.unsent(),
      "ta-sent": () => {
        this.trouble = ""; // they go on without
        this.voice?.conversation.sent();
      },
      "ta-read": ({ detail }) => this.read(detail),
      "ta-voice-settings": () => this.open(),
      focus: () => this.used(),
      pagehide: () => this.left(),
      ...talkKeys((what) => this.may && this.mic(what)),
    };
  },

  mounted() {
    for (const [event, handler] of Object.entries(this.handlers)) window.addEventListener(event, handler);
    document.body.classList.toggle("ta-speaks", "speechSynthesis" in window || this.served.speaks);
    document.addEventListener("visibilitychange", this.onHidden);
    try {
      this.channel = new BroadcastChannel("ta-voice");
      this.channel.onmessage = () => this.leave();
    } catch {} // there is none, or it is forbidden as storage is
    if (document.hasFocus() || wasLast()) this.used();
    if (this.settings.aloud || this.settings.conversation) this.wakeFor(); // answers are to be spoken without being asked for
  },

  unmounted() {
    for (const [event, handler] of Object.entries(this.handlers)) window.removeEventListener(event, handler);
    document.removeEventListener("visibilitychange", this.onHidden);
    clearTimeout(this.fading);
    this.channel?.close();
    this.leave();
    this.waking?.then((voice) => voice?.close()); // also if it has yet to come
  },

  methods: {
    // ── called from Python ──
    change(state) {
      Object.assign(this, state);
    },
    async captioned(thought, from, to, lang) {
      clearTimeout(this.fading);
      const newest = (this.newest = {});
      if (!thought) return void (this.shown = null);
      if (!this.captioning) return;
      const captions = await import("thinkaloud-voice/captions.js").catch(() => null); // with the server gone
      if (!captions || newest !== this.newest) return;
      const text = captions.spoken({ thought, from, to, lang });
      if (text) this.shown = { text, lang };
      this.fading = setTimeout(() => (this.shown = null), LINGERS + text.length * 60);
    },

    // ── below ──
    /** It speaks from now on, although it has yet to be fetched. */
    wakeFor() {
      const past = [];
      const stop = listen((...told) => past.push(told));
      this.wake(past).finally(stop);
    },
    /** The voice; null where it cannot be fetched. */
    async wake(past) {
      const lost = () => (this.waking = null); // the next try may succeed
      this.waking ??= import("thinkaloud-voice").then(({ Voice }) => {
        const on = {
          state: ({ mode, ending, run, due }) => Object.assign(this, { mode, writes: ending !== "", runs: Boolean(run) || due }),
          words: (text) => this.tell("ta-words", { text }),
          send: (text) => this.tell("ta-send", { text }),
          stop: () => this.tell("ta-stop"),
          tell: (sentence) => (this.trouble = sentence),
          caption: (said) => this.say(said),
          voiceless: (is) => (this.voiceless = is),
        };
        const elsewhere = () => this.mode === "idle" && this.tab !== (lastUsed() ?? this.tab);
        const { session, served: service, settings } = this;
        this.voice = new Voice({ session, service, settings, on, hidden: document.hidden, elsewhere, past });
        return this.voice;
      }, lost);
      return this.waking;
    },
    async mic(what) {
      if (what === "warm") return void this.wake(); // so that nothing has to be fetched once it is pressed
      this.trouble = "";
      if (what === "leave") return this.leave();
      const { ends, hides } = this;
      const voice = await this.wake();
      if (ends !== this.ends || hides !== this.hides) return; // nobody waits for it any more
      if (!voice) return void (this.trouble = LOST);
      this.hindrance = voice.hindrance;
      if (!this.hindrance || what === "release") return voice.conversation[what]();
      voice.conversation.leave(); // who wants to talk wants silence, too
      this.open();
    },
    async read(answer) {
      this.trouble = "";
      const { ends } = this;
      const voice = await this.wake();
      if (ends !== this.ends) return;
      if (voice) voice.conversation.read(answer);
      else this.trouble = LOST;
    },
    tryOut(text) {
      return this.read({ id: "", text });
    },
    onHidden() {
      if (document.hidden) this.hides += 1;
      this.voice?.conversation.hidden(document.hidden);
    },
    leave() {
      this.ends += 1;
      this.voice?.conversation.leave();
    },
    left() {
      this.leave();
      if (this.tab && this.tab === lastUsed()) kept(() => sessionStorage.setItem(TAB, "last")); // it may only be loaded anew
    },
    open() {
      this.$refs.dialog.open();
    },
    set(change) {
      this.settings = { ...this.settings, ...change };
      save(this.settings);
      if (this.voice) this.voice.set(this.settings);
      if (this.hindrance) this.hindrance = this.voice.hindrance; // it may be gone with that
      if (this.voice) return;
      if (this.settings.aloud || this.settings.conversation) this.wakeFor();
    },
    serve(service) {
      this.served = service;
      this.voice?.serve(service);
      if (this.hindrance) this.hindrance = this.voice.hindrance;
    },
    say(said) {
      this.said = said && { ...said, lang: language(this.settings) };
      if (!this.may) return;
      const { thought, from, to } = said?.to ? said : { thought: "", from: 0, to: 0 }; // a sign is in no thought's words
      this.$emit("caption", { thought, from, to, lang: language(this.settings) });
    },
    tell(name, detail) {
      window.dispatchEvent(new CustomEvent(name, { detail }));
    },
    used() {
      this.tab ??= Math.random().toString(36).slice(2);
      kept(() => localStorage.setItem(TAB, this.tab));
    },
  },
};

function lastUsed() {
  return kept(() => localStorage.getItem(TAB));
}

/** Whether this page was that window until it was loaded anew, which it may be with the focus elsewhere. */
function wasLast() {
  const last = kept(() => sessionStorage.getItem(TAB));
  kept(() => sessionStorage.removeItem(TAB));
  return Boolean(last);
}

/** Null where nothing may be kept: then every window is by itself. */
function kept(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
