// The tasks: a box to begin one, and a row for each. Its Python half is tasks.py:
// events  begin {id, text}, cancel {id}, resume {id}, open {id}, more;
// methods  change(state), begun(id), refused(id, sentence), opened(id, result).
// How long something takes is counted here; how far it is comes from the server, twice a second at most.
import { connected, OFFLINE } from "thinkaloud-connection";
import { hindrance, tell, want, wanted } from "thinkaloud-notify";
import { dollars, seconds } from "thinkaloud-transcript/dom.js";
import { safe } from "thinkaloud-transcript/html.js";

const DRAFT = "ta-draft:task";
const AGAIN = 4000; // ms without a word before a task is asked for again, under the same id
const WORDS = { running: "Running", done: "Done", interrupted: "Interrupted", failed: "Failed" };
const ICONS = { done: "check_circle", interrupted: "pause_circle", failed: "error" };

export default {
  template: `
    <div class="ta-tasks">
      <form v-if="may" class="ta-task-form" @submit.prevent="begin">
        <label for="ta-task-text">What is to be done?</label>
        <textarea id="ta-task-text" ref="area" v-model="text" rows="2" enterkeyhint="send" autocomplete="off"
                  placeholder="A longer job: it goes on when you close the page" @keydown.enter="onEnter"></textarea>
        <div class="ta-task-row">
          <p class="ta-went" :class="{ 'ta-wrong': sentence }" role="status">{{ sentence }}</p>
          <button type="submit" class="ta-btn" :disabled="!text.trim() || pending !== null">Begin</button>
        </div>
      </form>
      <p v-else class="ta-watching"><q-icon name="visibility" aria-hidden="true" />You may watch the tasks that are shared
        with you, but not begin one.</p>
      <p v-if="!rows.length" class="ta-none">{{ may ? "What you begin is listed here, with its result once it is done."
        : "None is shared with you yet." }}</p>
      <p class="ta-offscreen" role="status">{{ news }}</p>
      <ol v-if="rows.length" class="ta-task-list" aria-label="Tasks, the newest first">
        <li v-for="row in rows" :key="row.id" class="ta-task" :data-task="row.id" :data-state="row.state">
          <div class="ta-task-top">
            <h2><a :href="'/s/' + row.id">{{ row.title }}</a></h2>
            <span class="ta-task-time">{{ timed(row) }}</span>
          </div>
          <p class="ta-task-state"><i v-if="row.state === 'running' && !row.asked" class="ta-live" aria-hidden="true"></i>
            <q-icon v-else :name="row.asked ? 'contact_support' : ICONS[row.state]" aria-hidden="true" />
            <strong>{{ row.asked ? "Waits for your answer" : word(row) }}</strong>
            <span v-if="row.doing" class="ta-task-doing">{{ row.doing }}</span></p>
          <div v-if="row.state === 'running'" class="ta-task-bar" role="progressbar" aria-valuemin="0" aria-valuemax="100"
               :aria-valuenow="row.percent" :aria-label="'Progress of ' + row.title">
            <i v-if="row.percent" :style="{ width: row.percent + '%' }"></i>
            <i v-else class="ta-task-unsure" :class="{ 'ta-task-still': row.asked }"></i>
          </div>
          <div class="ta-task-row">
            <a class="ta-btn ta-small" :class="{ 'ta-quiet': !row.asked }" :href="'/s/' + row.id"
               :aria-label="(row.asked ? 'Answer: ' : 'Show: ') + row.title">{{ row.asked && !row.kept ? "Answer" : "Show" }}</a>
            <button v-if="row.state === 'done' || row.state === 'failed'" type="button" class="ta-btn ta-small ta-quiet"
                    :aria-expanded="results[row.id] ? 'true' : 'false'" :aria-label="named(row) + ': ' + row.title"
                    @click="fold(row)">{{ named(row) }}
              <q-icon name="expand_more" aria-hidden="true" /></button>
            <button v-if="row.state === 'running' && !row.kept" type="button" class="ta-btn ta-small ta-quiet"
                    :aria-label="'Cancel: ' + row.title" @click="act('cancel', row)">Cancel</button>
            <button v-if="(row.state === 'interrupted' || row.state === 'failed') && !row.kept" type="button"
                    class="ta-btn ta-small" :aria-label="'Continue: ' + row.title" @click="act('resume', row)">Continue</button>
            <button v-if="row.state === 'running'" type="button" class="ta-bell" :aria-pressed="bell ? 'true' : 'false'"
                    :aria-disabled="hindered ? 'true' : null" :data-tip="hindered || null" @click="onBell">
              <q-icon :name="bell ? 'notifications_active' : 'notifications_none'" aria-hidden="true" />
              {{ bell ? "You will be told" : "Tell me when it is done" }}</button>
            <span v-if="row.percent && row.state === 'running'" class="ta-task-percent" aria-hidden="true">{{ row.percent }} %</span>
          </div>
          <div v-if="results[row.id]" class="ta-task-result" role="region" :aria-label="'Result of ' + row.title" tabindex="0">
            <p v-if="results[row.id].waits" class="ta-none">…</p>
            <p v-else-if="results[row.id].trouble" class="ta-wrong">{{ results[row.id].trouble }}</p>
            <div v-else-if="results[row.id].html" v-markdown="results[row.id].html" class="ta-body ta-md"></div>
            <p v-else class="ta-none">It ended without an answer.</p>
            <p v-if="results[row.id].cost" class="ta-task-cost">≈ {{ dollars(results[row.id].cost) }}</p>
          </div>
        </li>
      </ol>
      <button v-if="more" type="button" class="ta-btn ta-quiet" @click="$emit('more')">Show more</button>
    </div>`,

  props: { may: Boolean, longest: Number, now: Number, state: Object }, // state: rows, more; see state.py
  emits: ["begin", "cancel", "resume", "open", "more"],

  directives: {
    markdown(element, { value, oldValue }) {
      if (value !== oldValue) element.replaceChildren(safe(value));
    },
  },

  data() {
    const own = { text: "", pending: null, sentence: "", news: "", results: {}, bell: false, hindered: "", clock: Date.now() };
    return { ...this.state, ...own, ICONS };
  },

  watch: {
    state({ rows, more }) {
      this.notice(rows);
      Object.assign(this, { rows, more });
    },
    text(text) {
      keep(text);
    },
  },

  created() {
    this.ahead = Date.now() - this.now; // of the server's clock
    this.acting = new Set(); // rows of which something was asked that has yet to go
  },

  mounted() {
    this.text = kept();
    this.bell = wanted();
    this.hindered = hindrance();
    this.ticking = setInterval(() => (this.clock = Date.now()), 1000);
    if (matchMedia("(hover: hover)").matches) this.$refs.area?.focus({ preventScroll: true });
  },

  unmounted() {
    clearInterval(this.ticking);
    this.settle();
  },

  methods: {
    dollars,
    // ── called from Python ──
    change({ put, take, order, ...state }) {
      const rows = new Map(this.rows.map((row) => [row.id, row]));
      for (const id of take ?? []) rows.delete(id);
      const changed = (put ?? []).map((row) => ({ ...rows.get(row.id), ...row }));
      this.notice(changed);
      for (const row of changed) rows.set(row.id, row);
      this.rows = order ? order.map((id) => rows.get(id)) : [...rows.values()];
      Object.assign(this, state);
    },
    begun(id) {
      if (this.pending?.id !== id) return;
      const { text } = this.pending;
      this.settle();
      this.text = this.text.startsWith(text) ? this.text.slice(text.length) : this.text; // what was typed since stays
      this.news = "The task has begun.";
    },
    refused(id, sentence) {
      if (this.pending?.id !== id) return;
      this.settle();
      this.sentence = sentence;
    },
    opened(id, result) {
      if (this.results[id]) this.results = { ...this.results, [id]: result };
    },

    // ── below ──
    async begin() {
      this.sentence = "";
      if (!this.text.trim() || this.pending) return;
      if (this.text.length > this.longest) {
        const [have, most] = [this.text.length, this.longest].map((n) => n.toLocaleString("en-US"));
        this.sentence = `That has ${have} characters; ${most} is the most.`;
        return;
      }
      this.pending = { id: crypto.getRandomValues(new Uint32Array(3)).join("-"), text: this.text };
      const there = await connected();
      if (!this.pending) return; // the page was left
      if (there) return this.post();
      this.settle();
      this.sentence = OFFLINE;
    },
    post() {
      if (window.socket?.connected) this.$emit("begin", { ...this.pending });
      this.again = setTimeout(() => this.post(), AGAIN);
    },
    settle() {
      clearTimeout(this.again);
      this.pending = null;
    },
    onEnter(event) {
      if (event.shiftKey || event.isComposing || event.keyCode === 229) return; // 229: Safari ends composing first
      event.preventDefault();
      this.begin();
    },
    async act(name, row) {
      if (this.acting.has(row.id)) return;
      this.sentence = "";
      this.acting.add(row.id);
      document.querySelector(`[data-task="${CSS.escape(row.id)}"] h2 a`)?.focus(); // the button is about to go
      if (await connected()) this.$emit(name, { id: row.id });
      else this.sentence = OFFLINE;
      this.acting.delete(row.id);
    },
    fold(row) {
      const { [row.id]: open, ...others } = this.results;
      this.results = open ? others : { ...others, [row.id]: { waits: true } };
      if (!open) this.$emit("open", { id: row.id });
    },
    word({ state, cancelled }) {
      return state === "interrupted" && cancelled ? "Cancelled" : WORDS[state];
    },
    named(row) {
      if (row.state === "failed") return "What went wrong";
      return this.results[row.id] ? "Hide result" : "Show result";
    },
    async onBell() {
      if (!this.hindered) this.bell = await want(!this.bell);
      this.hindered = hindrance();
    },
    /** What has just ended, or begun to wait, is told to who does not look. */
    notice(rows) {
      const before = new Map(this.rows.map((row) => [row.id, row]));
      for (const row of rows) {
        const old = before.get(row.id);
        if (!old || old.state !== "running") {
          if (old && row.state === "running") this.results = { ...this.results, [row.id]: undefined };
          continue;
        }
        const word = row.state !== "running" ? this.word(row) : row.asked && !old.asked ? `Asks: ${row.doing}` : "";
        if (!word) continue;
        this.news = `${row.title}: ${word}`;
        tell(row.title, word, row.id);
      }
    },
    timed({ state, at, updated }) {
      if (state === "running") return seconds(Math.max(0, Math.floor((this.clock - this.ahead - at) / 1000)) * 1000 || 1000);
      const took = at ? `took ${seconds(Math.max(0, updated - at))}` : "";
      return [took, ago(this.clock - this.ahead - updated, updated)].filter(Boolean).join(" · ");
    },
  },
};

function ago(ms, at) {
  if (ms < 60_000) return "just now";
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`;
  if (ms < 86_400_000) return `${Math.floor(ms / 3_600_000)} h ago`;
  return new Date(at).toLocaleDateString("en-US", { dateStyle: "medium" });
}

function kept() {
  try {
    return localStorage.getItem(DRAFT) ?? "";
  } catch {
    return "";
  }
}

function keep(text) {
  try {
    if (text) localStorage.setItem(DRAFT, text);
    else localStorage.removeItem(DRAFT);
  } catch {} // storage is full or forbidden: then a draft lives as long as the page
}
