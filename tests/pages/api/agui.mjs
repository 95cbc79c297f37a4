// Other people's AG-UI client, told by lines of JSON what to do; it says in lines of JSON what it heard.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const [folder, url, threadId] = process.argv.slice(2);
const { HttpAgent } = createRequire(folder + "/")("@ag-ui/client");
const agent = new HttpAgent({ url, threadId });
const tell = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const heard = { onEvent: ({ event }) => tell({ event }) };

async function run({ do: _, ...parameters }) {
  let error = null;
  try {
    await agent.runAgent(parameters, heard);
  } catch (thrown) {
    error = thrown.message;
  }
  tell({ ended: { error, messages: agent.messages, pending: agent.pendingInterrupts } });
}

for await (const line of createInterface({ input: process.stdin })) {
  const what = JSON.parse(line);
  if (what.do === "say") agent.addMessage(what.message);
  if (what.do === "run") run(what);
  if (what.do === "abort") agent.abortRun();
}
