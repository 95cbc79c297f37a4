"""Watches an agent on a running server: python -m examples.client"""

import asyncio

from agent.client import connect


async def main() -> None:
    async with connect("http://localhost:8000", session="standup") as agent:
        async for thought in agent.ask("What is 17% of 2,340?"):
            if thought.kind == "answer":
                print(thought.content, end="", flush=True)


asyncio.run(main())
