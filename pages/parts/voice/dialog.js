// The dialog "Voice": how this person talks with agents. Everything in it counts at once, and stays in this browser.
import { languages } from "./settings.js";
import { means, recognises, synthesises } from "./means.js";
import { TALK } from "./keys.js";

const SAMPLE = "This is how I sound. You may interrupt me at any time.";

export const VoiceDialog = {
  template: `
    <dialog ref="dialog" class="ta-sheet ta-voice-sheet" tabindex="-1" aria-labelledby="ta-voice-title" @mousedown.self="close"
            @keydown.esc.stop.prevent="close">
      <div class="ta-sheet-head">
        <h2 id="ta-voice-title">Voice</h2>
        <button type="button" class="ta-tool" aria-label="Close" @click="close"><q-icon name="close" /></button>
      </div>
      <p class="ta-sheet-line" :class="{ 'ta-wrong': trouble }">{{ trouble || LINE }}</p>
      <div class="ta-sheet-body">
        <label class="ta-field">Language
          <select :value="settings.lang" @change="$emit('set', { lang: $event.target.value })">
            <option value="">As the browser’s</option>
            <option v-for="one in languages" :key="one.id" :value="one.id">{{ one.name }}</option>
          </select>
        </label>
        <fieldset>
          <legend>You speak</legend>
          <label v-if="service.listens" class="ta-field">Understood by
            <select :value="means.hear" @change="$emit('set', { hear: $event.target.value })">
              <option value="browser" :disabled="!recognises">This browser{{ recognises ? "" : " (it cannot)" }}</option>
              <option value="service">The server’s speech service</option>
            </select>
          </label>
          <p v-if="localNote" class="ta-voice-note">{{ localNote }}
            <button v-if="offered === 'downloadable' || offered === 'unfetched'" type="button" class="ta-all" @click="onInstall">Fetch it</button>
          </p>
          <label v-for="one in SPEAKING" v-show="one.name !== 'local' || offered === 'available'" :key="one.name" class="ta-check">
            <input type="checkbox" :checked="settings[one.name]" @change="$emit('set', { [one.name]: $event.target.checked })">
            <span>{{ one.label }}<small>{{ one.note }}</small></span>
          </label>
        </fieldset>
        <fieldset>
          <legend>The agent speaks</legend>
          <label v-for="one in HEARING" :key="one.name" class="ta-check">
            <input type="checkbox" :checked="settings[one.name]" @change="$emit('set', { [one.name]: $event.target.checked })">
            <span>{{ one.label }}<small>{{ one.note }}</small></span>
          </label>
          <label v-if="service.speaks" class="ta-field">Spoken by
            <select :value="means.say" @change="$emit('set', { say: $event.target.value })">
              <option value="browser" :disabled="!synthesises || voiceless">This browser{{ synthesises && !voiceless ? "" : " (it cannot)" }}</option>
              <option value="service">The server’s speech service</option>
            </select>
          </label>
          <label class="ta-field">Voice
            <select :value="settings.voice[means.say] ?? ''" @change="onVoice($event.target.value)">
              <option value="">{{ voices.length ? "The usual one" : noVoices }}</option>
              <option v-for="one in voices" :key="one.id" :value="one.id">{{ one.name }}</option>
            </select>
          </label>
          <label class="ta-field">Speed <output>{{ settings.rate.toFixed(1) }} ×</output>
            <input type="range" min="0.5" max="2" step="0.1" :value="settings.rate" @input="$emit('set', { rate: +$event.target.value })">
          </label>
          <label v-if="means.say === 'browser'" class="ta-field">Pitch <output>{{ settings.pitch.toFixed(1) }}</output>
            <input type="range" min="0" max="2" step="0.1" :value="settings.pitch" @input="$emit('set', { pitch: +$event.target.value })">
          </label>
          <div class="ta-dialog-row">
            <button type="button" class="ta-btn ta-quiet" :disabled="settings.quiet" @click="$emit('try', SAMPLE)">Try it</button>
          </div>
        </fieldset>
      </div>
      <p class="ta-sheet-foot">{{ foot }}</p>
    </dialog>`,

  props: { settings: Object, service: Object, trouble: String, voiceless: Boolean }, // voiceless: as in means.js
  emits: ["set", "try", "service"],

  data: () => ({
    languages: languages(),
    voices: [],
    offered: "unknown", // whether the browser recognises this language on the device
    recognises: recognises(),
    synthesises: synthesises(),
    LINE: `Press the microphone, or ${TALK}, and speak; hold either to talk as long as you hold it.`,
    SAMPLE,
    SPEAKING: [
      { name: "sends", label: "Send when I pause", note: "Otherwise the words wait in the message box." },
      { name: "conversation", label: "Conversation", note: "Listen again after each answer." },
      { name: "headphones", label: "I wear headphones", note: "Then you can interrupt by speaking; without them it would hear itself." },
      { name: "local", label: "Recognise on this device", note: "Nothing that you say leaves it." },
    ],
    HEARING: [
      { name: "aloud", label: "Speak every answer", note: "Otherwise only answers to what you asked by voice." },
      { name: "signs", label: "Say what it does on the way", note: "“Searching… found three results.”" },
      { name: "captions", label: "Captions", note: "What is spoken, in large letters at the bottom of the page." },
      { name: "quiet", label: "A screen reader reads to me", note: "Then nothing is spoken here; you can still talk." },
    ],
  }),

  computed: {
    /** Who really does it: what was chosen may not be there. */
    means() {
      return means(this.settings, this.service, this.voiceless);
    },
    noVoices() {
      return this.means.say === "service" ? "The service’s own" : "This browser has no voice";
    },
    localNote() {
      if (this.offered === "downloading") return "The browser is fetching what it needs to recognise this language here.";
      if (this.offered === "unfetched") return "The browser could not fetch what it needs: is it online?";
      return this.offered === "downloadable" ? "The browser can fetch what it needs to recognise this language on this device." : "";
    },
    foot() {
      if (!this.means.hear) return "This browser cannot understand speech, and this server has no speech service.";
      if (this.means.hear === "browser") {
        if (this.settings.local && this.offered === "available") return "What you say does not leave this device until it is sent.";
        return "What you say goes to the browser’s own speech service, its maker’s as a rule; nothing of it is kept here.";
      }
      const kept = this.service.kept ? "this server keeps it." : "nothing of it is kept here.";
      return `What you say is recorded for the server’s speech service; ${kept}`;
    },
  },

  unmounted() {
    this.deafen?.();
  },

  watch: {
    "means.hear": "look",
    "means.say": "look",
    "settings.lang": "look",
  },

  methods: {
    open() {
      if (this.$refs.dialog.open) return;
      this.$refs.dialog.showModal();
      this.$refs.dialog.focus();
      this.shown = true;
      this.look();
    },
    close() {
      this.$refs.dialog.close();
    },
    /** What there is to choose from: only now, since it takes a moment. */
    async look() {
      if (!this.shown) return;
      const { local, ownVoices, served } = await import("./offers.js");
      const now = await served(); // a key may have been given since
      if (now) this.$emit("service", { listens: now.listens, speaks: now.speaks, kept: now.kept });
      this.deafen?.();
      if (this.means.say === "service") this.voices = now?.voices ?? [];
      else this.deafen = ownVoices(this.settings, (voices) => (this.voices = voices));
      this.offered = this.means.hear === "service" ? "unavailable" : await local(this.settings);
    },
    async onInstall() {
      this.offered = "downloading";
      const { install } = await import("./offers.js");
      this.offered = await install(this.settings);
    },
    onVoice(id) {
      this.$emit("set", { voice: { ...this.settings.voice, [this.means.say]: id } });
    },
  },
};
