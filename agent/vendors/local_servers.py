"""Servers on this machine, found by asking at the ports that they usually have."""

from __future__ import annotations

from ..errors import ProviderError
from ..models import Shelf
from ..providers.endpoint import Endpoint
from .listing import listed
from .offers import offers

CONNECT, SECONDS = 0.3, 1.0


async def found(endpoint: Endpoint) -> Shelf | None:
    """What the server there offers; None where there is none, or something else (such as ourselves, on a port that
    vLLM likes, too). In a second at the most; never raises."""
    try:
        models = await listed(endpoint, seconds=SECONDS, connect=CONNECT, strict=True)
    except ProviderError:
        return None
    shown = offers(endpoint, models)
    trouble = "" if shown else f"{endpoint.title} is running, but has no model yet that can answer. Get one there."
    return Shelf(vendor=endpoint.vendor, title=endpoint.title, offers=shown, trouble=trouble, found=True)
