// The transcript's Vue shell: it mounts the plain-DOM view and ties it to NiceGUI's own websocket.
// Frames come past NiceGUI's outbox, as event 0 (pages/live.py sends them, pages/render.py says what they hold).
import { Transcript } from "thinkaloud-transcript";

export default {
  template: `<div class="ta-transcript"></div>`,
  props: { snapshot: String, viewer: Object }, // viewer: see transcript/viewer.js
  emits: ["ready", "earlier", "act"],
  watch: {
    viewer(viewer) {
      this.view.look(viewer);
    },
  },
  mounted() {
    this.view = new Transcript(this.$el, (event, args) => this.$emit(event, args));
    this.view.look(this.viewer);
    this.view.reset(this.snapshot ? JSON.parse(this.snapshot) : { cursor: 0, turns: [] });
    this.listen();
  },
  beforeUnmount() {
    clearTimeout(this.waiting);
    for (const [event, handler] of Object.entries(this.handlers ?? {})) window.socket.off(event, handler);
    this.view.remove();
  },
  methods: {
    listen() {
      if (!window.socket) {
        this.waiting = setTimeout(() => this.listen(), 5); // NiceGUI opens it once all components are mounted
        return;
      }
      this.handlers = {
        0: (...frame) => this.view.receive(frame),
        connect: () => this.view.ask(),
        disconnect: () => this.view.deafen(),
      };
      for (const [event, handler] of Object.entries(this.handlers)) window.socket.on(event, handler);
      if (window.socket.connected) this.view.ask();
    },
    reset(snapshot) {
      this.view.reset(snapshot);
    },
    prepend(window) {
      this.view.prepend(window);
    },
    look(viewer) {
      this.view.look(viewer);
    },
    refused(ask) {
      this.view.refused(ask);
    },
  },
};
