"""Search: how do I …, what does the help say about …, search the documents for …"""

from __future__ import annotations

import re

from ..figures import quoted
from ..terms import Call, Clause, Finding, Question, Steps, Task, Value

SEARCH = re.compile(
    r"(?:search(?: in| through)?(?: the| my| your)?(?: help| documents?| docs| files| texts?| folder)?(?: for| about)?"
    r"|look up|look for|find(?: me)?(?: something| anything)? (?:about|on)"
    r"|what (?:does|do) (?:the|my|your) (?:help|documents?|docs|files|manual) say (?:about|on)"
    r"|(?:find|look up) (.+) in (?:the|my|your) (?:help|documents?|docs|files))\b\s*(?P<query>.*)",
    re.I,
)
HOW = re.compile(
    r"(?:how (?:do|can|could|should|may|would) (?:i|we|you|one|people)|how to|where (?:do|can|is|are|does)|can "
    r"(?:i|we|people|somebody)"
    r"|(?:is it|how is it) possible to|is there a(?:ny)? way to|why (?:do|does|is|are|can't)|what happens (?:if"
    r"|when)|which keys?|what keys?)\b.*",
    re.I,
)
TOPIC = re.compile(
    r"\b(?:thinkaloud|sessions?|thoughts?|stop(?:ped)?|continue|regenerate|composer|drawer|themes?|dark mode"
    r"|keyboard|shortcuts?|settings?"
    r"|data folder|badge|demo|provider|api key|help)\b",
    re.I,
)
WHAT = re.compile(r"(?:what|who) (?:is|are|does)\b.*|(?:explain|describe|tell me about|about)\b.*", re.I)
BEFORE = re.compile(r"^(?:[\s:;,?!]|[.–—-]+(?=\s))+")  # of “search docs: themes”, not of “search for --port”
HIT = re.compile(r"^\[\d+\] (?P<file>.+?) › (?P<heading>.+)\n(?P<body>(?:(?!^\[\d+\] ).*\n?)*)", re.M)


def search(clause: Clause) -> Task | None:
    """How do I stop an answer? Search the documents for themes. What is a session?"""
    text = clause.plain
    if found := SEARCH.fullmatch(text):
        query = (found[1] or found["query"] or "").strip() or " ".join(clause.quotes)
        because = "asks for a search in the documents"
    elif HOW.fullmatch(text):
        query, because = text, "asks how something is done, and the documents may say"
    elif WHAT.fullmatch(text) and TOPIC.search(text):
        query, because = text, "asks about Thinkaloud itself, so its help should say"
    else:
        return None
    for mark, quote in enumerate(clause.quotes):
        query = query.replace(f"‹{mark}›", quote[:100])

    def steps(that: Value | None) -> Steps:
        return _worked(BEFORE.sub("", query).rstrip(" ?."))

    return Task(rule="documents", because=because, steps=steps)


def _worked(query: str) -> Steps:
    if not query:
        question = Question(text="What shall I search the documents for?", complete=lambda reply: f"search for {reply}")
        return Finding(sentence=question.text, question=question, ok=False)
    seen = yield Call(tool="search", args={"query": query}, thought="`search` looks through the documents.")
    hits = list(HIT.finditer(seen.content + "\n")) if seen.ok else []
    if not hits:
        return Finding(sentence=f"The documents do not say. {seen.content}", ok=False)
    best, others = hits[0], hits[1:3]
    quote = "\n".join(f"> {line}".rstrip() for line in best["body"].strip().splitlines())
    also = [f"“{quoted(hit['heading'])}” in *{quoted(hit['file'])}*" for hit in others]
    more = f"\n\nAlso found: {' and '.join(also)}." if also else ""
    return Finding(
        sentence=f"From *{quoted(best['file'])}*, **{quoted(best['heading'])}**:",
        how="`search`",
        result=f"“{quoted(best['heading'])}” in *{quoted(best['file'])}*",
        block=f"{quote}{more}",
    )
