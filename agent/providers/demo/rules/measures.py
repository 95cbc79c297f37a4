"""Units of measurement: 5 furlongs to metres, how many feet are in a mile, that in inches."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..figures import about, code, maths, quoted, rounded
from ..numerals import NUMBER
from ..operands import REF, Operand, currency
from ..recovery import forgiving
from ..terms import Call, Clause, Finding, Question, Steps, Task, Value
from .asking import asked

COMMON = """
m cm mm km metre metres meter meters kilometre kilometres kilometer kilometers centimetre centimetres centimeter
centimeters millimetre millimetres millimeter millimeters mile miles mi yard yards yd foot feet ft inch inches furlong
furlongs fathom fathoms league leagues parsec parsecs micron microns angstrom kg g mg gram grams kilo kilos kilogram
kilograms kilogramme kilogrammes tonne tonnes ton tons pound pounds lb lbs ounce ounces oz stone stones carat carats
grain grains celsius fahrenheit kelvin centigrade °c °f c f k degc degf litre litres liter liters l ml cl dl millilitre
millilitres milliliter milliliters gallon gallons pint pints quart quarts cup cups tablespoon tablespoons tbsp teaspoon
teaspoons tsp barrel barrels second seconds sec secs minute minutes min mins hour hours hr hrs day days week weeks
fortnight fortnights month months year years decade decades century centuries millisecond milliseconds mph kph kmh km/h
m/s knot knots joule joules j kj calorie calories kcal kilocalorie kilocalories kwh wh ev btu watt watts w kw kilowatt
kilowatts horsepower hp pascal pascals pa kpa bar bars psi atm atmosphere atmospheres mmhg newton newtons byte bytes kb
mb gb tb pb kilobyte kilobytes megabyte megabytes gigabyte gigabytes terabyte terabytes bit bits kib mib gib acre acres
hectare hectares radian radians degree degrees hertz hz khz mhz ghz volt volts ampere amperes amp amps ohm ohms
"""
KNOWN = frozenset(COMMON.split())
UNIT = r"[a-zµ°Ω\"'][a-z0-9µ°Ω²³/^ .\"'-]{0,40}?"
VALUE = rf"(?P<n>-?{NUMBER}|{REF}|an?\b|1)"
TO = r"(?:to|in|into|as|=|->|→)"
VERB = r"(?P<verb>(?:convert|change|turn|express|translate) )"
ADJECTIVE = r"(?:(?:how )?(?:long|heavy|far|hot|cold|warm|tall|big|fast|high|much|many|old|wide|deep) (?:is|are) )?"
COMPOUND = re.compile(
    rf"{VERB}?(?P<n>{NUMBER}) ?(?P<u>[a-z']+)(?: and)? (?P<m>{NUMBER}) ?(?P<v>[a-z\"]+) {TO} (?P<to>[a-z²³/]+)", re.I
)
NO_UNIT = re.compile(
    r"^(?:what|how|which|when|who|is|are|convert|the)\b|\b(?:and|or|if|is|are|the|that)\b|\d{3}|[.,] |‹", re.I
)
FORMS = tuple(
    re.compile(form, re.I)
    for form in (
        rf"{VERB}?{ADJECTIVE}{VALUE} ?(?P<u>{UNIT})? {TO} (?:an? )?(?P<to>{UNIT})",
        rf"(?:how (?:many|much)|number of) (?P<to>{UNIT}) (?:are |is |were |make |go |fit )?(?:there )?(?:up |in "
        rf"|into |to )?{VALUE} ?(?P<u>{UNIT})?",
        rf"{VERB}?(?P<u>{UNIT}) {TO} (?P<to>{UNIT})",
        rf"{VERB}{VALUE} ?(?P<u>{UNIT})?",
    )
)


def conversion(clause: Clause) -> Task | None:
    """5 km to miles; how many feet are in a mile; that in inches; 5 km (to what?)."""
    for text in dict.fromkeys((clause.plain, asked(clause.plain))):
        for pattern in FORMS:
            if found := pattern.fullmatch(text[:120]):
                groups = found.groupdict()
                if task := _task(clause, groups):
                    return task
    return None


def compound(clause: Clause) -> Task | None:
    """5 feet 6 inches in cm: each by itself, then added up."""
    found = COMPOUND.fullmatch(asked(clause.plain)[:120])
    if not found or not all(_known(found[name]) for name in ("u", "v", "to")):
        return None

    def steps(that: Value | None) -> Steps:
        sizes: list[str] = []
        for number, unit in ((found["n"], found["u"]), (found["m"], found["v"])):
            args = {"value": _number(number), "unit": unit, "to": found["to"]}
            seen = yield Call(tool="convert", args=args, thought=f"{number} {unit} into {found['to']} by `convert`.")
            if not seen.ok:
                return Finding(sentence=seen.content, ok=False)
            sizes.append(_after(seen.content))
        wanted = " + ".join(sizes)
        seen = yield Call(tool="calculate", args={"expression": wanted}, thought=f"Both together: {code(wanted)}.")
        shown = rounded(seen.content)
        return Finding(
            sentence=f"{found['n']} {found['u']} {found['m']} {found['v']} are "
            f"{about(seen.content, shown)}**{shown} {found['to']}**.",
            how=maths(wanted, seen.content),
            result=f"{shown} {found['to']}",
            value=Value(digits=seen.content, unit=found["to"]),
            ok=seen.ok,
        )

    return Task(
        rule="conversion",
        because="is a length or weight in two units, each to be converted and then added",
        steps=steps,
    )


def _task(clause: Clause, groups: dict[str, str | None]) -> Task | None:
    number, unit = (groups.get("n") or "1").strip(), _unit(groups.get("u"))
    target = _unit(groups.get("to"))
    refers = not re.fullmatch(rf"-?{NUMBER}|an?|1", number, re.I)
    if re.fullmatch(r"an?", number, re.I):
        number = "1"
    if any(NO_UNIT.search(name) or len(name.split()) > 4 for name in (unit, target)):
        return None
    known = _known(unit) + _known(target)
    if (currency(unit) and not _known(unit)) or (currency(target) and not _known(target)):
        return None
    if not groups.get("verb") and not (known and (unit or refers)):
        return None
    if not groups.get("verb") and not target:
        return None
    if "n" not in groups and known < 2 and not groups.get("verb"):
        return None
    amount = Operand(digits="" if refers else number, unit=unit, refers=refers)

    def steps(that: Value | None) -> Steps:
        return _worked(clause, amount, target, that)

    def again(elliptic: str) -> str | None:
        """“… and feet?”, “… and to feet?”, “… and 7 km?”"""
        bare = re.sub(r"^(?:to|in|into) ", "", elliptic)
        if _known(bare) and not refers:
            return f"convert {number} {unit} to {bare}"
        if re.fullmatch(rf"-?{NUMBER}(?: {re.escape(unit)})?", bare, re.I) and target:
            return f"convert {bare if unit in bare else f'{bare} {unit}'} to {target}"
        return None

    because = "is a conversion between units" if target else "is a conversion, but it does not say into what"
    return Task(rule="conversion", because=because, steps=steps, refers=refers, again=again)


def _unit(text: str | None) -> str:
    return re.sub(r"^(?:of|the) ", "", (text or "").strip(" ."), flags=re.I)


def _known(unit: str) -> int:
    words = re.split(r"[ /^*]|(?<=[a-z])[²³]", unit.lower().strip())
    return int(bool(unit) and any(word in KNOWN for word in words if word))


def _worked(clause: Clause, amount: Operand, target: str, that: Value | None) -> Steps:
    quantity = amount.filled(that)
    if quantity is None:
        return Finding(sentence="I do not know what “that” is: nothing before it gave a quantity.", ok=False)
    if not quantity.unit or currency(quantity.unit):
        question = Question(
            text=f"{quantity.digits} of what? Tell me the unit to convert from.",
            complete=lambda reply: _filled(reply, f"convert {quantity.digits} {{}} to {target}"),
        )
        return Finding(sentence=question.text, question=question, ok=False)
    if not target:
        question = Question(
            text=f"To which unit shall I convert {quantity.digits} {quoted(quantity.unit)}?",
            complete=lambda reply: _filled(reply, f"convert {quantity.digits} {quantity.unit} to {{}}"),
        )
        return Finding(sentence=question.text, question=question, ok=False)
    args = {"value": _number(quantity.digits), "unit": quantity.unit, "to": target}
    refers = f"“That” is {quantity.digits} {quantity.unit}. " if amount.refers else ""
    outcome = yield from forgiving("convert", args, f"{refers}`convert` does it.", "unit")
    if outcome.choices:
        wrong = outcome.unknown
        question = Question(
            text=f"Which unit is “{quoted(wrong)}”? There is none of that name; the nearest are "
            f"{', '.join(f'`{name}`' for name in outcome.choices)}.",
            complete=lambda reply: _filled(reply, _replaced(args, wrong)),
            choices=outcome.choices,
        )
        return Finding(sentence=question.text, question=question, ok=False)
    if not outcome.seen.ok:
        return Finding(sentence=f"{quoted(clause.text)}: {outcome.seen.content}", ok=False, notes=outcome.notes)
    digits = _after(outcome.seen.content)
    source, to = (str(outcome.args[name]).replace("_", " ") for name in ("unit", "to"))
    shown = rounded(digits)
    result = f"{shown} {to}"
    verb = "is" if quantity.digits in ("1", "-1") or quantity.unit.islower() is False else "are"
    return Finding(
        sentence=f"{rounded(quantity.digits)} {quoted(source)} {verb} {about(digits, shown)}**{quoted(result)}**.",
        how=f"`convert`: {quoted(outcome.seen.content)}",
        result=quoted(result),
        value=Value(digits=digits, unit=str(outcome.args["to"])),
        notes=outcome.notes,
    )


def _filled(reply: str, request: str) -> str | None:
    """The request with a reply of a few words put in, “to miles, please” as well as “miles”."""
    bare = re.sub(r"^(?:please |i mean(?:t)? |to |in |into |as |the )*", "", reply.strip()[:80], flags=re.I)
    bare = re.sub(r"(?:[\s,.?!`“”\"]|\bplease\b|\bthanks\b)+$", "", bare, flags=re.I).strip(' `“"')
    fits = re.fullmatch(UNIT.rstrip("?"), bare, re.I) and len(bare.split()) <= 4
    return request.format(bare) if fits else None


def _replaced(args: Mapping[str, object], wrong: str) -> str:
    unit, to = (str(args[name]).replace("{", "").replace("}", "") for name in ("unit", "to"))
    if unit.lower() == wrong.lower():
        return f"convert {args['value']} {{}} to {to}"
    return f"convert {args['value']} {unit} to {{}}"


def _number(digits: str) -> float:
    number = float(digits)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _after(observed: str) -> str:
    found = re.search(rf"= (-?{NUMBER})", observed)
    return found[1] if found else observed
