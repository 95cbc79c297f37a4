"""What a vendor says, made fit to be shown: one short line without keys, paths, addresses' secrets or markup."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

READ = 2_000
LONGEST = 220
GONE = "…"
SHORT, PART = 4, 8  # characters: a key that is shorter is none; so much of a key gives it away

_TRACE = re.compile(
    r"Traceback \(most recent call last\)|\bFile \"[^\"]*\", line \d+|\bat [\w.$<>]+ ?\([^()]*:\d+(?::\d+)?\)|^\s+at ",
    re.MULTILINE,
)
_ANSI = re.compile(r"\x1b\[[\d;]*[A-Za-z]")
_SCRIPT = re.compile(r"(?is)<(script|style)\b[^<>]*>.*?(?:</\1[^<>]*>|$)")
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>?")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*(?:\([^()]*\)[^()]*)*\)")
_URL = re.compile(r"\b[a-zA-Z][\w+.-]*://[^\s\"'`<>]+")
_LOGIN = re.compile(r"[^\s\"'/@:]{0,100}:[^\s\"'@]{1,100}@(?=[\w.\[-])")
_NAMED = re.compile(
    r"(?i)\b((?:proxy-)?authorization|x-api-key|api[-_ ]?key|access[-_ ]?token|token|secret|password|passwd|cookie)"
    r"(\"?'?\s*[=:]\s*\"?'?)(?:bearer\s+|basic\s+)?[^\s\"',;]+"
)
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+(?=[^\s\"',;]{6})[^\s\"',;]+")
_KEY = re.compile(
    r"(?<![A-Za-z\d])(?:(?:sk|pk|rk|gsk|xai|hf|gh[a-z]|xox[a-z]|pplx|nvapi|r8|fw)[-_]|AKIA|AIza)[\w-]*\d[\w-]*"
    r"|\bsk-[^\s\"',;]+"
)
_STARRED = re.compile(r"[^\s\"'*•]{0,200}(?:\*{3,}|•{3,}|\.{4,})[^\s\"']*")
_TOKEN = re.compile(r"[A-Za-z\d_+/=.~:-]{16,}")
_QUOTED_PATH = re.compile(r"([\"'`])(?:~?/|\.{1,2}/|[A-Za-z]:[\\/]|\\\\)[^\"'`]*\1")
_WINDOWS = re.compile(r"(?<![A-Za-z])(?:[A-Za-z]:[\\/]|\\\\)[^\s\"']*(?: [^\s\"'\\]*\\[^\s\"']*)*")
_UNIX = re.compile(r"(?<![\w.])(?:~\w*|\.{1,2})?/[\w.@+~%-]+(?:/[\w.@+~%-]*)*(?:\?[^\s\"']*)?(?: [\w.-]+/[\w./-]*)*")
_FILE = re.compile(r"(?<![\w/.-])[\w.-]+(?:[\\/][\w.-]+)+(?::\d+)*")
_ROUTE = re.compile(r"/v\d(?:beta|alpha)?(?:/[a-z_]+){0,2}[.,;:]?")


def scrub(text: str, *, key: str = "", keep: str = "") -> str:
    """`text` as one line that ends with a full stop, or "" where nothing worth showing is left.

    Takes out `key` and whatever looks like one, addresses but for their host, file-system paths, tracebacks and
    markup. `keep` (the model's name) may stay although it looks like a token.
    """
    if len(text) > READ:
        text = text[:READ].rpartition(" ")[0]  # whole words: half a key would not be known for one
    text = html.unescape(html.unescape(text))
    if re.match(r"\s*<(?:!doctype|\?xml|html|head|body)\b", text, re.IGNORECASE):
        return ""
    if trace := _TRACE.search(text):
        text = text[: trace.start()]
    text = line(_without_key(_ANSI.sub("", text), key))
    text = _TAG.sub(" ", _SCRIPT.sub(" ", _LINK.sub(r"\1", text)))
    text = _without_secrets(_without_key(text, key), keep)
    text = _without_paths(text)
    text = re.sub(r"[`\\|{}]+|<(?! )|(?<! )>", "", text)
    text = re.sub(rf"{GONE}[^\w\s]*(?:\s*{GONE}[^\w\s]*)+", GONE, line(text))
    if len(re.findall(r"[^\W\d_]", text)) < 3:
        return ""
    return full_stop(shorten(text, LONGEST))


def plain(name: str, *, key: str = "") -> str:
    """A name (of a model, a host) as a sentence may say it: of a path its last part only, and no key."""
    name = line(name)
    if re.match(r"~?/|\.{1,2}/|[A-Za-z]:[\\/]|\\\\", name):
        name = re.split(r"[\\/]", name.rstrip("\\/"))[-1]
    name = _without_secrets(_without_key(name, key), keep=name)
    return shorten(re.sub(r"[<>`]+", "", name), 60)


def line(text: str) -> str:
    """`text` on one line, without characters that cannot be seen."""
    return " ".join("".join(_seen(char) for char in text).split())


def _seen(char: str) -> str:
    match unicodedata.category(char):
        case "Cf" | "Cs" | "Co" | "Cn":
            return ""
        case "Cc" | "Zl" | "Zp" | "Zs":
            return " "
        case _:
            return char


def shorten(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    if (end := cut.rfind(". ")) > most // 2:
        return cut[: end + 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > most // 2 else cut).rstrip(" ,;:.…") + GONE


def full_stop(text: str) -> str:
    text = text.rstrip(" ,;:-–")
    return text if text.endswith((".", "!", "?", GONE + ".")) else text + "."


def _without_key(text: str, key: str) -> str:
    """Without the key, however it is spelt, and without any part of it that is long enough to be one."""
    covered: set[int] = set()
    for spelt in {key, line(key), quote(key, errors="replace"), quote(key, safe="", errors="replace")}:
        size = min(PART, len(spelt))
        if size >= SHORT:
            parts = {spelt[at : at + size] for at in range(len(spelt) - size + 1)}
            for at in range(len(text) - size + 1):
                if text[at : at + size] in parts:
                    covered.update(range(at, at + size))
    return "".join(_uncovered(text, covered)) if covered else text


def _uncovered(text: str, covered: set[int]) -> Iterator[str]:
    for at, char in enumerate(text):
        if at not in covered:
            yield char
        elif at - 1 not in covered:
            yield GONE


def _without_secrets(text: str, keep: str) -> str:
    text = _URL.sub(lambda found: _host(found.group()), text)
    text = _LOGIN.sub("", text)
    text = _NAMED.sub(rf"\1\2{GONE}", text)
    text = _BEARER.sub(GONE, text)
    text = _STARRED.sub(GONE, text)
    text = _KEY.sub(GONE, text)
    return _TOKEN.sub(lambda found: GONE if _is_secret(found.group(), keep) else found.group(), text)


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.netloc.rpartition("@")[2] if parts.scheme.lower() in ("http", "https", "ws", "wss") else ""
    except ValueError:
        host = ""
    end = url[-1] if url[-1] in ".,;:)!?" else ""
    return (host.rstrip(".,;:)!?") or GONE) + end


def _is_secret(token: str, keep: str) -> bool:
    """Whether nobody would write this by hand: long, and letters and digits mixed; or no word that long exists."""
    if keep and token.strip(".:/=") in keep:
        return False
    if len(token) >= 32 and re.search(r"\d", token) and not re.fullmatch(r"[\w.-]+(?:/[\w.:-]+)+", token):
        return True
    for run in re.split(r"[_/.:~=+-]", token):
        if len(run) >= 28 or (len(run) >= 16 and re.search(r"\d", run) and re.search(r"[A-Za-z]", run)):
            return True
    return False


def _without_paths(text: str) -> str:
    text = _QUOTED_PATH.sub(GONE, text)
    text = _WINDOWS.sub(GONE, text)
    text = _UNIX.sub(lambda found: found.group() if _ROUTE.fullmatch(found.group()) else GONE, text)
    return _FILE.sub(lambda found: GONE if _is_file(found.group()) else found.group(), text)


def _is_file(path: str) -> bool:
    """`src/run.py:33`, but neither `and/or` nor `library/gemma3`."""
    return "\\" in path or re.search(r"[^/]\.[A-Za-z]\w{0,11}(?::\d+)*$", path) is not None
