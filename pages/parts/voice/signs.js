// Short spoken signs of what an agent does on the way to its answer: an own agent's action in its own words, a call by
// what its tool does, what came of it by how much there is or, where that is short, as it stands.
import { line } from "./reading.js";
import { number, sentence, wording } from "./wording.js";

const SHORT = 60; // characters that are said as they are
const DEEDS = [
  [/search|find|look_?up|quer|browse|retriev|google|wiki/, "search"],
  [/calc|math|evaluat|arithmetic/, "calculate"],
  [/convert/, "convert"],
  [/date|calendar|days/, "date"],
  [/^now$|time|clock/, "time"],
  [/count|statistic/, "count"],
  [/write|save|edit|patch|creat/, "write"],
  [/run|exec|python|shell|bash|terminal/, "run"],
  [/read|open|fetch|load|get_?(?:file|page|url)|list_?files|cat$/, "read"],
];
const CALL = /^([A-Za-z_][\w.-]*)\(.*\)\s*$/s; // as agent/step.py spells it
const HELD = /^(?:results?|items|matches|hits|documents|data|rows|entries)$/i; // what holds results, in JSON

/**
 * What is said when a thought begins or ends (`phase` "start" or "end"), "" for nothing: once for each. Without a
 * `tool`, a call is known by its `text`. `lang` is whose words they are.
 */
export function sign({ kind, phase, tool, text = "", ok = true, lang = "en" }) {
  const own = wording(lang);
  const ends = phase === "end";
  if (kind === "thinking") return ends ? "" : sentence(own.thinking);
  if (kind === "action") return action(own, ends, tool, text.trim(), lang);
  if (kind !== "observation" || !ends) return "";
  if (ok === false) return sentence(own.failed);
  return observation(own, text.trim(), lang);
}

function action(own, ends, tool, text, lang) {
  if (tool) return ends ? "" : call(own, tool);
  if (!ends) return ""; // its words are still to come
  const named = CALL.exec(text);
  return named ? call(own, named[1]) : brief(text, lang);
}

function call(own, tool) {
  const name = tool.replace(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();
  const deed = DEEDS.find(([pattern]) => pattern.test(name));
  return deed ? sentence(own[deed[1]]) : sentence(own.using, name.replace(/[\W_]+/g, " ").trim());
}

function observation(own, text, lang) {
  const count = results(text);
  if (count === 0) return sentence(own.nothing);
  if (count === 1) return sentence(own.found[0]);
  if (count) return sentence(own.found[1], number(count, lang));
  const single = text && !text.includes("\n") && text.length <= SHORT && !/^[[{<]/.test(text);
  return (single && line(text, lang)) || sentence(own.done);
}

/** How many results a text holds, null where that cannot be told. */
function results(text) {
  if (/^[[{]/.test(text)) {
    const found = inJson(text);
    if (found !== null) return found;
  }
  const marked = [...text.matchAll(/^(?:\[(\d{1,4})\]|(\d{1,4})[.)]) \S/gm)];
  let next = 1;
  for (const [, bracketed, listed] of marked) if (Number(bracketed ?? listed) === next) next += 1;
  if (next > 1 && /^(?:\[1\]|1[.)]) /.test(text)) return next - 1;
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.length > 1 && lines.every((line) => /^[-*•] /.test(line)) ? lines.length : null;
}

function inJson(text) {
  try {
    const value = JSON.parse(text);
    if (Array.isArray(value)) return value.length;
    const lists = Object.entries(value).filter(([name, inside]) => HELD.test(name) && Array.isArray(inside));
    return lists.length === 1 ? lists[0][1].length : null;
  } catch {
    return null; // not JSON after all
  }
}

/** An agent's own words, as much of them as is short. */
function brief(text, lang) {
  const said = line(text, lang);
  if (said.length <= SHORT) return said;
  const first = /^.{1,60}?[.!?…](?=\s)/u.exec(said)?.[0];
  return first ?? said.slice(0, said.lastIndexOf(" ", SHORT) + 1 || SHORT).trim();
}
