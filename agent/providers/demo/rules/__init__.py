"""All rules, the more specific first: the first that takes a clause has it."""

from __future__ import annotations

from ..terms import Clause, Rule, Task
from .arithmetic import arithmetic
from .days import between_days, shifted, weekday
from .documents import search
from .interest import interest
from .itself import direct, nothing_to_continue, tour, what, who
from .measures import compound, conversion
from .money import exchange, given_rate
from .percentage import percentage
from .texts import statistics
from .times import time_between, time_now

RULES: tuple[Rule, ...] = (
    tour,
    what,
    who,
    direct,
    nothing_to_continue,
    statistics,
    interest,
    percentage,
    exchange,
    given_rate,
    time_between,
    time_now,
    between_days,
    shifted,
    weekday,
    compound,
    conversion,
    arithmetic,
    search,
)


def match(clause: Clause) -> Task | None:
    """What the first rule that takes the clause makes of it."""
    if not clause.plain:
        return None
    return next((task for rule in RULES if (task := rule(clause))), None)
