// The message box, with Send and Stop in one place. Its Python half is composer.py, which knows these by name:
// events  send {id, text, session, files?}, stop, withdraw {id}, typing;  methods  accepted(id), refused(id),
// giveBack(text, files?), typed(user), change(state).  It sends ids of files, and is given {id, name, type, size} of each.
//
// The browser keeps a text until Python has said `accepted`: in localStorage, under the session's key, so that a
// reload or a restart of the server loses nothing. A message that was sent has its id there, too: it is sent again
// with the same id until there is a word about it, which the session takes for one message.
import { attaching, FILES } from "thinkaloud-composer";
import { BELL, notifying } from "thinkaloud-composer/bell.js";
import { dictating, MICROPHONE } from "thinkaloud-composer/dictating.js";
import { WRITING, writing } from "thinkaloud-composer/writing.js";

const AGAIN = 4000; // ms without a word before a message is sent again
const LATE = 2000; // … before the person is told that it is not sent yet
const RESTS = 700; // … that nothing runs before the person is told why messages still wait
const SEND = "M12 4.6 4.9 11.7l1.4 1.4L11 8.4V20h2V8.4l4.7 4.7 1.4-1.4z";
const STOP = "M6 7.5C6 6.7 6.7 6 7.5 6h9c.8 0 1.5.7 1.5 1.5v9c0 .8-.7 1.5-1.5 1.5h-9c-.8 0-1.5-.7-1.5-1.5z";
const LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"; // as in agent/chance.py; 32, so no letter comes more often

export default {
  template: `
    <div class="ta-composer">
      <ul v-if="queued.length" class="ta-queue" aria-label="Messages that wait">
        <li v-for="message in queued" :key="message.id">
          <q-icon name="schedule" aria-hidden="true" /><b v-if="message.by">{{ message.by }}</b>
          <span v-if="message.content">{{ message.content }}</span>
          <small v-if="message.files"><q-icon name="attach_file" aria-hidden="true" />{{ counted(message.files) }}</small>
          <button v-if="may && !message.by" type="button" class="ta-tool" data-tip="Take back"
                  :aria-label="'Take back: ' + (message.content.slice(0, 60) || counted(message.files))"
                  @click="$emit('withdraw', { id: message.id })">
            <q-icon name="close" />
          </button>
        </li>
      </ul>
      <p v-if="rests" class="ta-late" role="status">Waiting messages go with your next one, or when you continue.</p>
      <p v-if="late" class="ta-late" role="status">Not sent yet: it goes as soon as the server is back.</p>
      <p v-else-if="waits" class="ta-late" role="status">It is sent once the files are uploaded.</p>
      ${WRITING}
      ${BELL}
      ${FILES}
      <p v-if="!may" class="ta-watching"><q-icon name="visibility" aria-hidden="true" />
        You may watch this session, but not take part in it.</p>
      <div v-show="may" class="ta-box" :class="{ 'ta-dropping': dropping }" :aria-busy="pending || waits ? 'true' : 'false'" @click="onBox">
        <span v-if="dropping" class="ta-drop" aria-hidden="true">Drop files to attach them</span>
        <input ref="input" type="file" multiple hidden :accept="limits.accept" aria-label="Files" @change="onInput" />
        <button type="button" class="ta-tool ta-clip" data-tip="Attach files" aria-label="Attach files" :disabled="gone"
                @click="$refs.input.click()">
          <q-icon name="attach_file" />
        </button>
        <textarea ref="area" v-model="text" rows="1" aria-label="Message" enterkeyhint="send" autocomplete="off"
                  :placeholder="gone ? 'This session was deleted' : 'Ask the agent…'" :disabled="gone"
                  @keydown.enter="onEnter" @input="onTyping" @paste="onPaste"></textarea>
        ${MICROPHONE}
        <button v-if="running && !stops" type="button" class="ta-round ta-stop ta-beside" aria-label="Stop"
                data-tip="Stop (Esc)" @click="stop">
          <svg viewBox="0 0 24 24" aria-hidden="true"><path :d="STOP" /></svg>
        </button>
        <button type="button" class="ta-round" :class="{ 'ta-stop': stops }" :aria-label="stops ? 'Stop' : 'Send'"
                :data-tip="stops ? 'Stop (Esc)' : running ? 'Send for the next turn (Enter)' : 'Send (Enter)'"
                :disabled="!stops && (empty || gone)" @click="onButton">
          <svg viewBox="0 0 24 24" aria-hidden="true"><path :d="stops ? STOP : SEND" /></svg>
        </button>
      </div>
    </div>`,

  mixins: [attaching, dictating, notifying, writing],
  // state: fresh, running, queued, gone, may, alone; see state.py. limits: of files; see composer.py
  props: { session: String, longest: Number, limits: Object, state: Object },
  emits: ["send", "stop", "withdraw", "typing"],

  data() {
    return { ...this.state, text: "", pending: null, late: false, rests: false, SEND, STOP };
  },

  computed: {
    key() {
      return "ta-draft:" + (this.fresh ? "new" : this.session);
    },
    empty() {
      return !this.text.trim() && !this.chips.length;
    },
    stops() {
      return (this.running || this.speaking) && this.empty;
    },
  },

  watch: {
    state(state) {
      this.change(state);
    },
    text() {
      this.keep();
      this.$nextTick(this.grow);
    },
  },

  mounted() {
    const { id, text = "", session, files } = read(this.key);
    this.text = text;
    this.bring(files);
    if (id) {
      this.pending = { id, text, session, files, key: this.key };
      setTimeout(() => this.begin(), 300); // the socket is made after the elements
    }
    window.addEventListener("keydown", this.onKey);
    this.width = new ResizeObserver(() => this.grow());
    this.change({}); // messages may wait already
    this.width.observe(this.$el); // not the textarea: its height is ours
    if (this.may && matchMedia("(hover: hover)").matches) this.$refs.area.focus({ preventScroll: true });
  },

  unmounted() {
    this.settle();
    clearTimeout(this.resting);
    window.removeEventListener("keydown", this.onKey);
    this.width.disconnect();
  },

  methods: {
    // ── called from Python ──
    change(state) {
      Object.assign(this, state);
      clearTimeout(this.resting);
      const stopped = () => this.queued.length > 0 && !this.running && !this.gone;
      if (!stopped()) this.rests = false;
      else this.resting = setTimeout(() => (this.rests = stopped()), RESTS);
    },
    accepted(id) {
      if (this.pending?.id !== id) return;
      const { text, files, key } = this.pending;
      this.settle();
      forget(key);
      this.drop(files);
      this.text = this.text.startsWith(text) ? this.text.slice(text.length) : this.text; // what was typed since stays
    },
    refused(id) {
      if (this.pending?.id !== id) return;
      this.settle();
      this.keep();
      window.dispatchEvent(new Event("ta-unsent"));
    },
    giveBack(text, files) {
      if (this.empty) {
        this.text = text;
        this.bring(files);
      }
      this.$refs.area.focus();
    },

    // ── below ──
    send() {
      if (this.empty || this.pending || this.gone || !this.may || !this.complete()) return;
      if (this.text.length > this.longest) {
        const [have, most] = [this.text.length, this.longest].map((n) => n.toLocaleString("en-US"));
        return this.refuse(`That message has ${have} characters; ${most} is the most.`);
      }
      this.pending = { id: newId(), text: this.text, session: this.session, files: this.attached, key: this.key };
      this.keep();
      this.begin();
      window.dispatchEvent(new Event("ta-sent")); // transcript/index.js shows the end
    },
    begin() {
      this.overdue = setTimeout(() => (this.late = true), LATE);
      this.post();
    },
    post() {
      if (!this.pending) return;
      const { id, text, session, files = [] } = this.pending;
      const message = { id, text, session, ...(files.length && { files: files.map((file) => file.id) }) };
      if (window.socket?.connected) this.$emit("send", message);
      clearTimeout(this.again);
      this.again = setTimeout(() => this.post(), window.socket?.connected ? AGAIN : AGAIN / 4);
    },
    settle() {
      clearTimeout(this.again);
      clearTimeout(this.overdue);
      this.late = false;
      this.pending = null;
    },
    stop() {
      // The voice may have heard of a run before this box has. Without a connection that would stop a later one.
      const stops = this.running || (this.runs && window.socket?.connected);
      window.dispatchEvent(new Event("ta-stopped")); // voice.js is silent before the server has heard of it
      if (stops) this.$emit("stop");
    },
    keep() {
      if (this.pending) write(this.pending.key, { ...this.pending, key: undefined });
      else if (!this.empty) write(this.key, { text: this.text, files: this.attached });
      else forget(this.key);
    },
    grow() {
      const area = this.$refs.area;
      if (!area) return;
      area.style.height = "auto";
      area.style.height = area.scrollHeight + "px"; // the style sheet bounds it
      area.style.overflowY = area.scrollHeight > area.clientHeight + 1 ? "auto" : "hidden";
    },
    onEnter(event) {
      if (event.shiftKey || event.isComposing || event.keyCode === 229) return; // 229: Safari ends composing first
      event.preventDefault();
      this.send();
    },
    onButton(event) {
      if (!this.stops) this.send();
      else if (event.detail < 2) this.stop(); // the second half of a double click on Send is no wish to stop
    },
    onBox(event) {
      if (event.target === event.currentTarget) this.$refs.area.focus();
    },
    onKey(event) {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
      if (this.mode === "idle" && !(this.running && this.may)) return;
      if (document.querySelector(".q-dialog, .q-menu, :popover-open")) return; // Esc closes these
      event.preventDefault();
      if (this.mode === "listening" || !this.may) this.mic("leave");
      else this.stop();
    },
  },
};

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => LETTERS[n % LETTERS.length]).join("");
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function write(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
  } catch {} // storage is full or forbidden: then a draft lives as long as the page
}

function forget(key) {
  try {
    localStorage.removeItem(key);
  } catch {}
}
