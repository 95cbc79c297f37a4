// The button that shares a session, and its dialog. Its Python half is share.py:
// events  look, link {role, days}, role {user, role};  methods  change(state), fill(people), linked(path), refused(sentence).
// What a link is made for is chosen first; a link that was made for something else goes from the page.

import { connected, OFFLINE } from "thinkaloud-connection";
import { hued, initials } from "thinkaloud-transcript/viewer.js";

const ROLES = { viewer: "May watch", member: "May take part" };
const DAYS = [7, 30, 365];

export default {
  template: `
    <div>
      <button v-if="may" type="button" class="ta-tool" aria-haspopup="dialog" aria-label="Share" data-tip="Share" @click="show">
        <q-icon name="ios_share" />
      </button>
      <dialog v-if="shown" ref="dialog" class="ta-sheet ta-share" tabindex="-1" aria-labelledby="ta-share-title"
              @close="shown = false" @mousedown.self="close">
        <div class="ta-sheet-head">
          <h2 id="ta-share-title">Share this session</h2>
          <button type="button" class="ta-tool" aria-label="Close" @click="close"><q-icon name="close" /></button>
        </div>
        <div class="ta-sheet-body">
          <template v-if="open">
            <p>Whoever uses this machine can open this address, watch, and take part. Nobody else can reach it.</p>
            <div class="ta-share-link">
              <input ref="address" type="text" readonly :value="origin + '/s/' + session" aria-label="Address"
                     @focus="$event.target.select()">
              <button type="button" class="ta-btn" @click="copy($refs.address)">{{ copied ? "Copied" : "Copy" }}</button>
            </div>
            <p class="ta-share-more">To let others in, start the server with <code>--host 0.0.0.0</code>: people then sign in
              by a link, and you choose here who may watch and who may take part.</p>
          </template>
          <template v-else>
            <div class="ta-share-choice" role="group" aria-label="A new link">
              <label class="ta-field">Whoever has the link
                <select v-model="role" @change="link = ''">
                  <option v-for="(word, key) in ROLES" :key="key" :value="key">{{ word.toLowerCase() }}</option>
                </select>
              </label>
              <label class="ta-field">for
                <select v-model.number="days" @change="link = ''">
                  <option v-for="n in DAYS" :key="n" :value="n">{{ n === 365 ? "a year" : n + " days" }}</option>
                </select>
              </label>
            </div>
            <div v-if="link" class="ta-share-link">
              <input ref="address" type="text" readonly :value="link" aria-label="Link" @focus="$event.target.select()">
              <button type="button" class="ta-btn" @click="copy($refs.address)">{{ copied ? "Copied" : "Copy" }}</button>
            </div>
            <button v-else type="button" class="ta-btn" @click="ask">Get a link</button>
            <p class="ta-share-more">Who has signed in is listed below once they open it; all others come as guests. A link
              cannot be taken back before its time is over: hand it to nobody whom you do not trust.</p>
            <h3>Shared with</h3>
            <p v-if="!people.length" class="ta-none">Nobody who has signed in yet.</p>
            <ul v-else>
              <li v-for="{ user, role } in people" :key="user">
                <span class="ta-person" :style="hued(user)" aria-hidden="true">{{ initials(user) }}</span>
                <span class="ta-share-name">{{ user }}</span>
                <select :value="role" :aria-label="'What ' + user + ' may do'" @change="grant(user, $event.target.value)">
                  <option v-for="(word, key) in ROLES" :key="key" :value="key">{{ word }}</option>
                </select>
                <button type="button" class="ta-tool" :aria-label="'Remove ' + user" data-tip="Remove" @click="remove(user)">
                  <q-icon name="close" />
                </button>
              </li>
            </ul>
          </template>
          <p class="ta-went" :class="{ 'ta-wrong': sentence }" role="status">{{ sentence || (copied ? "Copied." : "") }}</p>
        </div>
      </dialog>
    </div>`,

  props: { session: String, open: Boolean, base: String, state: Object }, // state: may; see state.py
  emits: ["look", "link", "role"],

  data() {
    return { ...this.state, shown: false, people: [], role: "viewer", days: 30, link: "", sentence: "", copied: false, ROLES, DAYS };
  },

  computed: {
    origin() {
      return this.base || location.origin;
    },
  },

  watch: {
    state(state) {
      this.change(state);
    },
  },

  mounted() {
    window.addEventListener("keydown", this.onKey, true);
  },

  unmounted() {
    window.removeEventListener("keydown", this.onKey, true);
    clearTimeout(this.forgetting);
  },

  methods: {
    hued,
    initials,
    // ── called from Python ──
    change(state) {
      Object.assign(this, state);
      if (!this.may) this.$refs.dialog?.close();
    },
    fill(people) {
      this.people = people;
    },
    linked(path) {
      this.link = this.origin + path;
      this.$nextTick(() => this.$refs.address?.focus());
    },
    refused(sentence) {
      this.sentence = sentence;
      this.$emit("look"); // a choice that was refused goes back
    },

    // ── below ──
    async show() {
      Object.assign(this, { shown: true, role: "viewer", link: "", sentence: "", copied: false });
      await this.$nextTick();
      this.$refs.dialog.showModal();
      this.$refs.dialog.focus();
      this.$emit("look");
    },
    close() {
      this.$refs.dialog.close();
    },
    async ask() {
      if (await this.reaches()) this.$emit("link", { role: this.role, days: this.days });
    },
    async grant(user, role) {
      if (await this.reaches()) this.$emit("role", { user, role });
    },
    remove(user) {
      this.$refs.dialog.focus(); // the button is about to go
      this.grant(user, "");
    },
    async reaches() {
      this.sentence = "";
      const there = await connected();
      if (!there) this.sentence = OFFLINE;
      return there;
    },
    async copy(field) {
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        field.select(); // plain HTTP has no clipboard
        document.execCommand("copy");
      }
      this.copied = true;
      clearTimeout(this.forgetting);
      this.forgetting = setTimeout(() => (this.copied = false), 2500);
    },
    onKey(event) {
      if (event.key !== "Escape" || !this.shown || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation(); // here it means "never mind", not "stop the agent"
      this.close();
    },
  },
};
