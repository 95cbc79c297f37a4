"""The doors for programs: websockets, SSE and REST, all of them readers of the same log."""
