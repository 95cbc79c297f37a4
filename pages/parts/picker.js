// The badge in the header and the dialog in which a model is chosen. Its Python half is picker.py:
// events  look, choose {model};  methods  change(state), fill(shelves, vendors, sentence), refused(sentence).
// "ta-models" (a window event, from transcript/outcome.js or settings.js) opens it, too.
//
// A vendor may list hundreds of models: the first few of each are drawn, or those that are searched for.
import { connected, OFFLINE } from "thinkaloud-connection";

const FEW = 6; // models of a vendor until somebody wants all
const MANY = 40; // … that a search shows

export default {
  template: `
    <div>
      <span v-if="fixed" class="ta-badge ta-fixed" :title="'Model: ' + label"><span>{{ label }}</span></span>
      <button v-else type="button" class="ta-badge" aria-haspopup="dialog" :aria-label="'Model: ' + label"
              :title="label" @click="open"><span>{{ label }}</span></button>
      <span v-if="spent" class="ta-spent" title="What this session has cost, as an estimate, as far as prices are known">{{
        spent }}<span class="ta-wide"> this session</span></span>
      <dialog ref="dialog" class="ta-sheet" tabindex="-1" aria-labelledby="ta-picker-title" @close="onClose"
              @mousedown.self="close" @keydown="onKey">
        <div class="ta-sheet-head">
          <h2 id="ta-picker-title">Choose a model</h2>
          <button type="button" class="ta-tool" aria-label="Close" @click="close"><q-icon name="close" /></button>
        </div>
        <label class="ta-search">
          <q-icon name="search" />
          <input ref="search" v-model="wanted" type="search" aria-label="Search models" autocomplete="off" spellcheck="false"
                 autocapitalize="off" placeholder="Search, or type any name" @keydown.enter.prevent="chooseFirst">
        </label>
        <p class="ta-sheet-line" :class="{ 'ta-wrong': sentence }" role="status">{{ line }}</p>
        <div ref="body" class="ta-sheet-body">
          <div v-if="!shelves" class="ta-bones" aria-hidden="true"><i v-for="n in 7" :key="n"></i></div>
          <section v-for="shelf in shown" :key="shelf.vendor" :aria-labelledby="'ta-shelf-' + shelf.vendor">
            <h3 :id="'ta-shelf-' + shelf.vendor">{{ shelf.title }}
              <span v-if="shelf.found" class="ta-chip">found on this machine</span></h3>
            <p v-if="shelf.trouble" class="ta-shelf-trouble"><span>{{ shelf.trouble }}</span>
              <button v-if="shelf.settable" type="button" class="ta-btn ta-small" @click="toSettings(shelf.vendor)"
                      :aria-label="'Settings of ' + shelf.title">Settings</button></p>
            <ul v-if="shelf.offers.length">
              <li v-for="offer in shelf.offers" :key="offer.model">
                <button type="button" class="ta-offer" :aria-current="offer.model === model ? 'true' : null"
                        :disabled="busy !== null" :title="offer.model" @click="choose(offer.model)">
                  <span class="ta-offer-label">{{ offer.label }}</span>
                  <span v-if="offer.note" class="ta-chip">{{ offer.note }}</span>
                  <q-icon v-if="offer.model === model" name="check" aria-label="in use" />
                </button>
              </li>
            </ul>
            <button v-if="shelf.more && !words.length" type="button" class="ta-all" @click="all(shelf.vendor)">
              Show all {{ shelf.count }}</button>
            <p v-else-if="shelf.more" class="ta-none">… and {{ shelf.more }} more; go on typing.</p>
          </section>
          <section v-if="typed.length" aria-label="Any other name">
            <p v-if="!shown.length" class="ta-none">Nothing here is called “{{ wanted.trim() }}”.</p>
            <ul>
              <li v-for="offer in typed" :key="offer.model">
                <button type="button" class="ta-offer" :disabled="busy !== null" @click="choose(offer.model)">
                  <span class="ta-offer-label">Use “{{ offer.name }}”<template v-if="offer.title"> at {{ offer.title }}</template></span>
                </button>
              </li>
            </ul>
          </section>
        </div>
        <p class="ta-sheet-foot">Any other model: type its name, or <code>vendor:name</code>. It answers from the next message on.</p>
      </dialog>
    </div>`,

  props: { state: Object }, // state: model, label, spent, fixed; see state.py
  emits: ["look", "choose"],

  data() {
    return { ...this.state, shelves: null, vendors: [], looking: false, sentence: "", wanted: "", whole: [], busy: null };
  },

  computed: {
    words() {
      return this.wanted.toLowerCase().split(/\s+/).filter(Boolean);
    },
    shown() {
      const out = [];
      for (const shelf of this.shelves ?? []) {
        const found = shelf.offers.filter((offer) => this.words.every((word) => offer.text.includes(word)));
        if (this.words.length && !found.length) continue;
        const most = this.words.length ? MANY : this.whole.includes(shelf.vendor) ? Infinity : FEW;
        const offers = found.length <= most + 1 ? found : found.slice(0, most); // no button for one more
        out.push({ ...shelf, offers, count: found.length, more: found.length - offers.length });
      }
      return out;
    },
    /** What was typed, taken for the name of a model that is not listed. */
    typed() {
      const name = this.wanted.trim();
      if (!this.shelves || !name || /\s/.test(name)) return [];
      const [vendor, ...rest] = name.split(":");
      if (rest.join(":") && this.vendors.includes(vendor)) {
        const listed = this.shelves.some(({ offers }) => offers.some((offer) => offer.model === name));
        return listed ? [] : [{ model: name, name }];
      }
      if (this.shown.length) return [];
      const vendors = this.shelves.filter(({ vendor }) => !["demo", "agent"].includes(vendor));
      const there = vendors.filter(({ trouble, offers }) => !trouble || offers.length);
      return (there.length ? there : vendors).map(({ vendor, title }) => ({ model: `${vendor}:${name}`, name, title }));
    },
    line() {
      if (this.sentence) return this.sentence;
      if (this.looking) return "Looking for models…";
      const count = (this.shelves ?? []).reduce((sum, shelf) => sum + shelf.offers.length, 0);
      const found = this.words.length ? `${this.shown.reduce((sum, shelf) => sum + shelf.count, 0)} of ` : "";
      return found + (count === 1 ? "1 model" : `${count} models`);
    },
  },

  watch: {
    state(state) {
      this.change(state);
    },
    wanted() {
      this.sentence = "";
      this.$nextTick(() => (this.$refs.body.scrollTop = 0));
    },
  },

  mounted() {
    window.addEventListener("ta-models", this.open);
  },

  unmounted() {
    window.removeEventListener("ta-models", this.open);
    this.onClose();
  },

  methods: {
    // ── called from Python ──
    change(state) {
      Object.assign(this, state);
      if (this.busy !== null && state.model === this.busy) this.close();
    },
    fill(shelves, vendors, sentence) {
      for (const { title, offers } of shelves) {
        for (const offer of offers) offer.text = `${title} ${offer.label} ${offer.model} ${offer.note}`.toLowerCase();
      }
      Object.assign(this, { shelves, vendors });
      this.looking = false;
      this.sentence = sentence;
    },
    refused(sentence) {
      this.busy = null;
      this.sentence = sentence;
    },

    // ── below ──
    open() {
      if (this.fixed || this.$refs.dialog.open) return;
      Object.assign(this, { wanted: "", sentence: "", busy: null, whole: [], looking: true });
      this.$refs.dialog.showModal();
      const first = matchMedia("(hover: hover)").matches ? this.$refs.search : this.$refs.dialog; // no keyboard on telephones
      first.focus();
      window.addEventListener("keydown", this.onEscape, true);
      this.$emit("look");
    },
    close() {
      this.$refs.dialog.close();
    },
    onClose() {
      this.busy = null;
      window.removeEventListener("keydown", this.onEscape, true);
    },
    async choose(model) {
      if (model === this.model) return this.close();
      this.busy = model;
      const there = await connected();
      if (this.busy !== model) return; // they thought better of it meanwhile
      if (there) this.$emit("choose", { model });
      else this.refused(OFFLINE);
    },
    chooseFirst() {
      const first = this.$refs.body.querySelector(".ta-offer");
      if (!this.words.length || !first) return;
      if (this.shown.length || this.typed.length === 1) first.click();
      else first.focus(); // which vendor is meant is not for us to say
    },
    all(vendor) {
      this.whole.push(vendor);
      this.$nextTick(() => {
        const offers = this.$refs.body.querySelectorAll(`[aria-labelledby="ta-shelf-${vendor}"] .ta-offer`);
        offers[FEW]?.focus(); // where the button was
      });
    },
    toSettings(vendor) {
      this.close();
      window.dispatchEvent(new CustomEvent("ta-settings", { detail: { vendor, back: true } }));
    },
    onEscape(event) {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation(); // here it means "never mind", not "stop the agent"
      if (this.wanted) this.wanted = "";
      else this.close();
    },
    onKey(event) {
      const search = this.$refs.search;
      if (["ArrowDown", "ArrowUp"].includes(event.key)) {
        event.preventDefault();
        const stops = [search, ...this.$refs.body.querySelectorAll("button:not(:disabled)")];
        const at = stops.indexOf(document.activeElement);
        const next = event.key === "ArrowDown" ? at + 1 : at < 0 ? 0 : at - 1;
        stops[Math.min(Math.max(next, 0), stops.length - 1)].focus();
      } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey) {
        search.focus(); // who types, searches
      }
    },
  },
};
