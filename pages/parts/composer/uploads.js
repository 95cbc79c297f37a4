// Files on their way to the server: a chip each, which Vue draws. pages/files.py takes them in.
// A chip is {key, name, size, id, type, state, progress, error}; state is "going", "done" or "failed".

const SILENCE = 30_000; // ms without progress after which an upload has failed
const OFFLINE = "Not uploaded: the server cannot be reached.";
let keys = 0;

export class Uploads {
  /** `chips` is reactive. `ended(chip)`: done or failed; `refused(sentence)`: it is not accepted, and has no chip more. */
  constructor(chips, { ended, refused }) {
    this.chips = chips;
    this.ended = ended;
    this.refused = refused;
    this.files = new Map(); // File and XMLHttpRequest by key: neither works behind Vue's proxies
    this.requests = new Map();
  }

  get going() {
    return this.chips.some((chip) => chip.state === "going");
  }

  add(file) {
    const chip = { key: ++keys, name: file.name, size: file.size, type: file.type, id: "", error: "" };
    this.files.set(chip.key, file);
    this.chips.push(chip);
    this.start(this.chips.at(-1)); // as Vue sees it
  }

  start(chip) {
    Object.assign(chip, { state: "going", progress: 0, error: "" });
    const request = new XMLHttpRequest(); // fetch does not tell how far it is
    let silence;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), SILENCE);
    };
    const lost = () => this.chips.includes(chip) && this.end(chip, { state: "failed", error: OFFLINE });
    request.upload.onprogress = (event) => {
      chip.progress = event.total ? event.loaded / event.total : 0;
      heard();
    };
    request.onload = () => this.answered(chip, request);
    request.onerror = request.onabort = lost;
    request.onloadend = () => {
      clearTimeout(silence);
      this.requests.delete(chip.key);
    };
    this.requests.set(chip.key, request);
    request.open("POST", "/files");
    request.setRequestHeader("content-type", "application/octet-stream");
    request.setRequestHeader("x-file-name", encodeURIComponent(chip.name));
    heard();
    request.send(this.files.get(chip.key));
  }

  remove(chip) {
    this.chips.splice(this.chips.indexOf(chip), 1);
    this.requests.get(chip.key)?.abort();
    this.files.delete(chip.key);
  }

  answered(chip, { status, responseText }) {
    if (status === 201) {
      this.end(chip, { ...JSON.parse(responseText), state: "done" });
      this.files.delete(chip.key);
    } else if (status === 413 || status === 415) {
      this.remove(chip); // another try would end the same
      this.refused(responseText);
    } else {
      this.end(chip, { state: "failed", error: status === 507 || status === 503 ? responseText : OFFLINE });
    }
  }

  end(chip, news) {
    Object.assign(chip, news);
    this.ended(chip);
  }
}

/** A chip of a file that the server has. */
export function kept({ id, name, type, size }) {
  return { key: ++keys, id, name, type, size, state: "done", progress: 1, error: "" };
}

/** As agent/attachments.py spells it. */
export function sized(size) {
  if (size < 1000) return size === 1 ? "1 byte" : `${size} bytes`;
  return size < 999_500 ? `${Math.round(size / 1000)} kB` : `${(size / 1e6).toFixed(1)} MB`;
}
