// What was typed and not yet sent, by the id of what it is for. It outlives a reload of this window, as a Map would not.
const KEY = "ta-answer:";

export class Drafts {
  constructor() {
    this.known = new Map();
  }

  get(id) {
    return this.known.get(id) ?? kept(() => sessionStorage.getItem(KEY + id)) ?? "";
  }

  set(id, text) {
    this.known.set(id, text);
    kept(() => sessionStorage.setItem(KEY + id, text));
  }

  delete(id) {
    this.known.delete(id);
    kept(() => sessionStorage.removeItem(KEY + id));
  }
}

/** Null where nothing may be kept: then a draft lives as long as the page. */
function kept(act) {
  try {
    return act();
  } catch {
    return null;
  }
}
