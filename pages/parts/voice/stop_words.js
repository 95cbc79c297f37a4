// Messages that are nothing but "stop", said while the agent works or speaks: they stop it, and are not sent.
import { wordsOf } from "./words.js";

const EVERYWHERE = "stop|stop it|stop stop|stop stop stop|halt|ok stop|okay stop";
const STOPS = {
  en: "stop now|stop please|please stop|stop talking|be quiet|quiet|silence|shut up|enough|cancel|hush|that's enough",
  de:
    "stopp|stopp stopp|stopp bitte|bitte stopp|stop bitte|hör auf|hör bitte auf|aufhören|" +
    "ruhe|sei still|still|genug|schluss|abbrechen|anhalten",
  fr:
    "arrête|arrêtez|arrête toi|arrête ça|arrête stp|" +
    "silence|tais toi|taisez vous|ça suffit|annule|stop s'il te plaît",
  es: "para|pare|parar|alto|basta|detente|deténgase|cállate|silencio|para ya|ya basta|cancela|para por favor",
  it: "ferma|fermati|fermo|basta|alt|zitto|zitta|silenzio|smettila|annulla",
  pt: "para|pare|parar|parou|chega|basta|cala te|silêncio|cancela|pare por favor",
  nl: "hou op|houd op|stil|wees stil|genoeg|stoppen|ophouden|stop maar",
  sv: "stopp|sluta|tyst|var tyst|avbryt",
  da: "stands|hold op|stille|ti stille|afbryd",
  nb: "stopp|slutt|hold opp|stille|vær stille|avbryt",
  fi: "seis|lopeta|hiljaa|hiljaisuus|riittää|pysähdy",
  pl: "zatrzymaj się|przestań|cisza|cicho|dość|wystarczy|anuluj",
  cs: "přestaň|dost|ticho|zastav|stačí|zruš to",
  hu: "állj|elég|csend|hagyd abba|megállj",
  ro: "oprește|oprește te|destul|ajunge|liniște|taci",
  el: "σταμάτα|σταματήστε|στοπ|αρκετά|ησυχία|φτάνει",
  tr: "dur|durun|yeter|sus|kes|iptal",
  uk: "стоп|зупинись|досить|тихо|припини|годі",
  ru: "стоп|остановись|хватит|тихо|замолчи|перестань|отмена",
  ar: "توقف|قف|كفى|اسكت|يكفي",
  he: "עצור|די|מספיק|שקט|תפסיק|תפסיקי",
  hi: "रुको|रुक जाओ|बस|चुप|बंद करो|स्टॉप",
  id: "berhenti|cukup|diam|hentikan|setop",
  vi: "dừng|dừng lại|thôi|im lặng|đủ rồi",
  th: "หยุด|พอ|พอแล้ว|เงียบ",
  ja: "ストップ|止めて|とめて|やめて|止まって|停止|もういい|静かに",
  ko: "멈춰|그만|그만해|정지|중지|조용히|스톱",
  zh: "停|停止|停下|停下来|别说了|別說了|够了|夠了|安静|安靜|闭嘴|閉嘴|住口",
};

const KNOWN = new Map();

/** `asked`: the agent has put a question, and "quiet" or "enough" may well be the answer. */
export function isStop(text, lang, { asked = false } = {}) {
  const language = asked ? "" : lang.split("-")[0].toLowerCase();
  if (!KNOWN.has(language)) {
    const all = `${EVERYWHERE}|${STOPS[language === "no" ? "nb" : language] ?? ""}`.split("|");
    KNOWN.set(language, new Set(all.map(plain).filter(Boolean)));
  }
  return KNOWN.get(language).has(plain(text));
}

function plain(text) {
  return wordsOf(text).join(" ");
}
