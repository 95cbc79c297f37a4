"""The vendors that an environment knows of; main.py hands it over."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import BadRequest
from ..providers.defaults import TITLES, URLS
from ..providers.endpoint import Endpoint
from .keys import checked_key, checked_url


def from_environment(environ: Mapping[str, str]) -> dict[str, Endpoint]:
    """Vendor → endpoint, for each of which something is set. Raises BadRequest, with the variable's name."""
    found: dict[str, Endpoint] = {}
    for vendor, key_name, url_name in (
        ("openai", "OPENAI_API_KEY", "OPENAI_BASE_URL"),
        ("anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"),
        ("compat", "THINKALOUD_COMPAT_KEY", "THINKALOUD_COMPAT_URL"),
    ):
        key = checked_key(environ.get(key_name, ""), key_name)
        url = environ.get(url_name, "").strip()
        if not (key or url):
            continue
        if not url and vendor not in URLS:
            raise BadRequest(f"{key_name} is set, but not {url_name}: say which server the key is for.")
        url = checked_url(url, url_name) if url else URLS[vendor]
        found[vendor] = Endpoint(vendor=vendor, title=TITLES[vendor], url=url, key=key)
    if url := _ollama(environ.get("OLLAMA_HOST", "")):
        found["ollama"] = Endpoint(vendor="ollama", title=TITLES["ollama"], url=url)
    return found


def _ollama(host: str) -> str:
    """Where Ollama is reached, from what it listens on: `0.0.0.0`, `:11434`, `http://server:11434`. What is not
    understood is Ollama's to complain about, not ours."""
    host = host.strip().rstrip("/")
    if not host:
        return ""
    scheme, _, rest = host.rpartition("://")
    name, colon, port = rest.rpartition(":")
    if not colon or port.endswith("]"):
        name, port = rest, {"http": "80", "https": "443"}.get(scheme, "11434")
    name = "localhost" if name in ("", "0.0.0.0", "[::]") else name
    try:
        return checked_url(f"{scheme or 'http'}://{name}:{port}") + "/v1"
    except BadRequest:
        return ""
