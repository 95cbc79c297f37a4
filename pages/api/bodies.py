"""What the body of a request may be made of, and what stands in its path: checked as strictly as a frame's fields."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from agent.access import is_name
from agent.events import Intent
from agent.hub import ID
from agent.session import LONGEST_NAME, LONGEST_TITLE
from agent.sound import sound

from .auth import MOST_DAYS
from .incoming import LONGEST_ID

LONGEST_MODEL = 200
SESSION = {"pattern": f"^{ID.pattern}$"}
"""Told to readers and not enforced: with another id it is simply not there."""


def _readable(text: str) -> str:
    """Mended, as a frame's texts are."""
    if "\0" in text:
        raise ValueError("there is a NUL character in it: take it out")
    return sound(text)


def _printable(id: str) -> str:
    if not id.isprintable():
        raise ValueError("an id has printable characters only")
    return id


def _name(name: str) -> str:
    if not is_name(name):
        raise ValueError(f"a name is 1 to {LONGEST_NAME} printable characters, with none blank at its ends")
    return name


Text = Annotated[str, AfterValidator(_readable), Field(json_schema_extra={"pattern": "^[^\\u0000]*$"})]
Made = Annotated[str, Field(min_length=1, max_length=LONGEST_ID), AfterValidator(_printable)]
"""An id that a client made up."""
Id = Annotated[str, Path(description="the session", examples=["standup"], json_schema_extra=SESSION)]
TaskId = Annotated[str, Path(description="the task", examples=["k3v9x2"], json_schema_extra=SESSION)]
Anybody = Annotated[str, Path(description="their name", examples=["ben"])]
Somebody = Annotated[Anybody, Path(min_length=1, max_length=LONGEST_NAME), AfterValidator(_name)]
"""Who may come to exist."""
Ask = Annotated[str, Path(description="the id that the question came with", examples=["a1"])]


class Body(BaseModel):
    """Fields that nobody knows are passed over."""

    model_config = ConfigDict(extra="ignore", strict=True)


class Said(Body):
    content: Text = Field(examples=["Why is the sky blue?"])
    intent: Intent = Field(default="queue", description="what to do while the agent works")
    id: Made | None = Field(default=None, description="makes a repeated send harmless")
    attachments: list[str] = Field(default_factory=list, description="ids of files that were uploaded")


class Changed(Body):
    title: Annotated[Text, Field(max_length=LONGEST_TITLE)] | None = Field(default=None, examples=["Trams in Zürich"])
    model: Annotated[Text, Field(max_length=LONGEST_MODEL)] | None = Field(
        default=None, description="of the turns that follow, as provider:name", examples=["demo:rules"]
    )


class Answered(Body):
    content: Text = Field(examples=["yes"])


class Invited(Body):
    role: Literal["member", "viewer"] = Field(default="viewer", description="whether they take part or watch")
    days: int = Field(default=30, ge=1, le=MOST_DAYS, description="how long the link holds")


class Participant(Body):
    role: Literal["member", "viewer"] = Field(description="whether they take part or watch")


class Wanted(Body):
    prompt: Text = Field(examples=["Compare the three largest rivers of Europe."])
    model: Annotated[Text, Field(max_length=LONGEST_MODEL)] | None = Field(
        default=None, description="who is to work on it, as provider:name; else the default", examples=["demo:rules"]
    )


class Announced(Body):
    content: Annotated[Text, Field(min_length=1, max_length=10_000)] = Field(examples=["Back in five minutes."])
    to: Annotated[str, Field(min_length=1)] | None = Field(
        default=None, description="a `client_id`; everybody, if it is left out"
    )
