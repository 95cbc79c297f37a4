// Who is here: circles in the header, and behind them the names. Its Python half is people.py:
// events  name {name};  methods  change(state), refused(sentence).
import { hued, initials } from "thinkaloud-transcript/viewer.js";

const NARROW = matchMedia("(max-width: 599px)");

export default {
  template: `
    <div class="ta-people">
      <button v-if="others.length" ref="button" type="button" class="ta-people-button" aria-haspopup="dialog"
              :aria-expanded="open ? 'true' : 'false'" :aria-label="line" :data-tip="line" @click="show">
        <span v-for="(name, i) in others.slice(0, most)" :key="i" class="ta-person" :class="{ 'ta-nameless': !name }"
              :style="hued(name)" aria-hidden="true"><q-icon v-if="!name" name="person" />{{ name && initials(name) }}</span>
        <span v-if="count > most" class="ta-person ta-more-people" aria-hidden="true">+{{ count - most }}</span>
      </button>
      <div ref="menu" class="ta-menu ta-people-menu" popover role="dialog" aria-label="Who is here"
           @toggle="open = $event.newState === 'open'">
        <h2 v-if="open">Here now</h2>
        <ul v-if="open">
          <li v-for="(name, i) in [own, ...others]" :key="i">
            <span class="ta-person" :class="{ 'ta-nameless': !name }" :style="hued(name)" aria-hidden="true"><q-icon
              v-if="!name" name="person" />{{ name && initials(name) }}</span>
            <span>{{ name || (i ? "Somebody" : "You") }}<small v-if="name && !i"> (you)</small></span></li>
          <li v-if="more">… and {{ more }} more</li>
        </ul>
        <form v-if="open && naming" @submit.prevent="save">
          <label class="ta-field">Your name
            <input v-model="name" type="text" maxlength="64" autocomplete="nickname" spellcheck="false"
                   placeholder="So that others know who you are">
          </label>
          <p class="ta-went" :class="{ 'ta-wrong': sentence }" role="status">{{ sentence || saved }}</p>
          <button type="submit" class="ta-btn">Save</button>
        </form>
      </div>
    </div>`,

  props: { state: Object }, // state: others, more, me, naming; see state.py
  emits: ["name"],

  data() {
    return { ...this.state, name: "", open: false, sentence: "", saved: "", narrow: false };
  },

  computed: {
    own() {
      return this.naming && this.me === "owner" ? "" : this.me; // nobody has signed in, and no name was given
    },
    count() {
      return this.others.length + this.more;
    },
    /** Circles; a narrow header has room for one. */
    most() {
      return this.narrow ? (this.count === 1 ? 1 : 0) : 4;
    },
    line() {
      const names = this.others.slice(0, 4).map((name) => name || "somebody");
      if (this.count > 4) names.push(`${this.count - 4} more`);
      return `Here with you: ${names.join(", ")}`;
    },
  },

  watch: {
    state(state) {
      this.change(state);
    },
  },

  created() {
    this.name = this.own;
  },

  mounted() {
    window.addEventListener("keydown", this.onKey, true);
    NARROW.addEventListener("change", this.measure);
    this.measure();
  },

  unmounted() {
    window.removeEventListener("keydown", this.onKey, true);
    NARROW.removeEventListener("change", this.measure);
  },

  methods: {
    hued,
    initials,
    // ── called from Python ──
    change(state) {
      const before = this.own;
      Object.assign(this, state);
      if (this.own === before) return;
      this.name = this.own;
      this.sentence = "";
      this.saved = this.own ? `Others see you as ${this.own}.` : "";
    },
    refused(sentence) {
      this.sentence = sentence;
    },

    // ── below ──
    measure() {
      this.narrow = NARROW.matches;
    },
    async show() {
      const { button, menu } = this.$refs;
      this.sentence = this.saved = "";
      this.open = true;
      await this.$nextTick();
      menu.showPopover({ source: button });
      const { bottom, right } = button.getBoundingClientRect();
      menu.style.top = `${bottom + 4}px`;
      menu.style.left = `${Math.max(8, Math.min(right, innerWidth - 8) - menu.offsetWidth)}px`;
      (menu.querySelector("input") ?? menu).focus();
    },
    save() {
      this.$emit("name", { name: this.name });
    },
    onKey(event) {
      if (event.key !== "Escape" || !this.open || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation(); // here it means "never mind", not "stop the agent"
      this.$refs.menu.hidePopover();
      this.$refs.button?.focus();
    },
  },
};
