from agent import AgentThought


async def agent(prompt):
    yield AgentThought("thinking", "Analyzing the question...")
    yield AgentThought("action", "Searching")
    yield AgentThought("observation", "Found three results")
    yield AgentThought("answer", "Here is ")
    yield AgentThought("answer", "the answer.")
