// The drawer's list. Its Python half is sessions.py, which knows these by name:
// events  search {words}, more, rename {id, title}, remove {id}, restore {id};  methods  removed(id, title), change(state).
// The list comes newest first; which day is "today" is the viewer's to say, so it is grouped here.

const UNDO = 8000; // ms in which a deletion can be taken back
const KEPT = "ta-removed"; // in sessionStorage: the offer to undo survives leaving the page of what was deleted
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

export default {
  template: `
    <div class="ta-sessions">
      <div class="ta-sessions-top">
        <a v-if="begins" class="ta-btn" href="/" :title="MAC ? '⇧⌘O' : 'Ctrl+Shift+O'">
          <q-icon name="add" size="20px" />New session
        </a>
        <label class="ta-search">
          <q-icon name="search" />
          <input ref="search" v-model="wanted" type="search" aria-label="Search sessions" placeholder="Search"
                 autocomplete="off" @keydown.esc="onEscape">
          <kbd v-if="!wanted" aria-hidden="true">{{ MAC ? "⌘K" : "Ctrl K" }}</kbd>
        </label>
        <a class="ta-drawer-link" href="/tasks" :aria-current="current === '/tasks' ? 'page' : null">
          <q-icon name="checklist" aria-hidden="true" />Tasks
          <span v-if="busy" class="ta-chip">{{ busy }} running</span>
        </a>
      </div>
      <nav class="ta-list" aria-label="Sessions" @scroll.passive="$refs.menu.hidePopover()">
        <div aria-live="polite">
          <p v-if="words && !items.length" class="ta-none">Nothing has “{{ words }}”.</p>
        </div>
        <p v-if="!words && !items.length" class="ta-none">{{ begins ? "What you ask will be listed here."
          : "What is shared with you will be listed here." }}</p>
        <template v-for="group in groups" :key="group.name">
          <h2 :id="'ta-group-' + group.key">{{ group.name }}</h2>
          <ul :aria-labelledby="'ta-group-' + group.key">
            <li v-for="item in group.items" :key="item.id" class="ta-session" :class="{ 'ta-current': item.id === current }">
              <i v-if="item.running" class="ta-live" aria-hidden="true"></i>
              <a :href="'/s/' + item.id" :aria-current="item.id === current ? 'page' : null" :title="item.title">
                <span><span v-if="item.running" class="ta-hidden">Running: </span><q-icon v-if="item.task"
                  class="ta-task-mark" name="checklist" role="img" aria-label="Task:" /><template
                  v-for="(part, i) in marked(item.title)" :key="i"><mark v-if="i % 2">{{ part }}</mark><template
                  v-else>{{ part }}</template></template></span>
                <span v-if="item.excerpt" class="ta-excerpt"><template v-for="(part, i) in marked(item.excerpt)"
                  :key="i"><mark v-if="i % 2">{{ part }}</mark><template v-else>{{ part }}</template></template></span>
              </a>
              <button v-if="!item.kept" type="button" class="ta-tool" :aria-label="'More for ' + item.title" aria-haspopup="menu"
                      :aria-expanded="open && item.id === chosen?.id ? 'true' : 'false'" @click="onMore(item, $event)">
                <q-icon name="more_horiz" />
              </button>
            </li>
          </ul>
        </template>
        <button v-if="more" type="button" class="ta-btn ta-quiet ta-more" @click="$emit('more')">Show more</button>
        <div ref="menu" class="ta-menu" popover role="menu" :aria-label="chosen ? chosen.title : ''"
             @toggle="open = $event.newState === 'open'" @keydown="onMenuKey">
          <button type="button" role="menuitem" @click="choose('rename')"><q-icon name="edit" />Rename</button>
          <button type="button" role="menuitem" class="ta-danger" @click="choose('remove')">
            <q-icon name="delete_outline" />Delete
          </button>
        </div>
      </nav>
      <Teleport to="body">
        <div v-if="gone" class="ta-toast" role="status">
          <span>Deleted “{{ gone.title }}”</span>
          <button type="button" class="ta-btn ta-quiet" @click="undo">Undo</button>
        </div>
      </Teleport>
    </div>`,

  props: { current: String, drawer: Number, begins: Boolean, state: Object }, // state: items, words, more; see state.py
  emits: ["search", "more", "rename", "remove", "restore"],

  data() {
    return { ...this.state, wanted: this.state.words, chosen: null, open: false, gone: null, today: midnight(0), MAC };
  },

  computed: {
    busy() {
      return this.items.filter((item) => item.task && item.running).length;
    },
    groups() {
      if (this.words) return this.items.length ? [{ key: "found", name: "Found", items: this.items }] : [];
      const groups = [
        { key: "today", name: "Today", since: this.today },
        { key: "yesterday", name: "Yesterday", since: midnight(1, this.today) },
        { key: "week", name: "Previous 7 days", since: midnight(7, this.today) },
        { key: "month", name: "Previous 30 days", since: midnight(30, this.today) },
        { key: "older", name: "Older", since: -Infinity },
      ].map((group) => ({ ...group, items: [] }));
      for (const item of this.items) groups.find((group) => item.updated >= group.since).items.push(item);
      return groups.filter((group) => group.items.length);
    },
  },

  watch: {
    wanted() {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.$emit("search", { words: this.wanted.trim() }), this.wanted ? 200 : 0);
    },
    state(state) {
      Object.assign(this, state);
    },
    items() {
      this.today = midnight(0);
    },
  },

  mounted() {
    window.addEventListener("keydown", this.onKey);
    this.clock = setInterval(() => (this.today = midnight(0)), 60000); // a page that is left open overnight
    this.offer();
  },

  beforeUnmount() {
    // Quasar makes the drawer's content anew when the window gets narrow or wide: from the state as it came at first
    Object.assign(this.state, { items: this.items, words: this.words, more: this.more });
  },

  unmounted() {
    window.removeEventListener("keydown", this.onKey);
    clearInterval(this.clock);
    clearTimeout(this.offered);
  },

  methods: {
    // ── called from Python ──
    change({ put, take, ...state }) {
      if (put) {
        const items = new Map(this.items.map((item) => [item.id, item]));
        for (const id of take) items.delete(id);
        for (const item of put) items.set(item.id, { ...items.get(item.id), ...item });
        state.items = [...items.values()].sort((a, b) => b.updated - a.updated || (a.id < b.id ? -1 : 1));
      }
      Object.assign(this, state);
    },
    removed(id, title) {
      sessionStorage.setItem(KEPT, JSON.stringify({ id, title, until: Date.now() + UNDO }));
      if (id === this.current) location.assign("/");
      else this.offer();
    },

    // ── below ──
    offer() {
      const kept = JSON.parse(sessionStorage.getItem(KEPT));
      if (!kept) return;
      clearTimeout(this.offered);
      this.offered = setTimeout(() => this.forget(), Math.max(0, kept.until - Date.now()));
      if (kept.until > Date.now()) this.gone = kept;
    },
    undo() {
      this.$emit("restore", { id: this.gone.id });
      this.forget();
    },
    forget() {
      sessionStorage.removeItem(KEPT);
      this.gone = null;
    },
    marked(text) {
      const words = this.words.split(/\s+/).filter(Boolean).map((word) => word.replace(/[^\p{L}\p{N}_]/gu, "\\$&"));
      return words.length ? text.split(new RegExp(`(${words.join("|")})`, "giu")) : [text]; // every second one matched
    },
    onMore(item, event) {
      const [button, menu] = [event.currentTarget, this.$refs.menu];
      this.chosen = item;
      menu.showPopover({ source: button }); // on top of everything, closed by Esc and clicks elsewhere
      const { bottom, top, right } = button.getBoundingClientRect();
      const below = bottom + menu.offsetHeight + 12 < innerHeight;
      menu.style.top = (below ? bottom + 4 : top - menu.offsetHeight - 4) + "px";
      menu.style.left = Math.max(8, right - menu.offsetWidth) + "px";
      menu.querySelector("button").focus();
    },
    onMenuKey(event) {
      const buttons = [...this.$refs.menu.querySelectorAll("button")];
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length].focus();
    },
    choose(name) {
      this.$refs.menu.hidePopover();
      this.$emit(name, { id: this.chosen.id, title: this.chosen.title });
    },
    onEscape(event) {
      if (!this.wanted) return;
      event.preventDefault(); // so that it does not stop the agent: see composer.js
      this.wanted = "";
    },
    onKey(event) {
      if (!(MAC ? event.metaKey : event.ctrlKey) || event.altKey) return;
      const key = event.key.toLowerCase();
      if (key === "k" && !event.shiftKey) {
        event.preventDefault();
        getElement(this.drawer)?.show();
        setTimeout(() => this.$refs.search.focus(), 50); // a drawer that slides in takes no focus at first
      } else if (key === "o" && event.shiftKey && this.begins) {
        event.preventDefault();
        location.assign("/");
      }
    },
  },
};

function midnight(daysAgo, from = Date.now()) {
  const day = new Date(from);
  day.setHours(0, 0, 0, 0);
  day.setDate(day.getDate() - daysAgo);
  return day.getTime();
}
