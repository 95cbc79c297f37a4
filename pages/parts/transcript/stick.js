// Scrolls along while the end is in sight; stops the moment a person scrolls up, goes on when they come back.
const NEAR = 48; // pixels that still count as the end

export class Stick {
  constructor(root, changed) {
    this.root = root;
    this.stuck = true;
    this.changed = changed;
    this.last = scrollY;
    this.onScroll = () => this.scrolled();
    addEventListener("scroll", this.onScroll, { passive: true });
    // Told after layout and before paint: scrolling here costs no second layout.
    this.observer = new ResizeObserver(() => (this.stuck ? this.follow() : this.scrolled()));
    this.observer.observe(root);
    this.observer.observe(document.body); // the message box grows and shrinks, too, and that scrolls by itself
  }

  remove() {
    removeEventListener("scroll", this.onScroll);
    this.observer.disconnect();
  }

  toEnd() {
    this.set(true);
    this.follow();
  }

  /** Until it turns out, once what happens now is laid out, that the end is still in sight. */
  letGo() {
    this.stuck = false;
  }

  follow() {
    if (!this.root.querySelector("[data-turn]")) return; // a greeting is read from its beginning
    scrollTo(0, document.documentElement.scrollHeight);
    this.last = scrollY;
  }

  scrolled() {
    const page = document.documentElement;
    const atEnd = page.scrollHeight - innerHeight - scrollY <= NEAR;
    if (atEnd) this.set(true);
    else if (!this.stuck || scrollY < this.last - 1) this.set(false);
    this.last = scrollY;
  }

  set(stuck) {
    this.stuck = stuck;
    this.changed(stuck);
  }
}
