// Full stops that end no sentence. Each language's own, and those that are met in all of them.
//
//   always  whatever follows: Dr. Smith
//   number  before a number: No. 5
//   often   a sentence may end with it too: a capital behind it decides

const LATIN = {
  always: "Dr Mr Mrs Ms Prof St Ste Sr Jr Mt Ft Hon Rev Gen Col Capt Lt Sgt Maj Dipl Ing vs viz cf ca approx e.g i.e",
  number: "No Nr Fig Figs Tab Eq Eqs Vol Vols Ch Chap Sec Art Ref p pp S n Abs Bd Rn Nos Op Jan Feb Mar Apr Jun Jul " +
    "Aug Sep Sept Oct Nov Dec",
  often: "etc al Inc Ltd Co Corp Bros Jr Sr a.m p.m Ph.D M.D B.Sc M.Sc B.A M.A D.C min max dept est ed eds",
};

const OWN = {
  __proto__: null, // what is no language finds nothing
  en: {
    always: "Messrs Mmes Gov Sen Rep Pres Supt Cmdr Adm Dept Univ Assn resp incl excl",
    often: "Ave Blvd Rd Sq Hwy ft in oz lb yd mi",
  },
  de: {
    always: "bzw evtl ggf inkl exkl zzgl bspw sog vgl Hr Fr Frl Mag Dipl Ing med phil jur rer nat geb gest verh Hrsg " +
      "hrsg u.a z.B d.h o.g i.d.R v.a z.T u.U zz z.Zt usf insb allg ehem einschl entspr gem jew lt mind urspr vmtl " +
      "zB dh Sankt Univ Dr.-Ing Dipl.-Ing St.-Nr rd",
    number: "Abb Kap Aufl Jh Anm Ziff Zif Art Hs Jg Hft H Tel Bl Teilbd Nrn",
    often: "usw Str Mio Mrd Std Min Sek Tel Jan Feb Mär Apr Jun Jul Aug Sep Sept Okt Nov Dez Mo Di Mi Do Sa So",
  },
  fr: {
    always: "M MM Mme Mmes Mlle Mlles Me Mgr Pr Vve cf env p.ex c.-à-d av apr J.-C éd dir trad not",
    number: "fig art chap vol p pp n t sect al",
    often: "etc hab boul bd janv févr avr juil sept oct nov déc tél adr",
  },
  es: {
    always: "Sr Sra Sres Sras Srta D Dª Dña Dra Dres Lic Ing Arq Ud Uds Vd Vds p.ej aprox ej Fdo prof cap gral EE",
    number: "núm núms pág págs art cap fig tel vol nro ss",
    often: "etc UU Cía S.A Avda izq dcha",
  },
  it: {
    always: "Sig Sigg Sig.ra Sig.na Dott Dott.ssa Avv Ing Arch Geom Rag On Egr Gent Spett Prof.ssa p.es es cfr ecc.ma",
    number: "pag pagg fig art cap vol num tel par",
    often: "ecc S.p.A S.r.l a.C d.C",
  },
  pt: {
    always: "Sr Sra Srs Sras Srta Dra Drs Prof Profa Eng Exmo Exma V.Exa Il.mo p.ex aprox D",
    number: "núm pág págs art cap fig tel vol nº",
    often: "etc Ltda Cia S.A Av",
  },
  nl: {
    always: "dhr mevr mw drs ir ing mr bijv bv b.v d.w.z m.a.w o.a i.p.v t.o.v zgn incl excl ca evt resp vgl t/m jhr",
    number: "nr nrs blz pag fig art hfst afb tel",
    often: "enz e.d jl a.s str",
  },
};

/** Languages that write 3. for third. */
const ORDINALS = new Set("de da nb nn no fi cs sk pl hu hr sr bs sl et lv is tr eu fo lb".split(" "));

const DOTTED = /^(?:\p{L}{1,2}\.)+-?\p{L}$/u;
const INITIAL = /^(?:\p{L}\p{M}*\.?-)?(?=\p{Lu}|\p{Ll})\p{L}\p{M}*$/u;
const ROMAN = /^[IVX]{2,}$/;

export class Abbreviations {
  #kinds = new Map();

  constructor(lang) {
    this.language = lang.toLowerCase().split(/[-_]/)[0];
    const own = OWN[this.language] ?? OWN.en;
    for (const kind of ["often", "number", "always"]) {
      const words = `${LATIN[kind]} ${own[kind] ?? ""}`.trim().split(/\s+/);
      for (const word of words) this.#kinds.set(word.toLowerCase(), kind);
    }
  }

  /**
   * What the full stop after `word` is, where `next` is what follows the space behind it: "never" ends no sentence,
   * "perhaps" is an abbreviation that may end one, null is none. `alone`: nothing was said before the word.
   */
  kind(word, next, alone) {
    if (/^\d{1,3}$/.test(word) && alone) return "never"; // 2. in a list that is written as a paragraph
    if (ORDINALS.has(this.language) && (/^\d{1,2}$/.test(word) || ROMAN.test(word))) return "never";
    const kind = this.#kinds.get(word.toLowerCase());
    if (kind === "always") return "never";
    if (kind === "number" && (next === "" || /[\d§IVX(]/.test(next))) return "never";
    if (INITIAL.test(word)) return word === "I" && this.language === "en" ? null : "never";
    if (DOTTED.test(word) && kind !== "often") return "never";
    return kind === "often" ? "perhaps" : null;
  }
}
