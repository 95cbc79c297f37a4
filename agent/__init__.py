"""The heart: what happens in a session. For agents of one's own: `from agent import AgentThought`."""

from .thought import AgentThought

__all__ = ["AgentThought"]
