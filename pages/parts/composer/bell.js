// The offer to tell when a long run is done: a bit of the message box (a Vue mixin, and its bit of the template).
// What tells is transcript/index.js, which sees how it ends.
import { hindrance, want, wanted } from "thinkaloud-notify";

const LONG = 8000; // ms that a run takes before that is of use

export const BELL = `
  <button v-if="long && may" type="button" class="ta-bell" :aria-pressed="bell ? 'true' : 'false'"
          :aria-disabled="hindered ? 'true' : null" :data-tip="hindered || null" @click="onBell">
    <q-icon :name="bell ? 'notifications_active' : 'notifications_none'" aria-hidden="true" />
    {{ bell ? "You will be told when it is done" : "Tell me when it is done" }}
  </button>`;

export const notifying = {
  data: () => ({ long: false, bell: false, hindered: "" }),

  watch: {
    running: { immediate: true, handler: "onRunning" },
  },

  unmounted() {
    clearTimeout(this.wait);
  },

  methods: {
    onRunning(running) {
      clearTimeout(this.wait);
      this.long = false;
      if (running) this.wait = setTimeout(this.ring, LONG);
    },
    ring() {
      this.bell = wanted();
      this.hindered = hindrance();
      this.long = true;
    },
    async onBell() {
      if (this.hindered) return;
      this.bell = await want(!this.bell);
      this.hindered = hindrance();
    },
  },
};
