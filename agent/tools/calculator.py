"""The calculator: arithmetic by simpleeval, with every function that it exposes bounded."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from typing import Any

from ..errors import ToolError
from .base import tool
from .figures import figure

CHARACTERS = 500
BITS = 10_000  # 3,010 digits: below Python's own limit for writing an integer down
FACTORIAL = 1_000
NODES = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Constant, ast.Name, ast.operator, ast.unaryop, ast.Load)


@tool
def calculate(expression: str) -> str:
    """Work out an arithmetic expression such as `2340 * 17 / 100` or `sqrt(2) ** 3`.

    Operators: + - * / // % and ** (or ^). Functions: sqrt, cbrt, abs, round, floor, ceil, min, max, exp, ln,
    log(x, base), log10, log2, sin, cos, tan, asin, acos, atan (radians), degrees, radians, factorial, gcd, lcm,
    comb. Constants: pi, e, tau.
    """
    # Imported here: starting the app costs 25 ms less.
    from simpleeval import InvalidExpression, SimpleEval  # pyright: ignore[reportMissingTypeStubs]

    wanted = _normal(expression)
    evaluator: Any = SimpleEval(operators=OPERATORS, functions=FUNCTIONS, names=CONSTANTS)
    try:
        parsed = _checked(wanted)
        result: Any = evaluator.eval(wanted, previously_parsed=parsed)
    except ToolError:
        raise
    except ZeroDivisionError:
        raise ToolError("Division by zero has no result.") from None
    except OverflowError:
        raise ToolError("The result is too large for a number.") from None
    except (SyntaxError, MemoryError, RecursionError, InvalidExpression, TypeError) as error:
        raise ToolError(f"“{_short(expression)}” is not an expression that I can work out.") from error
    except ValueError:
        raise ToolError(f"“{_short(expression)}” has no real result.") from None
    if not isinstance(result, int | float):  # a complex number, or a function that was not called
        raise ToolError(f"“{_short(expression)}” has no real result.")
    return figure(result)


def _normal(expression: str) -> str:
    if len(expression) > CHARACTERS:
        raise ToolError(f"An expression has at most {CHARACTERS} characters, this one has {len(expression):,}.")
    text = expression.strip().rstrip("=").strip()
    for sign, plain in (("×", "*"), ("·", "*"), ("÷", "/"), ("−", "-"), ("–", "-"), ("^", "**")):
        text = text.replace(sign, plain)
    if not re.search(r"[A-Za-z]", text):  # else a comma may separate arguments
        text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    return re.sub(r"(?<=[\d)])\s*%(?!\s*[\w(.])", "/100", text)


def _checked(expression: str) -> ast.expr:
    tree = ast.parse(expression, mode="eval")
    for node in ast.walk(tree):
        number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
        keywords = isinstance(node, ast.Call) and bool(node.keywords)
        if not isinstance(node, NODES) or keywords or (isinstance(node, ast.Constant) and not number):
            raise ToolError("The calculator takes numbers, + - * / // % ** and its own functions, nothing else.")
        if isinstance(node, ast.Name) and node.id not in FUNCTIONS and node.id not in CONSTANTS:
            raise ToolError(f"The calculator does not know “{_short(node.id)}”.")
    return tree.body


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"


def _times(left: float, right: float) -> float:
    if isinstance(left, int) and isinstance(right, int) and left.bit_length() + right.bit_length() > BITS:
        raise ToolError("The result is too large: it has more than 3,000 digits.")
    return left * right


def _power(base: float, exponent: float) -> Any:
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * exponent > BITS and abs(base) > 1:
        raise ToolError("The result is too large: it has more than 3,000 digits.")
    return base**exponent


def _factorial(number: float) -> int:
    if number != int(number) or number < 0:
        raise ToolError("A factorial needs a whole number that is not negative.")
    if number > FACTORIAL:
        raise ToolError(f"The calculator goes up to the factorial of {FACTORIAL:,}.")
    return math.factorial(int(number))


def _comb(items: int, chosen: int) -> int:
    if abs(items) > FACTORIAL or abs(chosen) > FACTORIAL:
        raise ToolError(f"The calculator chooses from at most {FACTORIAL:,} items.")
    return math.comb(items, chosen)


def _log(number: float, base: float = math.e) -> float:
    return math.log(number) if base == math.e else math.log10(number) if base == 10 else math.log(number, base)


def _round(number: float, digits: int = 0) -> float:
    return round(number, max(-300, min(300, digits))) if digits else round(number)


def _plus(left: float, right: float) -> float:
    return left + right


def _minus(left: float, right: float) -> float:
    return left - right


def _over(left: float, right: float) -> float:
    return left / right


def _whole(left: float, right: float) -> float:
    return left // right


def _rest(left: float, right: float) -> float:
    return left % right


def _negative(number: float) -> float:
    return -number


def _positive(number: float) -> float:
    return number


OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: _plus,
    ast.Sub: _minus,
    ast.Mult: _times,
    ast.Div: _over,
    ast.FloorDiv: _whole,
    ast.Mod: _rest,
    ast.Pow: _power,
    ast.USub: _negative,
    ast.UAdd: _positive,
}
PLAIN = ("sqrt", "cbrt", "floor", "ceil", "exp", "log10", "log2", "sin", "cos", "tan", "asin", "acos", "atan")
WIDER = ("degrees", "radians", "gcd", "lcm")
FUNCTIONS: dict[str, Callable[..., Any]] = {name: getattr(math, name) for name in PLAIN + WIDER} | {
    "abs": abs,
    "min": min,
    "max": max,
    "round": _round,
    "ln": math.log,
    "log": _log,
    "factorial": _factorial,
    "comb": _comb,
}
CONSTANTS: dict[str, float] = {"pi": math.pi, "e": math.e, "tau": math.tau}
