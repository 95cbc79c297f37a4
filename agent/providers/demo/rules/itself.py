"""What the demo says of itself: who it is, what it can do, and any tool called by its name."""

from __future__ import annotations

import json
import re
from typing import Any, cast

from ..examples import CAN
from ..figures import code
from ..reading import GO_ON
from ..terms import Call, Clause, Finding, Steps, Task, Value

WHO = re.compile(
    r"(?:who|what) are you(?: really)?|are you (?:an? )?(?:ai|llm|gpt|chatgpt|claude|bot|robot|human|real"
    r"|(?:language )?model|person)\b.*"
    r"|(?:what|which) (?:ai |language )?model (?:are you|is this|do you use).*|(?:good )?(?:morning|evening"
    r"|afternoon|day)|thanks?(?: you)?(?: very much| a lot)?"
    r"|hi|hello|hey|hello there|hi there|how are you.*|test|testing|ping|cheers|thx|ty",
    re.I,
)
WHAT = re.compile(
    r"what (?:can|do|could) you do(?: for me)?|what are you (?:able to do|capable of|good at)|help(?: me)?|what "
    r"(?:else )?can (?:i|we) (?:ask|do|try)(?: here| you)?"
    r"|(?:(?:list|show|name|what are|which are|what|which)(?: me)?(?: all)?(?: of)?(?: your| the| are the)? "
    r")?(?:available )?(?:tools|abilities|capabilities|skills|rules|features)"
    r"(?: do you have| are there| can you use| have you got| you have)?",
    re.I,
)
TOUR = re.compile(
    r"(?:show|tell|demo|demonstrate|give)(?: me| us)? (?:what|everything|all|all that)(?: that)? ?(?:(?:you|this"
    r"|it|the (?:demo|app|agent))(?: app| thing)? can(?: do)?|you(?:'ve| have)? got)?"
    r"|(?:demo|demonstrate|show)(?: me| us)?(?: everything| it all| around)?|(?:show|give)(?: me| us)? (?:a|the"
    r"|your) (?:full |big |long |short |quick )?(?:demo|tour|demonstration|show)"
    r"|(?:a |the )?(?:grand |guided )?tour|impress me|show off|surprise me",
    re.I,
)
DIRECT = re.compile(
    r"(?:use|call|run)(?: the)?(?: tool)? `?(?P<tool>[\w.-]{1,64})`?(?: tool)?(?: with)?:? ?(?P<args>\{.*\})?",
    re.I | re.S,
)
WALK = (
    "What is 17% of 2,340 dollars",
    "what is that in euros if one is 1.08 dollars",
    "1,000 euros at 5% for 10 years",
    "convert 12 stonne to kilograms",
    "what time is it in Tokyo when it is 18:30 in Berlin",
    "how many days until New Year",
    "the square root of 2",
    "text statistics of “A watched agent is worth two in the log. It thinks aloud, and everybody can see why.”",
    "how do I stop an answer and continue it later",
)


def who(clause: Clause) -> Task | None:
    """Who are you? Hello. Thanks."""
    return _said("who I am", "is about me, not a task", IDENTITY) if WHO.fullmatch(clause.plain) else None


def nothing_to_continue(clause: Clause) -> Task | None:
    """Go on, where nothing was broken off."""
    if not GO_ON.fullmatch(clause.plain[:40]):
        return None
    return _said(
        "go on",
        "asks to go on, but nothing was broken off",
        "Nothing was broken off, so there is nothing to go on with.",
    )


def what(clause: Clause) -> Task | None:
    """What can you do? Which tools do you have?"""
    if not WHAT.fullmatch(clause.plain):
        return None
    rows = "\n".join(f"| {title} | {example} |" for title, example in CAN)
    tools = ", ".join(f"`{name}`" for name in clause.tools) or "none here"
    block = (
        f"| I can | for example |\n|---|---|\n{rows}\n\nThe tools for it: {tools}. "
        "Parts can be joined with “and” or “then”."
    )
    return _said("what I can do", "asks what I can do", "I follow rules; this is what they cover.", block)


def tour(clause: Clause) -> Task | None:
    """Show me what you can do."""
    if not TOUR.fullmatch(clause.plain):
        return None
    task = _said("tour", "asks for everything at once", "")
    return Task(rule=task.rule, because=task.because, steps=task.steps, parts=WALK)


def direct(clause: Clause) -> Task | None:
    """Use calculate with {"expression": "2 + 3"}: any tool of this session, by its name."""
    found = DIRECT.fullmatch(clause.plain)
    if not found or found["tool"] not in clause.tools:
        return None
    name = found["tool"]
    raw = found["args"] or "{}"
    for mark, quote in enumerate(clause.quotes):
        raw = re.sub(rf"\s*‹{mark}›\s*", lambda _, quote=quote: f'"{quote}"', raw)
    try:
        parsed: Any = json.loads(raw)
    except (ValueError, RecursionError):
        parsed = None

    def steps(that: Value | None) -> Steps:
        if not isinstance(parsed, dict):
            return Finding(sentence=f"What follows {code(name)} is no JSON object that I can read.", ok=False)
        args = cast(dict[str, Any], parsed)
        seen = yield Call(tool=name, args=args, thought=f"The request names the tool itself: {code(name)}.")
        fence = "```\n" + seen.content[:4000].replace("```", "'''") + "\n```"
        return Finding(
            sentence=f"{code(name)} {'says' if seen.ok else 'failed'}:",
            block=fence,
            ok=seen.ok,
            how=code(name),
            result="see below",
        )

    return Task(rule="direct", because="calls a tool by its name", steps=steps)


IDENTITY = (
    "I am **Demo**: rules, no AI model. I take a request apart, follow the rule that fits each part, call real tools, "
    "and answer only with what they said. You watch all of it. I do not chat, and what I have no rule for I say so."
)


def _said(rule: str, because: str, sentence: str, block: str = "") -> Task:
    def steps(that: Value | None) -> Steps:
        return Finding(sentence=sentence, block=block)
        yield  # a generator without calls

    return Task(rule=rule, because=because, steps=steps)
