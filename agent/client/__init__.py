"""The Python client: watch an agent of another process think, and have a say.

    import asyncio
    from agent.client import connect

    async def main():
        async with connect("http://localhost:8000") as agent:
            async for thought in agent.ask("Why is the sky blue?"):
                print(thought.content, end="", flush=True)

    asyncio.run(main())

`python -m agent.client http://localhost:8000 "Why is the sky blue?"` does the same in a terminal.
It needs the `websockets` package (and `rich` in a terminal), and of this one `agent.events` and `agent.codec`.
"""

from .agent import Agent, connect
from .thought import Thought
from .trouble import AgentError, Denied, Gone, Reset, Unreachable

__all__ = ["Agent", "AgentError", "Denied", "Gone", "Reset", "Thought", "Unreachable", "connect"]
