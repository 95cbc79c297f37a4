/**
 * Watch an agent think, and talk to it, from any page: one connection that comes back by itself.
 *
 *     import { connect } from "/static/thinkaloud.js";
 *     const agent = connect();
 *     agent.on("token", (frame) => console.log(frame.content));
 *     const answer = await agent.ask("Why is the sky blue?");
 *     console.log(answer.content);
 *
 * What the agent does comes as frames, each of them once and in order, whatever happens to the connection meanwhile.
 * docs/protocol.md lists them; `Frames` below has those of the dialect `agent`. A page on another origin than the
 * server imports this from the server, and nothing else is needed there: the connection goes where the module is from.
 */

/**
 * @typedef {object} Options
 * @property {string} [url] The server, or one of its websocket doors; where this module is from, if left out.
 * @property {string} [session] 1 to 64 letters, digits, "-", "_"; whoever has it sees the same. A new one if left out.
 * @property {boolean} [remember] A reload of the page finds the session again that it made.
 * @property {string} [token] Who one is, where the server wants to know.
 * @property {number} [after] The last event that is not wanted any more; 0, the whole log, if left out.
 * @property {string} [dialect] `agent`, `room` or `native`.
 * @property {number} [tries] How many times in a row to come back in vain before giving up: 5. While the browser is
 *   offline they do not count.
 * @property {(attempt: number) => number} [backoff] How many ms to wait before try 0, 1, 2 …
 *
 * @typedef {{ type: string, eventId?: number, [field: string]: any }} Frame
 *   `eventId` is there in whatever stands in the log.
 * @typedef {object} Frames
 * @property {Frame & { session: string, lastEventId: number, active_users: string[], model: string, title: string,
 *   reset?: boolean }} hello After each (re)connect. With `reset` all follows from the first event on: forget what was.
 * @property {Frame & { message: string, user_id: string, content: string }} user_message
 * @property {Frame & { status: string }} status The agent has begun a turn: "thinking".
 * @property {Frame & { content: string }} thinking A few more words of it.
 * @property {Frame & { tool: string, args: any, content: string }} action
 * @property {Frame & { content: string, ok: boolean, ms: number }} observation What came of the action.
 * @property {Frame & { content: string }} token A few more words of the answer.
 * @property {Frame & { percent: number, message: string }} progress
 * @property {Frame & { ask: string, content: string, choices?: string[] }} question Wants a `reply`.
 * @property {Frame & { ask: string, content: string, tool?: string, args?: any }} approval Also: true or false.
 * @property {Frame & { ask: string, by?: string, content?: string, allow?: boolean }} replied
 * @property {Frame & { content: string, usage?: any, cost_usd?: number, ms: number }} done The whole answer.
 * @property {Frame & { by?: string, why?: string }} interrupted
 * @property {Frame & { kind: string, message: string, retry_after?: number }} error A turn failed; or, where it has no
 *   `eventId`, something that this connection said was refused: the message `message_id`, maybe.
 * @property {Frame & { by: string }} cleared
 * @property {Frame & { title: string }} title
 * @property {Frame & { user_id: string, active_users: string[] }} user_joined
 * @property {Frame & { user_id: string, active_users: string[] }} user_left
 * @property {Frame & { user_id: string }} typing
 * @property {{ session: string }} open The connection stands. (These last three come from here, not from the server.)
 * @property {{ in_ms: number, attempt: number }} waiting It broke, and is tried again in so many ms.
 * @property {{ code: number, reason: string }} closed It ended, and nothing more is tried; `agent.open()` begins anew.
 *
 * @typedef {Error & { kind: string, retry_after?: number, frame?: Frame }} Refusal
 *   Why there is no answer, in a sentence. `kind` is "interrupted", "withdrawn", "closed", "unreachable", or what the
 *   server said.
 * @typedef {{ frame: Frame, posted: boolean, read: boolean, resolve: (frame: any) => void,
 *   reject: (why: Refusal) => void }} Ask
 */

const LONGEST_WAIT = 30_000;
const ANSWERS_WITHIN = 20_000;
const QUIET_FOR = 90_000; // the server pings after 60 s in which neither side said anything
const TYPING_EVERY = 2_000;
const FINAL = [1000, 4001, 4003]; // it is over, the token is bad, it is somebody else's
const KEPT_AS = "thinkaloud";

/**
 * Connects, and keeps connected. Throws SyntaxError where `url` is none.
 *
 * @param {string | Options} [where] The url, or all options.
 * @param {Options} [options]
 */
export function connect(where, options) {
  const { url, token, dialect, remember, after = 0, tries = 5, backoff = jittered, ...given } =
    typeof where === "string" ? { ...options, url: where } : { ...where };
  const address = addressOf(url);
  let session = given.session ?? address.searchParams.get("session") ?? (remember ? kept() : undefined) ?? newId();
  if (remember) keep(session);

  /** @type {Map<string, Set<(frame: any) => void>>} */
  const listeners = new Map();
  /** @type {Map<string, Ask>} */
  const asked = new Map();
  let /** @type {Frame[]} */ unsent = [];
  let /** @type {WebSocket | undefined} */ socket;
  let /** @type {"connecting" | "open" | "waiting" | "closed"} */ state = "connecting";
  /** @type {Record<"next" | "again", ReturnType<typeof setTimeout> | undefined>} */
  const timers = { next: undefined, again: undefined };
  let [cursor, attempt, dialled, notBefore, typed] = [after, 0, 0, 0, 0];
  let [final, trouble] = [false, ""];

  function open() {
    [final, attempt] = [false, 0];
    // the way there is another one then: a connection that stands is most likely dead, and waiting is over
    globalThis.addEventListener?.("online", open);
    dial();
  }

  function dial() {
    hangUp();
    [state, trouble, dialled] = ["connecting", "", Date.now()];
    for (const [name, value] of Object.entries({ session, after: cursor, token, dialect })) {
      if (value !== undefined) address.searchParams.set(name, `${value}`);
    }
    const line = new WebSocket(address);
    socket = line;
    line.onmessage = ({ data }) => line === socket && hear(data);
    line.onclose = ({ code, reason }) => line === socket && dropped(code, reason);
    line.onerror = () => line === socket && dropped(1006, ""); // outside of browsers nothing more may come
    watch(ANSWERS_WITHIN);
  }

  /** A half-open connection says nothing for ever; closing it properly would take as long. */
  function watch(/** @type {number} */ ms) {
    clearTimeout(timers.next);
    timers.next = setTimeout(() => dropped(1006, ""), ms);
  }

  function hangUp() {
    clearTimeout(timers.next);
    const line = socket;
    socket = undefined;
    line?.close();
  }

  function hear(/** @type {any} */ data) {
    watch(state === "open" ? QUIET_FOR : ANSWERS_WITHIN);
    const frame = parsed(data);
    if (typeof frame?.type !== "string") return;
    if (frame.type === "hello") greeted(frame);
    if (frame.eventId !== undefined) {
      if (!(frame.eventId > cursor)) return; // seen
      cursor = frame.eventId;
      attempt = 0;
    }
    if (frame.type === "ping") say({ type: "pong" });
    if (!/^(\*|open|waiting|closed)$/.test(frame.type)) tell(frame.type, frame);
    tell("*", frame);
    settle(frame);
  }

  function greeted(/** @type {Frame} */ hello) {
    session = hello.session ?? session;
    if (hello.reset) cursor = 0;
    state = "open";
    watch(QUIET_FOR);
    if (hello.reset) asked.forEach((ask) => (ask.posted = ask.read = false));
    sayAgain();
    unsent.splice(0).forEach(say);
    tell("open", { session });
  }

  /** Its id makes a message harmless that did arrive. */
  const sayAgain = () => asked.forEach((ask) => ask.posted || state !== "open" || say(ask.frame));

  function dropped(/** @type {number} */ code, /** @type {string} */ reason) {
    hangUp();
    const now = Date.now();
    if (state === "open" && now - dialled > LONGEST_WAIT) attempt = 0; // idle, but it stood
    if (code === 1009) refuse("too_long", "That message is too long.", (ask) => !ask.posted);
    const barred = code === 1008 && state === "connecting" && notBefore <= now; // later it means: not like this
    if (barred || FINAL.includes(code)) return end(code, reason || trouble || "The server closed the connection.");
    if (attempt >= tries && globalThis.navigator?.onLine !== false) {
      return end(code, reason || trouble || "The server cannot be reached.", "unreachable");
    }
    const in_ms = Math.max(backoff(attempt), notBefore - now);
    state = "waiting";
    timers.next = setTimeout(dial, in_ms);
    tell("waiting", { in_ms, attempt: attempt++ });
  }

  function end(/** @type {number} */ code, /** @type {string} */ reason, kind = "closed") {
    hangUp();
    final = kind === "closed";
    if (final) globalThis.removeEventListener?.("online", open);
    [state, unsent] = ["closed", []];
    refuse(kind, reason);
    tell("closed", { code, reason });
  }

  /** An answer is the end of the turn that has read the message, or that began after it was posted. */
  function settle(/** @type {Frame} */ frame) {
    const { type, eventId } = frame;
    const mine = asked.get(frame.message);
    if (type === "status" || type === "agent_thinking" || type === "turn.start") {
      asked.forEach((ask) => (ask.read ||= ask.posted));
    } else if (type === "error" && eventId === undefined) {
      refused(frame);
    } else if (type === "done" || type === "agent_response" || (type === "turn.end" && frame.reason === "done")) {
      asked.forEach((ask, id) => ask.read && asked.delete(id) && ask.resolve(frame));
    } else if (type === "interrupted" || type === "error" || type === "turn.end") {
      const { kind = "interrupted", message = "It was stopped." } = frame.error ?? frame;
      refuse(kind, message, (ask) => ask.read, frame);
    } else if (/withdrawn$/.test(type)) {
      refuse("withdrawn", "The message was taken back.", (ask) => ask === mine, frame);
    } else if (mine) {
      mine.posted = true;
      mine.read ||= !/^(user_message|message\.posted)$/.test(type);
    }
  }

  /** What this connection said is not done, or it may not stay. */
  function refused(/** @type {Frame} */ error) {
    const { kind, message, message_id, retry_after = 0 } = error;
    trouble = message;
    notBefore = Date.now() + 1000 * retry_after;
    const waiting = [...asked.values()].filter((ask) => !ask.posted);
    if (message_id) refuse(kind, message, (ask) => ask.frame.id === message_id, error);
    else if (kind === "rate_limited") {
      clearTimeout(timers.again);
      timers.again = setTimeout(sayAgain, 1000 * Math.max(1, retry_after)); // many at once are let through in a second
    } else if (waiting.length === 1) refuse(kind, message, (ask) => ask === waiting[0], error);
  }

  /** @param {string} kind @param {string} message @param {(ask: any) => boolean} [which] @param {any} [frame] */
  function refuse(kind, message, which = () => true, frame) {
    const { retry_after } = frame?.error ?? frame ?? {};
    asked.forEach((ask, id) => {
      if (which(ask) && asked.delete(id)) ask.reject(Object.assign(new Error(message), { kind, frame, retry_after }));
    });
  }

  function say(/** @type {Frame} */ frame) {
    if (socket && state === "open") {
      socket.send(JSON.stringify(frame));
      watch(frame.type === "message" ? ANSWERS_WITHIN : QUIET_FOR);
    } else if (state !== "closed") unsent.push(frame);
  }

  function tell(/** @type {string} */ type, /** @type {any} */ frame) {
    for (const listener of [...(listeners.get(type) ?? [])]) {
      try {
        listener(frame);
      } catch (error) {
        // a fault of the page's own is reported as such, and the others hear the frame all the same
        void Promise.reject(error);
      }
    }
  }

  open();

  return {
    get session() { return session; },
    /** The `eventId` of the last frame. */
    get cursor() { return cursor; },
    get state() { return state; },

    /**
     * Calls `listener` with each frame of that type ("*": of any that the server sends); returns what ends that.
     *
     * @template {keyof Frames | "*" | (string & {})} T
     * @param {T} type
     * @param {(frame: T extends keyof Frames ? Frames[T] : Frame) => void} listener
     */
    on(type, listener) {
      const those = listeners.get(type) ?? new Set();
      listeners.set(type, those.add(listener));
      return () => void those.delete(listener);
    },

    /**
     * Says something; gives the frame that ends the answer, `done`, or rejects with a `Refusal`. While the agent works,
     * "queue" waits for its next turn, "steer" is read before its next step, "interrupt" stops it. `id` names the
     * message, for `withdraw`. Nobody needs to wait for the answer: what happens comes as frames, too.
     *
     * @param {string} content
     * @param {{ intent?: "queue" | "steer" | "interrupt", id?: string }} [how]
     * @returns {Promise<Frames["done"]> & { id: string }}
     */
    ask(content, { intent, id = newId() } = {}) {
      const frame = { type: "message", content, intent, id };
      const waits = { frame, posted: false, read: false };
      const answer = new Promise((resolve, reject) => asked.set(id, { ...waits, resolve, reject }));
      answer.catch(() => {});
      if (state === "open") say(frame);
      else if (state === "closed") refuse("closed", "The connection is closed.");
      return /** @type {any} */ (Object.assign(answer, { id }));
    },

    /** Stops what the agent does; what it has said so far stays. */
    interrupt: () => say({ type: "interrupt" }),
    /** The agent forgets what was before. */
    clear: () => say({ type: "clear" }),
    /** Takes a message back that the agent has not read yet. */
    withdraw: (/** @type {string} */ id) => say({ type: "withdraw", message: id }),

    /** Answers a `question` with a text, an `approval` with true or false. */
    reply: (/** @type {string} */ ask, /** @type {string | boolean} */ answer) =>
      say({ type: "reply", ask, [typeof answer === "boolean" ? "allow" : "content"]: answer }),

    /** Somebody is writing: may be called with each key. */
    typing: () => {
      if (state === "open" && Date.now() - typed >= TYPING_EVERY) say({ type: "typing" }), (typed = Date.now());
    },

    open, // tries again at once
    /** Leaves; the agent goes on without. */
    close: () => final || end(1000, "The connection is closed."),
  };
}

function addressOf(url = "..") {
  const address = new URL(url, import.meta.url);
  address.protocol = address.protocol.replace("http", "ws");
  if (!address.pathname.includes("/ws/")) address.pathname = address.pathname.replace(/\/?$/, "/ws/agent");
  return address;
}

/** Up to half less, so that not everybody comes back at once. */
const jittered = (/** @type {number} */ attempt) =>
  Math.min(1000 * 2 ** attempt, LONGEST_WAIT) * (1 - Math.random() / 2);

/** Not `randomUUID`: browsers have that on https and localhost alone. */
const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Undefined where the page may not keep anything. */
const kept = () => tried(() => sessionStorage.getItem(KEPT_AS) ?? undefined);
const keep = (/** @type {string} */ session) => tried(() => sessionStorage.setItem(KEPT_AS, session));
const parsed = (/** @type {string} */ data) => tried(() => JSON.parse(data));

/** @template T @param {() => T} how */
function tried(how) {
  try {
    return how();
  } catch {}
}
