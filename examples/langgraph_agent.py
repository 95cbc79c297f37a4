"""A LangGraph graph (`uv pip install langgraph`): its nodes say what they do while they do it."""

from typing import TypedDict

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph


class State(TypedDict, total=False):
    question: str
    found: str


def plan(state: State) -> State:
    get_stream_writer()(("thinking", f"“{state['question']}”: I should look, not guess."))
    return {}


def search(state: State) -> State:
    say = get_stream_writer()
    say(("action", "search(Oslo)"))
    say(("observation", "Oslo: 12 °C, light wind"))
    return {"found": "12 °C"}


def reply(state: State) -> State:
    """With a model in it, say what its chunks say; or stream with stream_mode "messages" as well."""
    say = get_stream_writer()
    for word in ("It is ", state["found"], " in Oslo."):
        say(("answer", word))
    return {}


graph = StateGraph(State).add_node(plan).add_node(search).add_node(reply)
graph.add_edge(START, "plan").add_edge("plan", "search").add_edge("search", "reply").add_edge("reply", END)
graph = graph.compile()


async def agent(prompt):
    async for thought in graph.astream({"question": prompt}, stream_mode="custom"):
        yield thought
