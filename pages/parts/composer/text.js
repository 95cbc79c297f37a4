// Text files are written into the message: every model can read that, and the person sees what it is sent.

const UNSEEN = /[\0-\x08\x0b\x0e-\x1f\x7f]/; // in no text, and soon in every other file

/** The file as a block of markdown with its name above it; null where it is no text of at most so many bytes.
 *  Throws where it cannot be read. */
export async function written(file, most) {
  if (file.size > most || !file.size) return null;
  const bytes = await file.arrayBuffer();
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
  if (UNSEEN.test(text) || text.trimStart().startsWith("%PDF-")) return null;
  const runs = text.match(/`{3,}/g) ?? [];
  const fence = "`".repeat(Math.max(3, ...runs.map((run) => run.length + 1)));
  const suffix = /\.([a-z0-9+#-]{1,12})$/i.exec(file.name)?.[1].toLowerCase() ?? "";
  const body = text.replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  return `${file.name.replace(/\s+/g, " ")}:\n\n${fence}${suffix === "txt" ? "" : suffix}\n${body}\n${fence}\n`;
}
