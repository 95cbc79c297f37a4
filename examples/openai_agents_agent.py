"""An agent of the OpenAI Agents SDK (`uv pip install openai-agents`): its reasoning, its tools, its answer."""

from agents import Agent, RawResponsesStreamEvent, RunItemStreamEvent, Runner, function_tool, set_tracing_disabled
from agents.items import ReasoningItem, ToolCallItem, ToolCallOutputItem
from agents.testing import ScriptedModel, assistant_message, function_call
from openai.types.responses import ResponseReasoningItem, ResponseTextDeltaEvent
from openai.types.responses.response_reasoning_item import Summary

set_tracing_disabled(True)  # else every run is reported to OpenAI


@function_tool
def weather(city: str) -> str:
    """The weather in a city."""
    return f"{city}: 12 °C, light wind"


def model():
    """Plays a model, so that this runs without a key: in its place write, for example, "gpt-6-luna"."""
    thought = Summary(text="I should look, not guess.", type="summary_text")
    reasoning = ResponseReasoningItem(id="r1", summary=[thought], type="reasoning")
    call = function_call("weather", {"city": "Oslo"}, call_id="c1")
    return ScriptedModel([[reasoning, call], [assistant_message("It is mild in Oslo.")]])


async def agent(prompt):
    run = Runner.run_streamed(Agent(name="Assistant", tools=[weather], model=model()), prompt)
    try:
        async for event in run.stream_events():
            match event:
                case RunItemStreamEvent(item=ReasoningItem(raw_item=reasoning)):
                    yield "thinking", "\n\n".join(part.text for part in reasoning.summary)
                case RunItemStreamEvent(item=ToolCallItem(raw_item=call)):
                    yield "action", f"{call.name}({call.arguments})"
                case RunItemStreamEvent(item=ToolCallOutputItem(output=output)):
                    yield "observation", str(output)
                case RawResponsesStreamEvent(data=ResponseTextDeltaEvent(delta=text)):
                    yield "answer", text
    finally:
        run.cancel()  # what runs in the background should end with the turn
