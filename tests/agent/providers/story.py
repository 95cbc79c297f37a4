"""What the mock of the vendors says in the story: five steps of tools with thinking, a long answer, and another."""

from __future__ import annotations

from typing import Any

REQUEST = "Plan the picnic"
LONG = "Tell me the long story"
REST = "The end of the story is happy."
BEGIN = "Once upon a time there was a basket, " + "and in the basket there was an apple, " * 40


def step(match: dict[str, Any], thinking: str, text: str, *calls: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
    wanted = [{"id": id, "name": name, "arguments": args} for id, name, args in calls]
    response = {"reasoning": thinking, "content": text, **({"toolCalls": wanted} if wanted else {})}
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "input_tokens": 1000, "output_tokens": 100}
    return {"match": match, "response": {**response, "usage": usage}, "chunkSize": 12}


def fixtures(vendors: list[str]) -> list[dict[str, Any]]:
    out = [
        step({"toolCallId": "call_5"}, "That is all I need.", "12 sandwiches, 7.5 km, on a **Saturday**."),
        step({"toolCallId": "call_4"}, "Now the days.", "", ("call_5", "text_statistics", {"text": "A nice day."})),
        step(
            {"toolCallId": "call_3"}, "Two left.", "Almost there. ", ("call_4", "calculate", {"expression": "2 * 3.75"})
        ),
        step(
            {"toolCallId": "call_1"},
            "Two things at once.",
            "Both ways. ",
            ("call_2", "convert", {"value": 7.5, "unit": "km", "to": "mile"}),
            ("call_3", "convert", {"value": 3, "unit": "hour", "to": "minute"}),
        ),
        step(
            {"userMessage": REQUEST},
            "How many people? Four, three sandwiches each.",
            "Let me see. ",
            ("call_1", "calculate", {"expression": "4 * 3"}),
        ),
    ]
    for vendor in vendors:
        long = f"{LONG}, {vendor}"
        out.append({"match": {"userMessage": long, "sequenceIndex": 1}, "response": {"content": REST}})
        told = {"reasoning": "A story, then.", "content": BEGIN}
        out.append(
            {"match": {"userMessage": long, "sequenceIndex": 0}, "response": told, "latency": 20, "chunkSize": 10}
        )
        out.append(
            {"match": {"userMessage": f"Was it good, {vendor}?"}, "response": {"content": f"{vendor} says yes."}}
        )
    # in two of the dialects what a person wants when they press Continue is said by a note in their place
    out.append({"match": {"userMessage": "Go on from where you were cut off"}, "response": {"content": REST}})
    return out
