"""The answer that is streamed: long, made of what agents write, and the same every time."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import islice

WORDS = re.findall(
    r"\w+",
    """
    the of and to in a is that it for on was with as by at from this be are or an which not but when we one all
    their there can more if has who will out so up into than them some could time these two may then first any
    my now such like our over man me even most made after also did many before must through years where much
    your way well down should because each just those people how too little state good very make world still see
    own work long here get both between life being under never day same another know while last might us great
    old year off come since go against came right used take three water light river market harbour engine signal
    pressure reading morning railway estimate distance average balance account question therefore however
    measure probably increase condition difference understand population temperature approximately responsible
    considerable independent comparison window letter number person office winter summer corner second nothing
    example several general perhaps already country company problem program service quality measure country
    against another because without morning station children themselves anything together possible experience
    government information development particular important national interest different certainly sometimes
    following available necessary remember business education result
    """,
)
ABROAD = (
    "Zürich",
    "café",
    "naïve",
    "São Paulo",
    "5 km → 3 mi",
    "π ≈ 3.14",
    "東京",
    "tidy 🙂 enough",
    "“quoted”",
    "20 °C",
)
CODE = (
    "def {0}_{1}({2}, {3}):",
    "    {0} = {1} + 1",
    "    if {0} > {1}:",
    "        return {0} * {1}",
    "    # {0} the {1}",
    '    print("{0} {1}", {2})',
    "    for {0} in {1}:",
    "        {0}.append({1})",
)
PIECE = re.compile(r"\n+| ?[^\W\d_]+| ?\d+| ?[^\w\s]+| +|_")
LONG = 10  # letters; longer words are two tokens, as tokenizers have them


def answer(count: int) -> list[str]:
    """The first `count` tokens, about 4.6 bytes each."""
    return list(islice(tokens(), count))


def tokens(seed: int = 7) -> Iterator[str]:
    """Paragraphs, lists, tables, code and headings without end, in pieces as a model's tokens are."""
    dice = random.Random(seed)
    blocks = (paragraph, paragraph, bullets, paragraph, heading, paragraph, table, paragraph, code, numbered)
    while True:
        for block in blocks:
            for piece in PIECE.findall(block(dice) + "\n\n"):
                cut = dice.randrange(3, 6) if len(piece) > LONG and piece.strip().isalpha() else len(piece)
                yield piece[:cut]
                if piece[cut:]:
                    yield piece[cut:]


def some(dice: random.Random, least: int, most: int) -> str:
    return " ".join(dice.choices(WORDS, k=dice.randint(least, most)))


def sentence(dice: random.Random) -> str:
    parts = [some(dice, 3, 9)]
    for _ in range(dice.randrange(3)):
        words = some(dice, 1, 3)
        special = dice.choice(
            (f"**{words}**", f"`{words.replace(' ', '_')}`", f"*{words}*", dice.choice(ABROAD), words)
        )
        parts.append(f"{special} {some(dice, 2, 6)}")
    text = " ".join(parts)
    return text[0].upper() + text[1:] + dice.choice((".", ".", ".", "?", ":"))


def paragraph(dice: random.Random) -> str:
    return " ".join(sentence(dice) for _ in range(dice.randint(2, 5)))


def bullets(dice: random.Random) -> str:
    return "\n".join(f"- {sentence(dice)}" for _ in range(dice.randint(3, 6)))


def numbered(dice: random.Random) -> str:
    return "\n".join(f"{number}. **{some(dice, 1, 3)}**: {sentence(dice)}" for number in range(1, dice.randint(4, 6)))


def heading(dice: random.Random) -> str:
    return f"## {some(dice, 2, 5).capitalize()}"


def table(dice: random.Random) -> str:
    rows = ["| Name | Value | Remark |", "| --- | ---: | --- |"]
    for _ in range(dice.randint(3, 7)):
        rows.append(f"| {some(dice, 1, 2)} | {dice.randrange(10_000)} | {some(dice, 2, 4)} |")
    return "\n".join(rows)


def code(dice: random.Random) -> str:
    names = [word for word in WORDS if len(word) > 3]
    lines = [CODE[0], *dice.choices(CODE[1:], k=dice.randint(5, 12))]
    return "\n".join(["```python", *(line.format(*dice.choices(names, k=4)) for line in lines), "```"])
