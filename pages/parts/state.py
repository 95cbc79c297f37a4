"""What an element shows and may change often, sent as the change alone: NiceGUI's own update sends it whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui


def begin(element: ui.element, **state: Any) -> None:
    """What `element` starts with, as its prop `state`; its JavaScript copies that to its data and watches it."""
    element._props["state"] = state


def change(element: ui.element, new: Mapping[str, Any], told: Mapping[str, Any] | None = None) -> None:
    """Takes over what differs in `new`, and tells the browser by its method `change`: of that, or `told` instead.

    Without a connection the whole state is sent once there is one, however often it changed.
    """
    state: dict[str, Any] = element._props["state"]
    differs = {name: value for name, value in new.items() if state.get(name) != value}
    if not differs:
        return
    if element.client.has_socket_connection:
        with element._props.suspend_updates():
            element._props["state"] = {**state, **differs}
        element.run_method("change", differs if told is None else told)
    else:
        element._props["state"] = {**state, **differs}
