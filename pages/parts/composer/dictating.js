// The microphone's button, and words that are spoken instead of typed: the part of the message box (a Vue mixin, and
// its bit of the template) that knows about the voice. All else about it is voice.js, on the same page; between them:
//
// to the voice      ta-mic {what: "press" | "hold" | "release" | "leave" | "warm"}, ta-stopped, ta-unsent
// from the voice    ta-voice {mode, runs: a run it knows of, or a message on its way}, ta-words {text}: what was heard so far, ta-send {text}: … and now it goes, ta-stop
import { HELD } from "thinkaloud-voice/keys.js";

export const MICROPHONE = `
  <button v-if="may" type="button" class="ta-tool ta-mic" :class="{ 'ta-on': mode !== 'idle' }" :disabled="gone"
          :aria-pressed="mode === 'listening' ? 'true' : 'false'" aria-label="Talk" :data-tip="talkTip"
          @pointerenter="mic('warm')" @pointerdown="onMicDown" @pointerup="onMicUp" @pointercancel="onMicUp" @contextmenu.prevent @click="onMic">
    <q-icon :name="mode === 'listening' ? 'mic' : 'mic_none'" />
  </button>`;

export const dictating = {
  data: () => ({ mode: "idle", runs: false, heard: "" }), // heard: the words at the end of the text that came by voice

  computed: {
    speaking() {
      return this.mode === "speaking";
    },
    talkTip() {
      if (this.mode === "listening") return "Send what you said";
      return this.mode === "idle" ? "Talk; hold to talk while you hold" : "Interrupt and talk";
    },
  },

  created() {
    this.voices = {
      "ta-voice": ({ detail }) => {
        this.mode = detail.mode;
        this.runs = detail.runs;
        this.typing = false;
        if (detail.mode !== "listening") this.heard = "";
      },
      "ta-words": ({ detail }) => this.hear(detail.text),
      "ta-send": ({ detail }) => this.sendHeard(detail.text),
      "ta-stop": () => this.$emit("stop"), // also of a run that this box has not heard of yet
    };
  },

  mounted() {
    for (const [event, handler] of Object.entries(this.voices)) window.addEventListener(event, handler);
  },

  unmounted() {
    clearTimeout(this.holding);
    for (const [event, handler] of Object.entries(this.voices)) window.removeEventListener(event, handler);
  },

  methods: {
    /** What was heard stands at the end of what was typed before; as it changes, only that part does. */
    hear(words) {
      if (this.typing) return;
      if (!this.heard || !this.text.endsWith(this.heard)) this.heard = "";
      const before = this.text.slice(0, this.text.length - this.heard.length);
      this.heard = words && (before && !/\s$/.test(before) ? " " : "") + words;
      this.text = before + this.heard;
    },
    sendHeard(words) {
      this.hear(words);
      this.heard = "";
      if (this.pending) this.unsent = true; // it goes once the one before has arrived: see `pending` below
      else this.sendNow();
    },
    sendNow() {
      this.send();
      if (!this.pending) window.dispatchEvent(new Event("ta-unsent")); // it cannot go: the person was told why
    },
    mic(what) {
      window.dispatchEvent(new CustomEvent("ta-mic", { detail: { what } }));
    },
    onMicDown(event) {
      if (event.button || !event.isPrimary) return;
      event.currentTarget.setPointerCapture(event.pointerId); // else nobody tells of a button that is let go elsewhere
      this.held = false;
      clearTimeout(this.holding);
      this.holding = setTimeout(() => {
        this.held = true;
        this.mic("hold");
      }, HELD);
    },
    onMicUp(event) {
      if (!event.isPrimary) return; // a second finger
      clearTimeout(this.holding);
      if (this.held) return this.mic("release");
      const { left, right, top, bottom } = event.currentTarget.getBoundingClientRect();
      const inside = event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
      if (inside) return; // a click follows
      this.held = true; // so that none counts: who lets go elsewhere has thought better of it
      setTimeout(() => (this.held = false));
    },
    onMic() {
      if (!this.held) this.mic("press"); // a click, by whatever means
      this.held = false;
    },
    /** Who types is not talking: what was heard stays, and is theirs to send. */
    onTyping() {
      if (this.mode !== "listening" || this.typing) return;
      this.typing = true;
      this.mic("leave");
    },
  },

  watch: {
    pending(now) {
      if (now || !this.unsent) return;
      this.unsent = false;
      this.$nextTick(() => this.sendNow());
    },
  },
};
