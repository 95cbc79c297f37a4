// The words of our own that are spoken: for what is not read out, and as signs of thoughts. English where a language
// has none here.
const SEVERAL = {
  __proto__: null, // what is no language finds nothing
  en: "no one two three four five six seven eight nine ten eleven twelve",
  de: "kein ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
  fr: "aucun un deux trois quatre cinq six sept huit neuf dix onze douze",
  es: "ningún un dos tres cuatro cinco seis siete ocho nueve diez once doce",
  it: "nessun un due tre quattro cinque sei sette otto nove dieci undici dodici",
  pt: "nenhum um dois três quatro cinco seis sete oito nove dez onze doze",
  nl: "geen één twee drie vier vijf zes zeven acht negen tien elf twaalf",
};

const OWN = {
  __proto__: null,
  en: {
    code: "Code", codeIn: "Code in %", formula: "a formula", link: "link to %",
    table: ["A table with 1 row", "A table with % rows"],
    thinking: "Thinking", using: "Using %", done: "Done", failed: "That failed", nothing: "Found nothing",
    found: ["Found one result", "Found % results"],
    search: "Searching", calculate: "Calculating", convert: "Converting", date: "Looking at the calendar",
    time: "Looking at the clock", read: "Reading", write: "Writing", run: "Running code", count: "Counting",
  },
  de: {
    code: "Code", codeIn: "Code in %", formula: "eine Formel", link: "Link zu %",
    table: ["Eine Tabelle mit 1 Zeile", "Eine Tabelle mit % Zeilen"],
    thinking: "Ich denke nach", using: "Ich benutze %", done: "Fertig", failed: "Das ging nicht",
    nothing: "Nichts gefunden", found: ["Ein Ergebnis gefunden", "% Ergebnisse gefunden"],
    search: "Ich suche", calculate: "Ich rechne", convert: "Ich rechne um", date: "Ich sehe im Kalender nach",
    time: "Ich sehe auf die Uhr", read: "Ich lese", write: "Ich schreibe", run: "Ich führe Code aus",
    count: "Ich zähle",
  },
  fr: {
    code: "Du code", codeIn: "Du code en %", formula: "une formule", link: "lien vers %",
    table: ["Un tableau de 1 ligne", "Un tableau de % lignes"],
    thinking: "Je réfléchis", using: "J’utilise %", done: "C’est fait", failed: "Cela a échoué",
    nothing: "Rien trouvé", found: ["Un résultat trouvé", "% résultats trouvés"],
    search: "Je cherche", calculate: "Je calcule", convert: "Je convertis", date: "Je regarde le calendrier",
    time: "Je regarde l’heure", read: "Je lis", write: "J’écris", run: "J’exécute du code", count: "Je compte",
  },
  es: {
    code: "Código", codeIn: "Código en %", formula: "una fórmula", link: "enlace a %",
    table: ["Una tabla de 1 fila", "Una tabla de % filas"],
    thinking: "Estoy pensando", using: "Uso %", done: "Hecho", failed: "Eso ha fallado",
    nothing: "No he encontrado nada", found: ["He encontrado un resultado", "He encontrado % resultados"],
    search: "Busco", calculate: "Calculo", convert: "Convierto", date: "Miro el calendario",
    time: "Miro la hora", read: "Leo", write: "Escribo", run: "Ejecuto código", count: "Cuento",
  },
  it: {
    code: "Codice", codeIn: "Codice in %", formula: "una formula", link: "link a %",
    table: ["Una tabella con 1 riga", "Una tabella con % righe"],
    thinking: "Sto pensando", using: "Uso %", done: "Fatto", failed: "Non ha funzionato",
    nothing: "Non ho trovato nulla", found: ["Ho trovato un risultato", "Ho trovato % risultati"],
    search: "Cerco", calculate: "Calcolo", convert: "Converto", date: "Guardo il calendario",
    time: "Guardo l’ora", read: "Leggo", write: "Scrivo", run: "Eseguo del codice", count: "Conto",
  },
  pt: {
    code: "Código", codeIn: "Código em %", formula: "uma fórmula", link: "link para %",
    table: ["Uma tabela com 1 linha", "Uma tabela com % linhas"],
    thinking: "Estou a pensar", using: "Uso %", done: "Feito", failed: "Isso falhou",
    nothing: "Não encontrei nada", found: ["Encontrei um resultado", "Encontrei % resultados"],
    search: "Procuro", calculate: "Calculo", convert: "Converto", date: "Vejo o calendário",
    time: "Vejo as horas", read: "Leio", write: "Escrevo", run: "Executo código", count: "Conto",
  },
  nl: {
    code: "Code", codeIn: "Code in %", formula: "een formule", link: "link naar %",
    table: ["Een tabel met 1 rij", "Een tabel met % rijen"],
    thinking: "Ik denk na", using: "Ik gebruik %", done: "Klaar", failed: "Dat is niet gelukt",
    nothing: "Niets gevonden", found: ["Eén resultaat gevonden", "% resultaten gevonden"],
    search: "Ik zoek", calculate: "Ik reken", convert: "Ik reken om", date: "Ik kijk op de kalender",
    time: "Ik kijk op de klok", read: "Ik lees", write: "Ik schrijf", run: "Ik voer code uit", count: "Ik tel",
  },
};

/** Those of a language: `wording("de-AT").link`, with % for what goes in. */
export function wording(lang = "en") {
  return OWN[base(lang)] ?? OWN.en;
}

/** A number as a word, up to twelve. */
export function number(value, lang = "en") {
  return (SEVERAL[base(lang)] ?? SEVERAL.en).split(" ")[value] ?? String(value);
}

/** With what goes in, a capital and a full stop: a sentence. */
export function sentence(phrase, inside = "") {
  const whole = phrase.replace("%", () => inside);
  return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}.`;
}

function base(lang) {
  return lang.toLowerCase().split(/[-_]/)[0];
}
