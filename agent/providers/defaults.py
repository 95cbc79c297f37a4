"""Names that go out of date, all in one place: vendors' addresses, the models we recommend, and those that end.

As of November 2026: the models from the openai and anthropic SDKs, shutdowns from the vendors' announcements.
"""

from __future__ import annotations

import re

TITLES = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "compat": "Compatible server",
    "ollama": "Ollama",
    "lmstudio": "LM Studio",
    "llamacpp": "llama.cpp",
    "vllm": "vLLM",
}
URLS = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",  # its SDK adds the /v1
    "ollama": "http://localhost:11434/v1",
    "lmstudio": "http://localhost:1234/v1",
    "llamacpp": "http://localhost:8080/v1",
    "vllm": "http://localhost:8000/v1",
}
LOCAL = ("ollama", "lmstudio", "llamacpp", "vllm")
DEMO = "demo:rules"

RECOMMENDED = {
    "openai": {"gpt-6.1-terra": "default", "gpt-6-luna": "cheap", "gpt-6.1-sol": "strong"},
    "anthropic": {"claude-sonnet-5-5": "default", "claude-haiku-5-5": "cheap", "claude-opus-5-5": "strong"},
}
"""What each model is good for, in the order in which they are offered."""

DEFAULTS = {vendor: next(iter(models)) for vendor, models in RECOMMENDED.items()}

_ENDS = {
    "2026-07-23": "gpt-5.1-codex gpt-5.1-chat-latest gpt-5-chat-latest",
    "2026-08-10": "gpt-5.3-chat-latest gpt-5.2-chat-latest",
    "2026-10-23": "gpt-4.1-nano o4-mini o3-mini o1 gpt-4o-2024-05-13 gpt-4-turbo gpt-4 gpt-3.5-turbo",
    "2026-11-30": "claude-sonnet-4-5 claude-sonnet-4-5-20250929",
    "2026-12-11": "gpt-5 gpt-5-mini gpt-5-nano o3",
    "2027-01-14": "gpt-4.1 gpt-4.1-mini gpt-4o gpt-4o-mini",
    "2027-04-01": "gpt-5.4-nano gpt-5.1",
}
_ENDING = {name: day for day, names in _ENDS.items() for name in names.split()}


def ends(name: str) -> str:
    """The day on which a model is shut down, as 2027-01-14, if that was announced; also for its dated versions."""
    return _ENDING.get(name) or _ENDING.get(re.sub(r"-(\d{4}-\d\d-\d\d|\d{4})$", "", name), "")
