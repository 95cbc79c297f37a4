// Choosing, pasting and dropping files: the part of the message box (a Vue mixin, and its bit of the template) that
// knows about them. They go to the server at once (uploads.js); a message has only their ids. Text is written out.
import { Uploads, kept, sized } from "./uploads.js";
import { written } from "./text.js";
import { smaller } from "./picture.js";

export const FILES = `
  <ul v-if="chips.length" class="ta-files" aria-label="Attached files">
    <li v-for="chip in chips" :key="chip.key" :class="'ta-' + chip.state" :title="chip.error || chip.name">
      <img v-if="chip.id && chip.type.startsWith('image/')" :src="'/files/' + chip.id" alt="" />
      <q-icon v-else :name="iconOf(chip)" aria-hidden="true" />
      <span class="ta-file-name">{{ chip.name }}</span>
      <span class="ta-file-state">{{ stateOf(chip) }}</span>
      <progress v-if="chip.state === 'going'" max="1" :value="chip.progress" :aria-label="'Upload of ' + chip.name"></progress>
      <button v-if="chip.state === 'failed'" type="button" class="ta-tool" data-tip="Try again"
              :aria-label="'Try again: ' + chip.name" @click="uploads.start(chip)">
        <q-icon name="refresh" />
      </button>
      <button type="button" class="ta-tool" data-tip="Remove" :aria-label="'Remove ' + chip.name" @click="onRemove(chip)">
        <q-icon name="close" />
      </button>
    </li>
  </ul>
  <p class="ta-offscreen" role="status">{{ news }}</p>`;

export const attaching = {
  data: () => ({ chips: [], waits: false, dropping: false, news: "" }), // waits: it is sent once all uploads are done

  computed: {
    states() {
      return this.chips.map((chip) => chip.key + chip.state).join();
    },
    attached() {
      const done = this.chips.filter((chip) => chip.state === "done");
      return done.map(({ id, name, type, size }) => ({ id, name, type, size }));
    },
  },

  watch: {
    states() {
      this.keep();
      if (!this.waits || this.uploads.going) return;
      this.waits = false;
      this.send();
    },
  },

  created() {
    const ended = ({ name, state }) => (this.news = state === "done" ? `${name} is attached` : `${name} is not uploaded`);
    const refused = (sentence) => {
      this.waits = false; // without that file it may not be what was meant
      this.refuse(sentence);
    };
    this.uploads = new Uploads(this.chips, { ended, refused });
    this.drags = [["dragover", this.onDrag], ["drop", this.onDrag], ["dragleave", this.onLeave]];
  },

  mounted() {
    for (const [event, handler] of this.drags) window.addEventListener(event, handler);
  },

  unmounted() {
    for (const [event, handler] of this.drags) window.removeEventListener(event, handler);
  },

  methods: {
    async attach(files) {
      if (this.gone || !this.may) return;
      for (let file of [...files]) {
        let text;
        try {
          text = await written(file, this.limits.text);
          file = await smaller(file, this.limits.image);
        } catch {
          this.refuse(`“${file.name}” cannot be read.`); // a folder, or it is gone
          continue;
        }
        const size = this.chips.reduce((sum, chip) => sum + chip.size, file.size);
        if (text !== null) this.insert(text, file.name);
        else if (!file.size) this.refuse(`“${file.name}” is empty.`);
        else if (file.size > this.limits.largest) this.refuse(`“${file.name}” is too large. ${this.limits.possible}`);
        else if (this.chips.length === this.limits.count) return this.refuse(this.limits.tooMany);
        else if (size > this.limits.together) return this.refuse(this.limits.tooMuch);
        else this.uploads.add(file);
      }
      this.$refs.area.focus();
    },
    insert(text, name) {
      const before = this.text.trim() ? `${this.text.trimEnd()}\n\n` : "";
      if (before.length + text.length > this.longest) {
        const most = this.longest.toLocaleString("en-US");
        return this.refuse(`“${name}” is too long: with it, the message would have more than ${most} characters.`);
      }
      this.text = before + text;
      this.news = `${name} is written into the message`;
    },
    bring(files = []) {
      this.chips.push(...files.map(kept));
    },
    drop(files = []) {
      const ids = files.map((file) => file.id);
      for (const chip of this.chips.filter((chip) => ids.includes(chip.id))) this.uploads.remove(chip);
    },
    /** Whether a message may go now; if not, the person is told why, or it goes once the uploads are done. */
    complete() {
      this.waits = this.uploads.going;
      const failed = this.chips.find((chip) => chip.state === "failed");
      if (failed && !this.waits) this.refuse(`“${failed.name}” is not uploaded: try again, or remove it.`);
      return !failed && !this.waits;
    },
    refuse(message) {
      const look = { classes: "ta-notice ta-bad", icon: "error_outline", position: "top", timeout: 8000 };
      const actions = [{ label: "Dismiss" }];
      Quasar.Notify.create({ message, ...look, multiLine: true, textColor: "ink", actions }); // as parts/notice.py
    },

    stateOf({ state, progress, size }) {
      if (state === "failed") return "Not uploaded";
      return state === "done" ? sized(size) : `${Math.floor(progress * 100)} %`;
    },
    iconOf({ state, type }) {
      if (state === "failed") return "error_outline";
      return type.startsWith("image/") ? "image" : "description";
    },
    counted(files) {
      return files === 1 ? "1 file" : `${files} files`;
    },
    onRemove(chip) {
      this.uploads.remove(chip);
      this.$refs.area.focus();
    },
    onInput({ target }) {
      this.attach(target.files);
      target.value = ""; // so that the same file may be chosen again
    },
    onPaste(event) {
      const { files, types } = event.clipboardData;
      if (!files.length || types.includes("text/plain")) return; // a spreadsheet comes as text and as a picture of it
      event.preventDefault();
      this.attach(files);
    },
    onDrag(event) {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault(); // else the browser would leave the page and show the file
      this.dropping = event.type === "dragover" && !this.gone && this.may;
      if (event.type === "drop") this.attach(event.dataTransfer.files);
    },
    onLeave(event) {
      if (!event.relatedTarget) this.dropping = false; // it left the window
    },
  },
};
