// What the languages of code blocks are called.
const NAMES = {
  __proto__: null, // what is not here finds nothing
  py: "Python", python3: "Python", js: "JavaScript", javascript: "JavaScript", mjs: "JavaScript", ts: "TypeScript",
  typescript: "TypeScript", jsx: "JSX", tsx: "TSX", sh: "Shell", zsh: "Shell", cpp: "C++", "c++": "C++", cs: "C#",
  csharp: "C#", fsharp: "F#", html: "HTML", css: "CSS", scss: "SCSS", json: "JSON", jsonc: "JSON", yaml: "YAML",
  yml: "YAML", toml: "TOML", xml: "XML", sql: "SQL",
  md: "Markdown", rb: "Ruby", rs: "Rust", kt: "Kotlin",
  hs: "Haskell", php: "PHP", ps1: "PowerShell", powershell: "PowerShell", objc: "Objective-C", golang: "Go", tex: "LaTeX",
  latex: "LaTeX", graphql: "GraphQL", vb: "Visual Basic", matlab: "MATLAB", ini: "INI", csv: "CSV",
};
const NONE = /^(?:text|txt|plain|plaintext|output|console|none)?$/i;

/** "" for a block that is in no language. */
export function language(name) {
  if (NONE.test(name)) return "";
  const known = NAMES[name.toLowerCase()];
  return known ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}`.slice(0, 30);
}
