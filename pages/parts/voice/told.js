// What happens in the transcript of this page, for whoever wants to speak of it. transcript/index.js tells; the voice
// listens. While nobody does, telling costs nothing.
//
// name     arguments
// reset    ids                                    all that was told before is void; what goes on now, these, follows
// turn     {id, mine}                             a run has begun, or is under way
// answers  turn                                   it reads a message of this person's, whoever began it
// thought  {id, turn, kind, source, tool, args}   it has begun; `source` is what it has said so far
// grew     id, text
// ended    id, {ok, text}
// asked    {id, turn, text}                       the agent waits for an answer; without a text: since before
// over     turn, {stopped}                        stopped: by a person
const ears = new Set();
let stage = { now: () => [], source: () => "" };

/** Tells `ear(name, ...arguments)` what is under way, or instead what another ear was told before, then what happens;
 *  returns how to end that. */
export function listen(ear, past = stage.now()) {
  for (const told of past) ear(...told);
  ears.add(ear);
  return () => ears.delete(ear);
}

export function tell(...told) {
  for (const ear of ears) ear(...told);
}

/** Whose transcript it is: `now()` tells what is under way, `source(id)` what a thought, or a whole turn, has said. */
export function setStage(it) {
  stage = it;
}

export function sourceOf(id) {
  return stage.source(id);
}
