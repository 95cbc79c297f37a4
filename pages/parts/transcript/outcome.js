// How a turn ended: the sentence, what one can do about it, and what it took.
import { button, count, dollars, el, icon, seconds } from "./dom.js";
import { isMine, viewer } from "./viewer.js";

// What helps, the most promising first, by the kind of failure (agent/errors.py lists them all).
const REMEDIES = {
  no_key: ["settings", "again"],
  bad_key: ["settings", "again"],
  no_credit: ["settings", "model", "again"],
  forbidden: ["model", "settings", "again"],
  no_model: ["model", "again"],
  no_server: ["settings", "again"],
  unreachable: ["again", "settings"],
  rate_limited: ["again", "model"],
  overloaded: ["again", "model"],
  too_long: ["new", "model", "again"],
  refused: ["model", "again"],
};
const HERE = ["agent", "demo"]; // they run in the server itself: there is no connection to speak of

/** Why it ended early, as one sentence in a box. */
export function reason({ state, why, error, ended_by, upstream_closed_ms }, vendor) {
  if (state === "failed") return el("div", "ta-failure", {}, icon("error_outline"), el("span", "", {}, error ?? "It failed."));
  return el("div", "ta-cut", {}, icon("front_hand"), el("span", "", {}, cut(why, ended_by, HERE.includes(vendor) ? undefined : upstream_closed_ms)));
}

/** The buttons that go on from there. `shown`: the agent had shown something. */
export function remedies({ kind }, { shown, vendor, resume }) {
  const all = {
    again: shown ? ["Continue", "play_arrow", resume] : ["Try again", "replay", resume],
    settings: ["Open settings", "settings", () => tell("ta-settings", { vendor })],
    model: ["Choose another model", "swap_horiz", () => tell("ta-models")],
    new: ["Start a new session", "add", () => location.assign("/")],
  };
  const names = (REMEDIES[kind] ?? ["again"]).filter((name) => name !== "settings" || viewer.keys);
  return names.map((name, i) => button(`ta-remedy ${i ? "ta-second" : "ta-primary"}`, ...all[name]));
}

/** What it took: how long, and where tokens were counted, how many and for how much; a click tells more. */
export function bill({ ms, first_ms, usage, cost_usd, state }, model) {
  const took = el("span", "ta-took", { title: "How long the turn took" }, seconds(ms));
  if (!usage) return [took];
  const { input = 0, output = 0, reasoning, cached, written, estimated } = usage;
  const price = spent(cost_usd, estimated, state);
  const details = [
    first_ms === undefined ? null : ["First token after", seconds(first_ms)],
    ["Input", `${count(input)} tokens` + within([cached, "of them from the cache"], [written, "written to it"])],
    ["Output", `${estimated ? "about " : ""}${count(output)} tokens` + within([reasoning, "of them for thinking"])],
    ["Price", price],
    ["Model", model],
  ].filter(Boolean);
  const title = details.map(([name, value]) => `${name}: ${value}`).join("\n");
  const line = el("button", "ta-button ta-usage", { type: "button", "aria-expanded": "false", title });
  const parts = [
    first_ms === undefined ? null : ["ta-wide", `${seconds(first_ms)} to the first token`],
    ["ta-wide", `${count(input)} in`],
    ["ta-wide", `${count(output)} out`],
    ["", price],
  ].filter(Boolean);
  line.append(took, ...parts.map(([cls, text]) => el("span", `ta-part ${cls}`, {}, text)), icon("expand_more"));
  const more = el("dl", "ta-bill", { hidden: "" });
  for (const [name, value] of details) more.append(el("div", "", {}, el("dt", "", {}, name), el("dd", "", {}, value)));
  line.addEventListener("click", () => {
    more.hidden = !more.hidden;
    line.setAttribute("aria-expanded", String(!more.hidden));
  });
  return [line, more];
}

function spent(cost, estimated, state) {
  if (cost === 0) return "free";
  const note = estimated && state === "interrupted" ? "stopped, estimated" : "estimate";
  if (cost === undefined) return "price unknown";
  return `≈ ${dollars(cost)} (${note})`;
}

function within(...parts) {
  const some = parts.filter(([n]) => n).map(([n, what]) => `${count(n)} ${what}`);
  return some.length ? `, ${some.join(", ")}` : "";
}

function tell(name, detail = {}) {
  window.dispatchEvent(new CustomEvent(name, { detail })); // picker.js and settings.js listen
}

function cut(why, by, upstream) {
  const who = isMine(by) ? "Stopped" : `Stopped by ${by}`;
  const proof = upstream === undefined ? "" : `; the provider’s connection closed after ${upstream < 1 ? "less than 1" : Math.round(upstream)} ms`;
  const said = {
    crash: "The server stopped unexpectedly here. Everything up to this point was kept.",
    shutdown: "The server was shut down here.",
    limit: "The agent took as many steps as a turn may have. Continue gives it more.",
    unwatched: "Stopped: nobody was watching any more.",
  };
  return said[why] ?? `${who}${proof}.`;
}
