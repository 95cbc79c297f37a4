"""What vendors refuse: the rules that a request has to keep, as sentences about those it breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def odd(method: str, path: str, headers: Mapping[str, str], body: Any, paths: Sequence[str]) -> list[str]:
    """What is wrong with a request; empty where a vendor would take it."""
    where = path.partition("?")[0]
    if method == "GET":
        return [] if where.endswith("/models") else [f"GET {where}"]
    if method != "POST" or where not in paths:
        return [f"{method} {where}"]
    if headers.get("content-type", "").partition(";")[0] != "application/json" or not isinstance(body, dict):
        return [f"{where} wants a JSON object"]
    found: list[str] = []
    if not isinstance(body.get("model"), str) or not body["model"]:
        found.append("no model")
    if body.get("stream") is not True:
        found.append("no stream: true")
    if "authorization" not in headers and "x-api-key" not in headers:
        found.append("no authorization")
    check = {"completions": _chat, "responses": _responses, "messages": _messages}.get(where.rsplit("/", 1)[-1])
    return found + (check(body) if check else [])


def _chat(body: dict[str, Any]) -> list[str]:
    found: list[str] = []
    waiting: set[str] = set()
    for message in body.get("messages") or [{}]:
        role, calls = message.get("role"), message.get("tool_calls") or []
        if role == "tool":
            if message.get("tool_call_id") not in waiting:
                found.append("a tool message without its call")
            waiting.discard(message.get("tool_call_id"))
            continue
        if waiting:
            found.append(f"calls without results: {waiting}")
        waiting = {call["id"] for call in calls}
        if role not in ("system", "developer", "user", "assistant"):
            found.append(f"role {role!r}")
        if not message.get("content") and not calls:
            found.append(f"an empty message of the {role}")
        found += [
            f"arguments are no text: {call}" for call in calls if not isinstance(call["function"]["arguments"], str)
        ]
    found += [f"tool {tool}" for tool in body.get("tools", ()) if "name" not in tool.get("function", {})]
    return found + ([f"calls without results: {waiting}"] if waiting else [])


def _responses(body: dict[str, Any]) -> list[str]:
    found: list[str] = []
    items = body.get("input")
    if not isinstance(items, list) or not items:
        return ["no input"]
    if body.get("store") is not False:
        found.append("store is on when nothing is said")
    called = [item["call_id"] for item in items if item.get("type") == "function_call"]
    answered = [item["call_id"] for item in items if item.get("type") == "function_call_output"]
    if sorted(called) != sorted(answered):
        found.append(f"calls {called}, results {answered}")
    for item, after in zip(items, [*items[1:], {}], strict=True):
        ours = after.get("type") in ("message", "function_call", "reasoning") and after.get("role") != "user"
        if item.get("type") == "reasoning" and not ours:
            found.append("a reasoning item without its required following item")
        if "status" in item:
            found.append(f"status in {item}")
    found += [f"tool {tool}" for tool in body.get("tools", ()) if "name" not in tool]
    return found


def _messages(body: dict[str, Any]) -> list[str]:
    found: list[str] = []
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return ["no messages"]
    if not isinstance(body.get("max_tokens"), int):
        found.append("no max_tokens")
    if messages[0]["role"] != "user" or messages[-1]["role"] != "user":
        found.append("the first and the last message are the user's")
    waiting: set[str] = set()
    for message in messages:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        results = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
        if results != waiting:
            found.append(f"calls {waiting}, results {results} right after")
        if results and [block["type"] == "tool_result" for block in blocks] != sorted(
            (block["type"] == "tool_result" for block in blocks), reverse=True
        ):
            found.append("tool results come first")
        waiting = {block["id"] for block in blocks if block["type"] == "tool_use"}
        if not blocks or any(block["type"] == "text" and not block["text"].strip() for block in blocks):
            found.append(f"empty text of the {message['role']}")
    found += [f"tool {tool}" for tool in body.get("tools", ()) if "name" not in tool or "input_schema" not in tool]
    return found
