// Between the transcript and a conversation: after a cut the transcript is told anew, and what was heard of a thought
// before is not said again.

/** What told.js calls; `conversation` as in conversation.js. Turns that begin while `elsewhere()` are another's;
 *  `source(id)` is what a thought has said. */
export function follower(conversation, { elsewhere = () => false, source = () => "" } = {}) {
  const heard = new Map(); // characters of each open thought
  const running = new Set();
  let before = null; // what was open before the reset
  return (name, ...args) => {
    if (name === "reset") {
      const [open] = args;
      const over = (id) => !open.includes(id);
      for (const id of [...heard.keys()].filter(over)) conversation.ended(id, { text: source(id), ok: true });
      for (const id of [...running].filter(over)) {
        running.delete(id);
        conversation.over(id);
      }
      before = new Map(heard); // of what is over, too: nobody asks for that again
      heard.clear();
    } else if (name === "turn") {
      if (running.has(args[0].id) || elsewhere()) return;
      running.add(args[0].id);
      conversation.turn(args[0]);
    } else if (name === "answers") {
      if (running.has(args[0])) conversation.answers(args[0]);
    } else if (name === "thought") {
      const [thought] = args;
      if (!running.has(thought.turn)) return;
      const known = before?.get(thought.id);
      heard.set(thought.id, thought.source.length);
      if (known === undefined) conversation.thought(thought);
      else if (thought.source.length > known) conversation.grew(thought.id, thought.source.slice(known));
    } else if (name === "grew") {
      const [id, text] = args;
      if (!heard.has(id)) return;
      heard.set(id, heard.get(id) + text.length);
      conversation.grew(id, text);
    } else if (name === "ended") {
      if (heard.delete(args[0])) conversation.ended(...args);
    } else if (name === "asked") {
      if (running.has(args[0].turn)) conversation.asked(args[0]);
    } else if (name === "over") {
      if (running.delete(args[0])) conversation.over(...args);
    }
  };
}
