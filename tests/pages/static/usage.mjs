// @ts-check
// What a page may write, and what its editor tells it is wrong; read by TypeScript, never run.
import { connect } from "../../../pages/static/thinkaloud.js";

connect();
connect("https://example.org", { token: "t" });
const agent = connect({ session: "mine", after: 3, remember: true, tries: 9, backoff: (attempt) => attempt * 100 });

const off = agent.on("token", (frame) => frame.content.trimEnd());
off();
agent.on("*", (frame) => frame.type + frame.eventId + frame.anything);
agent.on("waiting", ({ in_ms, attempt }) => in_ms + attempt);
agent.on("closed", ({ code, reason }) => code + reason.length);
agent.on("made.later", (frame) => frame.whatever);
const asked = agent.ask("Why?", { intent: "steer" });
agent.withdraw(asked.id);
const { content, cost_usd = 0 } = await asked;
content.length + cost_usd;
agent.reply("q1", "yes");
agent.reply("q2", true);
agent.session.length + agent.cursor;

// @ts-expect-error: it is a text
agent.on("token", (frame) => frame.content.toFixed());
// @ts-expect-error: there is no such intent
agent.ask("Why?", { intent: "now" });
// @ts-expect-error: an answer is a text, or yes or no
agent.reply("q1", 1);
// @ts-expect-error: it is not to be set
agent.session = "another";
// @ts-expect-error: there is no such option
connect({ room: "mine" });
