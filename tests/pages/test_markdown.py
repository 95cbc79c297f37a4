"""Markdown as HTML: block by block gives what the whole gives, and nothing in it is dangerous."""

import random
from pathlib import Path

import pytest

from pages.markdown import Blocks, plain_paragraph, render

ROOT = Path(__file__).parent.parent.parent
RICH = """# Title 🙂
A paragraph with **bold**, `code`, $x^2$ and https://example.com/x, on
two lines.

- a
- b

  more of b
    - deeper
- c
* another list

Text right before a list:
1. one
2. two
> quote
lazily goes on

| a | b |
|---|:--|
| 1 | `x|y` |
| é | 𝔘 |

$$
\\frac{a}{b}
$$

```python
def f(x):

    return "é😀"  # c
```
~~~
no language
~~~
Setext
======
---
[late][r] and [^no] footnote

    indented code

    more of it

***both*** ~~gone~~ \\*kept\\* &amp; <b>raw</b>

[r]: http://x.example/ "title"
the end"""
DOCS = sorted(ROOT.glob("docs/**/*.md"))
DOCUMENTS = {"rich": RICH, **{path.name: path.read_text(encoding="utf-8") for path in DOCS}}


def in_pieces(text: str, dice: random.Random) -> str:
    blocks, at = Blocks(), 0
    while at < len(text):
        size = dice.choice((1, 2, 3, 5, 8, 40))
        blocks.write(text[at : at + size])
        at += size
    blocks.end()
    return blocks.revised or "".join(blocks.html)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_blocks_joined_are_the_whole_however_the_text_was_cut(name: str):
    whole = render(DOCUMENTS[name])
    for seed in range(12):
        assert in_pieces(DOCUMENTS[name], random.Random(seed)) == whole, f"seed {seed}"


def test_every_cut_of_markdown_into_two_gives_the_whole():
    whole = render(RICH)
    for at in range(len(RICH)):
        blocks = Blocks()
        blocks.write(RICH[:at])
        blocks.write(RICH[at:])
        blocks.end()
        assert (blocks.revised or "".join(blocks.html)) == whole, f"cut at {at}"


def test_random_scraps_of_markdown_close_as_the_whole_does():
    scraps = [
        "- ",
        "1. ",
        "> ",
        "```",
        "~~~\n",
        "\n",
        "\n\n",
        "    ",
        "| a | b |\n",
        "|---|---|\n",
        "# ",
        "---\n",
        "===\n",
    ]
    scraps += [
        "word ",
        "**b** ",
        "`c`",
        "$x$ ",
        "$$\n",
        "[l](u) ",
        "[r]: u\n",
        "[r] ",
        "<i>",
        "  \n",
        "\t",
        "* ",
        "===\n",
    ]
    for seed in range(400):
        dice = random.Random(seed)
        text = "".join(dice.choice(scraps) for _ in range(dice.randint(2, 30)))
        assert in_pieces(text, dice) == render(text), repr(text)


def test_what_is_closed_is_handed_over_early():
    blocks = Blocks()
    assert blocks.write("First paragraph.\n") == []
    assert blocks.write("\n") == [("<p>First paragraph.", 18)]
    assert blocks.write("# A heading\n") == [("<h1>A heading</h1>", 12)]
    assert blocks.write("- item\n- item\n\n") == []
    [(html, characters)] = blocks.write("Then text\n")
    assert html.startswith("<ul>")
    assert characters == 15
    assert blocks.tail == "Then text\n"


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "<javascript:alert(1)>",
    "![x](javascript:alert(1))",
    '[x](https://e.example "onmouseover=alert(1)")',
    "```<script>\nalert(1)\n```",
    '```"onclick="alert(1)\nx\n```',
    "$\\href{javascript:alert(1)}{x}$",
    "$\\text{<script>alert(1)</script>}$",
    '| <img src=x onerror="alert(1)"> |\n|---|\n| x |',
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str):
    html = render(text).lower()
    for bad in (
        "<script",
        "<img",
        "<svg",
        "<style",
        "<iframe",
        'href="javascript',
        'href="data:text',
        'href="vbscript',
    ):
        assert bad not in html
    assert " onclick=" not in html.replace("&quot;", "")


def test_a_picture_becomes_a_link_so_that_looking_tells_nobody():
    html = render("![a cat](https://spy.example/cat.png?who=me)")
    assert "<img" not in html
    assert ">a cat</a>" in html


def test_what_html_lets_one_leave_out_does_not_travel():
    assert render("- a\n- b\n\n> c") == "<ul><li>a<li>b</ul><blockquote><p>c</blockquote>"
    assert render("*a*\n**b**") == "<p><em>a</em>\n<strong>b</strong>"
    assert render("```\na\n\n<p>\n```") == "<pre><code>a\n\n&lt;p&gt;\n</code></pre>"


def test_cells_are_aligned_by_class():
    assert render("|a|b|\n|-|-:|\n|1|2|").endswith("<tbody><tr><td>1<td class=right>2</table>")


def test_code_has_colours_and_unknown_languages_have_none():
    assert "<b class=k>def</b>" in render("```python\ndef f(): pass\n```")
    assert "<b" not in render("```klingon\nqapla\n```")
    assert 'data-lang="klingon"' in render("```klingon\nqapla\n```")


def test_maths_is_mathml_and_money_is_not():
    assert "<mfrac>" in render("$\\frac{1}{2}$")
    assert 'display="block"' in render("$$\n\\frac{1}{2}\n$$")
    assert "<math" not in render("It costs $5 and then $6.")


def test_a_paragraph_without_markup_need_not_travel_again():
    assert plain_paragraph(render("Just words & “signs” <3\n\n"), "Just words & “signs” <3\n\n")
    for text in ("**bold**", "a `b`", "# h", "- x", "two\\\nlines", "https://a.example/b", "a *b* c"):
        assert not plain_paragraph(render(text), text)
