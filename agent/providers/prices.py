"""What a step costs, as an estimate from the prices that genai-prices carries with it; nothing is fetched."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from .base import UsagePiece
from .endpoint import Endpoint
from .loose_json import number

if TYPE_CHECKING:
    from genai_prices.types import Provider

logger = logging.getLogger(__name__)
OWN = {"openai": "openai", "anthropic": "anthropic"}  # vendor → its name at genai-prices


def price(endpoint: Endpoint, name: str, usage: UsagePiece) -> float | None:
    """US dollars: what the vendor said, else 0 on this machine, else an estimate; None where nobody knows.

    Never raises. The first call takes 0.5 s where `warm` was not called before.
    """
    if usage.cost_usd is not None:
        return number(usage.cost_usd)
    if endpoint.local:
        return 0.0
    try:
        return _estimate(endpoint, name, usage)
    except LookupError:
        return None  # a model that has no price
    except Exception:
        logger.debug("a price could not be reckoned", exc_info=True)
        return None


def warm() -> None:
    """Imports the prices and reckons once; blocks for 0.5 s, so call it in a thread. Never raises."""
    sample = Endpoint(vendor="openai", title="OpenAI", url="https://api.openai.com/v1")
    price(sample, "gpt-6.1-terra", UsagePiece(input=1, output=1))


def _estimate(endpoint: Endpoint, name: str, usage: UsagePiece) -> float | None:
    from genai_prices import Usage, calc_price

    provider = _provider(endpoint)
    if provider is None:
        return None
    counted = Usage(  # as in UsagePiece, its input has what was cached and written within
        input_tokens=max(usage.input, usage.cached + usage.written),
        cache_read_tokens=usage.cached,
        cache_write_tokens=usage.written,
        output_tokens=usage.output,
    )
    return number(float(calc_price(counted, name, provider_id=provider).total_price))


def _provider(endpoint: Endpoint) -> str | None:
    """Who is paid at this address, by the name that genai-prices has for them."""
    from genai_prices.data_snapshot import get_snapshot

    provider: Provider | None = None
    with suppress(LookupError):  # an address of one's own: a proxy to the vendor it stands for, or somebody unknown
        provider = get_snapshot().find_provider(None, None, endpoint.url)
    return provider.id if provider else OWN.get(endpoint.vendor)
