"""The demo provider: rules, no AI model."""

from .brain import Demo
from .examples import EXAMPLES

__all__ = ["EXAMPLES", "Demo"]
