"""A pydantic-ai agent (`uv pip install pydantic-ai-slim`): its thinking, its tools and its answer, as they stream."""

from pydantic_ai import Agent
from pydantic_ai.messages import (
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    PartDeltaEvent,
    PartEndEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ToolReturnPart,
)
from pydantic_ai.models.function import DeltaThinkingPart, DeltaToolCall, FunctionModel


async def model(messages, info):
    """Plays a model, so that this runs without a key: in its place write, for example, "openai:gpt-6-luna"."""
    if any(isinstance(part, ToolReturnPart) for part in messages[-1].parts):
        for word in ("It is ", "mild ", "in Oslo."):
            yield word
    else:
        yield {0: DeltaThinkingPart(content="I should look, not guess.")}
        yield {1: DeltaToolCall(name="weather", json_args='{"city": "Oslo"}')}


assistant = Agent(FunctionModel(stream_function=model))


@assistant.tool_plain
def weather(city: str) -> str:
    """The weather in a city."""
    return f"{city}: 12 °C, light wind"


async def agent(prompt):
    async with assistant.run_stream_events(prompt) as events:
        async for event in events:
            match event:
                case PartEndEvent(part=ThinkingPart(content=text)):
                    yield "thinking", text
                case FunctionToolCallEvent(part=call):
                    yield "action", f"{call.tool_name}({call.args_as_json_str()})"
                case FunctionToolResultEvent(part=result):
                    yield "observation", str(result.content)
                case PartStartEvent(part=TextPart(content=text)):
                    yield "answer", text
                case PartDeltaEvent(delta=TextPartDelta(content_delta=text)):
                    yield "answer", text
