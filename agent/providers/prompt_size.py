"""How large a prompt is, before anybody has counted."""

from __future__ import annotations

import json

from .base import Prompt, ToolCall, UserText

ATTACHMENT = 1000  # tokens; an image or a page or two


def prompt_size(prompt: Prompt) -> int:
    """About how many tokens `prompt` has: a quarter of its characters."""
    characters, tokens = len(prompt.system), 0
    for tool in prompt.tools:
        characters += len(tool.name) + len(tool.description) + len(json.dumps(tool.schema))
    for part in prompt.parts:
        match part:
            case ToolCall():
                characters += len(part.tool) + len(json.dumps(part.args))
            case UserText():
                characters += len(part.content)
                tokens += ATTACHMENT * len(part.attachments)
            case _:
                characters += len(part.content)
    return characters // 4 + tokens
