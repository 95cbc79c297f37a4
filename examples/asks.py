"""An agent that takes a context: it asks back, says how far it is, uses a tool, and remembers."""

from agent.errors import ToolError


async def agent(prompt, context):
    yield "thinking", f"Questions of {context.user} so far: {len(context.history) // 2}."
    await context.progress(10, "Asking back")
    form = await context.ask("As a sum or as a sentence?", ["Sum", "Sentence"])
    await context.progress(50, "Calculating")
    try:
        result = await context.tool("calculate", expression=prompt)  # its action and its observation show by themselves
    except ToolError as error:
        yield f"I could not work that out: {error}"
        return
    await context.progress(100)
    yield result if form == "Sum" else f"What you get is **{result}**."
