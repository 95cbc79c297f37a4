"""An agent without async: it runs in a thread of its own, and `context.wait` and its like simply block."""


def agent(prompt, context):
    words = prompt.split()
    for number, word in enumerate(words, start=1):
        if context.wait(0.01):  # time.sleep would do as well; this one wakes up at Stop
            return
        context.progress(100 * number / len(words), word)
        yield "observation", f"{word}: {len(word)} letters"
    yield f"The longest word is *{max(words, key=len, default='none')}*."
