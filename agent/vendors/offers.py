"""A vendor's list as it is offered: without what cannot answer, the recommended first, the ending last."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..models import Offer
from ..providers.defaults import RECOMMENDED, ends
from ..providers.endpoint import Endpoint
from .listing import Listed

MUTE = {
    "openai": re.compile(
        r"embed|tts|whisper|transcri|translat|realtime|audio|image|dall-e|sora|moderation|search|computer-use"
        r"|instruct|babbage|davinci|deep-research"
    ),
    "anthropic": re.compile(r"(?!)"),
}
MUTE_ELSEWHERE = re.compile(r"embed|whisper|\btts\b|transcri|rerank|moderation|dall-e|stable-diffusion")


def offers(endpoint: Endpoint, models: Sequence[Listed]) -> tuple[Offer, ...]:
    """What can be talked to, with any other name still to be typed by whoever knows better."""
    mute = MUTE.get(endpoint.vendor, MUTE_ELSEWHERE)
    notes = RECOMMENDED.get(endpoint.vendor, {})
    order = list(notes)

    def place(model: Listed) -> tuple[bool, int, int]:
        first = order.index(model.name) if model.name in notes else len(order)
        return bool(_ends(endpoint, model)), first, -model.created

    return tuple(
        Offer(
            model=f"{endpoint.vendor}:{model.name}",
            label=model.label or _short(model.name),
            note=f"until {end}" if (end := _ends(endpoint, model)) else notes.get(model.name, ""),
        )
        for model in sorted(models, key=place)
        if not mute.search(_base(model.name))
    )


def _ends(endpoint: Endpoint, model: Listed) -> str:
    return model.ends or (ends(model.name) if endpoint.vendor in RECOMMENDED else "")


def _base(name: str) -> str:
    """What a model is made of: of `ft:gpt-4o-mini:my-image-shop::id`, the second part."""
    parts = name.lower().split(":")
    return parts[1] if parts[0] == "ft" and len(parts) > 1 else name.lower()


def _short(name: str) -> str:
    """llama.cpp names a model by its file."""
    return re.split(r"[\\/]", name)[-1] if name.startswith(("/", "./")) or name[1:3] == ":\\" else name
