// The gear in the header and the dialog behind it. Its Python half is settings.py:
// events  look, save {vendor, key, url}, forget {vendor};  methods  fill(accounts), went(vendor, sentence, ok, accounts).
// "ta-settings" (a window event with {vendor}, from transcript/outcome.js or picker.js) opens it at that vendor.
//
// What is typed as a key is in no data of this component: it is read off its field when it is sent, and emptied then.
import { connected, OFFLINE } from "thinkaloud-connection";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

export default {
  template: `
    <div>
      <button type="button" class="ta-tool" aria-haspopup="dialog" aria-label="Settings"
              :data-tip="MAC ? 'Settings (⌘,)' : 'Settings (Ctrl+,)'" @click="open()"><q-icon name="settings" /></button>
      <dialog ref="dialog" class="ta-sheet ta-settings" tabindex="-1" aria-labelledby="ta-settings-title" @close="onClose"
              @mousedown.self="close">
        <div class="ta-sheet-head">
          <h2 id="ta-settings-title">Settings</h2>
          <button type="button" class="ta-tool" aria-label="Close" @click="close"><q-icon name="close" /></button>
        </div>
        <p class="ta-sheet-line">Whose models may answer. A key is kept on the server and never shown again.</p>
        <div class="ta-sheet-body">
          <div v-if="!accounts" class="ta-bones" aria-hidden="true"><i v-for="n in 3" :key="n"></i></div>
          <p v-else-if="!accounts.length" class="ta-none">There is nothing to set here.</p>
          <details v-for="account in accounts" :key="account.vendor" class="ta-account" :data-vendor="account.vendor"
                   :open="account.vendor === at">
            <summary @click.prevent="at = account.vendor === at ? '' : account.vendor">
              <span class="ta-account-title">{{ account.title }}</span>
              <span class="ta-account-state"><code v-if="account.key">{{ account.key
                }}</code> {{ state(account) }}</span>
              <q-icon name="expand_more" aria-hidden="true" />
            </summary>
            <form v-if="account.vendor === at" autocomplete="off" @submit.prevent="save(account, $event.target)">
              <label v-if="account.needs_url" class="ta-field">Address
                <input name="url" type="text" inputmode="url" autocomplete="off" spellcheck="false" autocapitalize="off"
                       placeholder="https://example.org/v1" v-model="urls[account.vendor]">
              </label>
              <label class="ta-field">{{ account.needs_url ? "Key, if the server wants one" : "Key" }}
                <input name="key" type="password" autocomplete="off" spellcheck="false" autocapitalize="off" data-1p-ignore
                       data-lpignore="true" :placeholder="account.key ? 'Paste another to replace ' + account.key : 'Paste a key'">
              </label>
              <label v-if="advanced === account.vendor" class="ta-field">Address
                <input name="url" type="text" inputmode="url" autocomplete="off" spellcheck="false" autocapitalize="off"
                       v-model="urls[account.vendor]">
              </label>
              <button v-else-if="!account.needs_url" type="button" class="ta-all" @click="advanced = account.vendor">Another address</button>
              <p class="ta-went" :class="{ 'ta-wrong': outcomes[account.vendor]?.ok === false }" role="status">{{
                trying === account.vendor ? "Trying…" : outcomes[account.vendor]?.sentence }}</p>
              <div class="ta-dialog-row">
                <button v-if="account.source === 'saved'" type="button" class="ta-btn ta-quiet" :disabled="trying !== null"
                        :aria-label="'Forget what is saved of ' + account.title" @click="forget(account)">Forget</button>
                <button type="submit" class="ta-btn" :disabled="trying !== null"
                        :aria-label="'Save ' + account.title">Save</button>
              </div>
            </form>
          </details>
        </div>
      </dialog>
    </div>`,

  emits: ["look", "save", "forget"],

  data() {
    return { accounts: null, at: "", advanced: "", trying: null, outcomes: {}, urls: {}, MAC };
  },

  mounted() {
    window.addEventListener("ta-settings", this.onWanted);
    window.addEventListener("keydown", this.onKey, true);
  },

  unmounted() {
    window.removeEventListener("ta-settings", this.onWanted);
    window.removeEventListener("keydown", this.onKey, true);
  },

  methods: {
    // ── called from Python ──
    fill(accounts) {
      const before = new Map(this.accounts?.map(({ vendor, url }) => [vendor, url]));
      this.accounts = accounts;
      for (const { vendor, url } of accounts) {
        if (this.urls[vendor] === before.get(vendor)) this.urls[vendor] = url; // else somebody is just typing another
      }
      const one = accounts.find(({ vendor }) => vendor === this.wanted) ?? (accounts.length === 1 ? accounts[0] : null);
      if (one && this.$refs.dialog.open) this.unfold(one.vendor);
    },
    went(vendor, sentence, ok, accounts) {
      if (this.trying === vendor) this.trying = null;
      this.accounts = accounts;
      this.outcomes = { ...this.outcomes, [vendor]: { sentence, ok } };
      if (!ok) return; // what was typed may be mended
      this.urls[vendor] = this.account(vendor).url;
      const field = this.field(vendor, "key");
      if (field) field.value = "";
    },

    // ── below ──
    open({ vendor = "", back = false } = {}) {
      if (this.$refs.dialog.open) return;
      Object.assign(this, { outcomes: {}, at: "", advanced: "" });
      for (const { vendor, url } of this.accounts ?? []) this.urls[vendor] = url;
      this.wanted = vendor;
      this.back = back;
      this.$refs.dialog.showModal();
      this.$refs.dialog.focus();
      if (this.accounts && this.account(vendor)) this.unfold(vendor);
      this.$emit("look");
    },
    close() {
      this.$refs.dialog.close();
    },
    onClose() {
      this.at = ""; // with the field: half a key is nobody's
      if (this.back) window.dispatchEvent(new Event("ta-models")); // it led here for want of a key
      this.back = false;
    },
    async save({ vendor, url: known }, form) {
      const key = form.elements.key.value.trim();
      const url = this.urls[vendor].trim();
      if (!(await this.begin(vendor))) return;
      this.$emit("save", { vendor, key, url: url === known ? "" : url });
    },
    async forget({ vendor }) {
      if (await this.begin(vendor)) this.$emit("forget", { vendor });
    },
    async begin(vendor) {
      if (this.trying) return false;
      this.trying = vendor;
      if (await connected()) return true;
      this.trying = null;
      this.say(vendor, OFFLINE);
      return false;
    },
    say(vendor, sentence) {
      this.outcomes = { ...this.outcomes, [vendor]: { sentence, ok: false } };
    },
    state({ key, source, needs_url, url }) {
      const from = { environment: "from the environment", saved: "saved here" }[source];
      if (key) return from ? `· ${from}` : "";
      return needs_url && url ? `${url.replace(/^https?:\/\//, "")} · no key` : needs_url ? "not set up" : "no key yet";
    },
    account(vendor) {
      return this.accounts.find((account) => account.vendor === vendor);
    },
    field(vendor, name) {
      return this.$refs.dialog.querySelector(`[data-vendor="${CSS.escape(vendor)}"] [name=${name}]`);
    },
    unfold(vendor) {
      this.at = vendor;
      this.$nextTick(() => {
        const url = this.field(vendor, "url");
        (url && !url.value ? url : this.field(vendor, "key"))?.focus();
      });
    },
    onWanted(event) {
      this.open(event.detail ?? {});
    },
    onKey(event) {
      if (event.key === "Escape" && this.$refs.dialog.open && !event.isComposing) {
        event.preventDefault();
        event.stopPropagation(); // here it means "never mind", not "stop the agent"
        this.close();
      } else if (event.key === "," && (MAC ? event.metaKey : event.ctrlKey) && !event.altKey && !event.shiftKey) {
        event.preventDefault();
        if (!document.querySelector("dialog[open], .q-dialog")) this.open();
      }
    },
  },
};
