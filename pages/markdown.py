"""Markdown as HTML, made once in Python: whole, or block by block while it is still being written.

Raw HTML is off, images become links (an image would tell a stranger's server that it was looked at), code gets
colours from Pygments, maths becomes MathML. The browser sanitises it all again, and has links open beside the app.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any
from xml.etree import ElementTree

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

# Pygments' token classes that get a colour; all others (names, punctuation, spaces) stay bare, which halves the HTML.
COLOURED = {
    "Keyword": "k",
    "Comment": "c",
    "Literal.String": "s",
    "Literal.Number": "n",
    "Name.Function": "f",
    "Name.Class": "f",
    "Name.Decorator": "f",
    "Name.Builtin": "b",
    "Name.Tag": "k",
    "Name.Attribute": "f",
    "Operator.Word": "k",
    "Generic.Inserted": "s",
    "Generic.Deleted": "d",
    "Generic.Heading": "k",
}
MATHML = frozenset(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle merror mpadded mphantom menclose mfenced "
    "msub msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd mlabeledtr".split()
)
MATHML_ATTRIBUTES = frozenset(
    "display displaystyle scriptlevel mathvariant stretchy fence form separator lspace rspace minsize maxsize width "
    "height depth voffset linethickness accent accentunder columnalign rowspacing columnspacing columnlines rowlines "
    "movablelimits largeop notation mathcolor mathbackground".split()
)
LONGEST_COLOURED = 50_000  # characters of one code block; colours beyond that are not worth the wait
# Lines that only make a block of this kind longer, so that nothing can have been closed by them.
CONTINUES: dict[str, re.Pattern[str]] = {
    "bullet_list_open": re.compile(r"\s|[-*+] "),
    "ordered_list_open": re.compile(r"\s|\d{1,9}[.)] "),
    "table_open": re.compile(r"\s*\|"),
    "blockquote_open": re.compile(r">"),
}
CODE = re.compile(r"(<pre.*?</pre>\n?)", re.DOTALL)
BLOCK_TAG = re.compile(r"\n*(</?(?:p|ul|ol|li|table|thead|tbody|tr|th|td|blockquote|h[1-6]|hr|div|math)\b[^>]*>)\n*")
LEFT_OUT = re.compile(r"</(?:p|li|th|td|tr|thead|tbody)>")
# Kinds that a blank line ends for good; a list may go on after one.
ENDED_BY_BLANK = ("paragraph_close", "table_close", "math_block", "amsmath")
WHOLE = ("heading_close", "hr")


def render(text: str) -> str:
    """The HTML of a whole text."""
    return _slim(_parser().render(text))


@cache
def warm_up() -> None:
    """Imports all that the first answer would wait for: a third of a second, to be spent in a thread."""
    render("```python\n1\n```\n\n$x$")


class Blocks:
    """A text that is still being written, as HTML of its closed blocks and the plain tail of the open one."""

    def __init__(self) -> None:
        self.html: list[str] = []
        """One piece of HTML for each time something closed; joined, it is what `render` gives for that much."""
        self.tail = ""
        self._env: EnvType = {}
        self._checked = 0  # characters of the tail, in whole lines, that were looked at
        self._kind = ""  # of the block that is open there
        self._fence = ""
        self._text: list[str] = []

    def write(self, chunk: str) -> list[tuple[str, int]]:
        """What closed through `chunk`: HTML, and how many characters of the tail it stands for."""
        self.tail += chunk
        self._text.append(chunk)
        if "\n" not in chunk:
            return []
        lines_end = self.tail.rfind("\n") + 1
        if self._only_longer(self.tail[self._checked : lines_end]):
            self._checked = lines_end
            return []
        self._checked = lines_end
        cut = self._closed_until(self.tail[:lines_end])
        return [self._close(cut)] if cut else []

    def end(self) -> tuple[str, int] | None:
        """The rest. Where a later line changed the meaning of an earlier one, all is made anew: see `revised`."""
        return self._close(len(self.tail)) if self.tail.strip() else None

    @property
    def revised(self) -> str | None:
        """After `end`: the HTML of the whole, where it is not what was given piece by piece (a link's address
        that came after the link, a `$$` whose other half came late); else None."""
        text = "".join(self._text)
        if not self._env.get("references") and "$$" not in text:
            return None
        whole = render(text)
        return None if whole == "".join(self.html) else whole

    def _only_longer(self, lines: str) -> bool:
        if self._fence:
            closing = re.compile(rf"^ {{0,3}}{re.escape(self._fence)}{re.escape(self._fence[0])}*\s*$")
            return not any(closing.match(line) for line in lines.splitlines())
        goes_on = CONTINUES.get(self._kind)
        return bool(goes_on) and all(goes_on.match(line) for line in lines.splitlines(keepends=True))

    def _closed_until(self, lines: str) -> int:
        """How much of `lines` can no longer change, whatever follows."""
        tokens = _block_tokens(lines)
        opening = [token for token in tokens if token.level == 0 and token.map]
        self._fence = ""
        if not opening:
            self._kind = ""
            return 0
        last = opening[-1]
        self._kind = last.type
        starts, ends = last.map or (0, 0)
        table = lines.splitlines(keepends=True)
        if last.type == "fence":
            closed = (
                re.match(rf"^ {{0,3}}{re.escape(last.markup)}+\s*$", table[ends - 1]) if ends - starts > 1 else None
            )
            if not closed:
                self._fence = last.markup
            done = bool(closed)
        else:
            done = tokens[-1].type in WHOLE or (tokens[-1].type in ENDED_BY_BLANK and not table[-1].strip())
        if done:
            return len(lines)
        return len("".join(table[:starts])) if len(opening) > 1 else 0

    def _close(self, cut: int) -> tuple[str, int]:
        closed, self.tail = self.tail[:cut], self.tail[cut:]
        self._checked = max(0, self._checked - cut)
        if cut and not self.tail[: self._checked].strip():
            self._kind = self._fence = ""
        html = _slim(_parser().render(closed, self._env))
        self.html.append(html)
        return html, cut


def plain_paragraph(html: str, text: str) -> bool:
    """Whether `html` says nothing that `text` does not: then it need not travel."""
    return html == f"<p>{escapeHtml(text.strip())}"


def _slim(html: str) -> str:
    """The same without what HTML lets one leave out: it is sent to every page."""
    out: list[str] = []
    for i, part in enumerate(CODE.split(html)):  # every second one is code, where a line's end matters
        out.append(part.strip("\n") if i % 2 else LEFT_OUT.sub("", BLOCK_TAG.sub(r"\1", part)))
    return "".join(out)


@cache
def _parser() -> MarkdownIt:
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "highlight": _coloured})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False})  # type: ignore[union-attr]
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True, renderer=_maths)
    parser.add_render_rule("th_open", _cell)
    parser.add_render_rule("td_open", _cell)
    parser.add_render_rule("image", _image)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    return parser


def _block_tokens(text: str) -> list[Token]:
    """Blocks alone: their insides cost five times as much, and do not matter for where they end."""
    parser = _parser()
    tokens: list[Token] = []
    parser.block.parse(text, parser, {}, tokens)
    return tokens


def _cell(self: RendererHTML, tokens: Sequence[Token], i: int, options: OptionsDict, env: EnvType) -> str:
    """Alignment as a class: the browser lets no `style` through."""
    side = str(tokens[i].attrs.get("style", "")).removeprefix("text-align:")
    return f"<{tokens[i].tag} class={side}>" if side in ("right", "center") else f"<{tokens[i].tag}>"


def _image(self: RendererHTML, tokens: Sequence[Token], i: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[i]
    label = escapeHtml(self.renderInlineAsText(token.children, options, env) or "image")
    address = escapeHtml(str(token.attrs.get("src", "")))
    return f'<a href="{address}">{label}</a>'


def _fence(self: RendererHTML, tokens: Sequence[Token], i: int, options: OptionsDict, env: EnvType) -> str:
    token = tokens[i]
    language = (token.info or "").split(maxsplit=1)[0] if token.info and token.info.strip() else ""
    code = _coloured(token.content, language, "") or escapeHtml(token.content)
    named = f' data-lang="{escapeHtml(language)}"' if language else ""
    return f"<pre{named}><code>{code}</code></pre>\n"


def _coloured(code: str, language: str, _: str) -> str:
    if not language or len(code) > LONGEST_COLOURED:
        return ""
    lexer = _lexer(language.lower())
    if lexer is None:
        return ""
    out: list[str] = []
    for kind, value in lexer.get_tokens(code):
        letter = _letter(str(kind).removeprefix("Token."))
        text = escapeHtml(value)
        out.append(f"<b class={letter}>{text}</b>" if letter and value.strip() else text)
    return "".join(out)


@cache
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, ensurenl=False, stripnl=False)
    except ClassNotFound:
        return None


@cache
def _letter(kind: str) -> str:
    """The colour of a token's kind or of the nearest kind above it."""
    while kind:
        if kind in COLOURED:
            return COLOURED[kind]
        kind = kind.rpartition(".")[0]
    return ""


def _maths(content: str, options: dict[str, Any]) -> str:
    from latex2mathml.converter import convert

    try:
        return _only_mathml(convert(content, display="block" if options.get("display_mode") else "inline"))
    except Exception:  # what is not LaTeX is shown as it was written
        return f"<code>{escapeHtml(content)}</code>"


def _only_mathml(source: str) -> str:
    """LaTeX can smuggle HTML through the converter, and addresses: only drawing is let through, else ValueError."""
    root = ElementTree.fromstring(source)
    for element in root.iter():
        space, _, name = element.tag.rpartition("}")
        if space != "{http://www.w3.org/1998/Math/MathML" or name not in MATHML:
            raise ValueError(f"{name} is not MathML that draws")
        element.tag = name
        for attribute in [name for name in element.attrib if name not in MATHML_ATTRIBUTES]:
            del element.attrib[attribute]
    return ElementTree.tostring(root, encoding="unicode")
