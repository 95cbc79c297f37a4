// Who else is writing: the part of the message box (a Vue mixin, and its bit of the template) that tells and shows it.
const EVERY = 3000; // ms between two words about it to the server
const LASTS = 5000; // … that one such word from somebody else counts

export const WRITING = `<p v-if="writers.length" class="ta-writing">{{ written }}</p>`;

export const writing = {
  data: () => ({ writers: [] }),

  computed: {
    written() {
      const [one, two, more] = this.writers;
      if (more) return "Several people are writing…";
      return two ? `${one} and ${two} are writing…` : `${one} is writing…`;
    },
  },

  watch: {
    text(text, before) {
      // one letter more; not what is brought back from storage, and not what is sent away
      if (this.alone || !this.may || text.length <= before.length || document.activeElement !== this.$refs.area) return;
      if (!window.socket?.connected || Date.now() - (this.told ?? 0) < EVERY) return;
      this.told = Date.now();
      this.$emit("typing");
    },
  },

  created() {
    this.until = new Map();
  },

  unmounted() {
    for (const timer of this.until.values()) clearTimeout(timer);
  },

  methods: {
    // ── called from Python ──
    typed(user, still = true) {
      const name = user === "owner" ? "Somebody" : user;
      const over = () => {
        this.until.delete(name);
        this.writers = [...this.until.keys()];
      };
      clearTimeout(this.until.get(name));
      if (!still) return over();
      this.until.set(name, setTimeout(over, LASTS));
      this.writers = [...this.until.keys()];
    },
  },
};
