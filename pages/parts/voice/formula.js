// A formula in a line of text as it is said: as it stands where it is short and plain, else just that there is one.
const LONGEST = 40;
const GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau " +
  "upsilon phi chi psi omega";
const SIGNS = {
  __proto__: null, // what is no command finds nothing
  times: "×", cdot: "·", div: "÷", pm: "±", le: "≤", leq: "≤", ge: "≥", geq: "≥", neq: "≠", ne: "≠", approx: "≈",
  to: "→", rightarrow: "→", infty: "∞", degree: "°", circ: "°", sum: "Σ", quad: " ", ldots: "…", dots: "…",
};
const POWERS = { 2: "²", 3: "³" };

/** Null for one that is too long or too deep to be read. */
export function readable(tex) {
  const said = tex
    .replace(/\\(?:text|mathrm|mathbf|mathit|operatorname)\s*\{([^{}]*)\}/g, "$1")
    .replace(/\\[td]?frac\s*\{(\w+)\}\s*\{(\w+)\}/g, "$1/$2")
    .replace(/\\sqrt\s*\{(\w+)\}/g, "√$1")
    .replace(/\\([A-Za-z]+)/g, (whole, name) => SIGNS[name] ?? greek(name) ?? whole)
    .replace(/\\[,;:! ]/g, " ")
    .replace(/\\([%$#&_])/g, "$1")
    .replace(/\^\{?([23])\}?(?![\d\w])/g, (_, power) => POWERS[power])
    .replace(/([_^])\{(\w+)\}/g, "$1$2")
    .replace(/_(\w)/g, "$1")
    .trim();
  return said && said.length <= LONGEST && !/[\\{}]/.test(said) ? said : null;
}

function greek(name) {
  const at = GREEK.split(" ").indexOf(name.toLowerCase());
  if (at < 0) return null;
  const letter = String.fromCodePoint(0x3b1 + at + (at > 16 ? 1 : 0)); // a final sigma comes before sigma
  return name[0] === name[0].toLowerCase() ? letter : letter.toUpperCase();
}
