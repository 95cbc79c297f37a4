"""The least that NiceGUI serves: what start-up is compared with.

python -m bench.empty PORT
"""

import sys

from nicegui import ui


@ui.page("/")
def page() -> None:
    ui.label("Hello")


ui.run(host="127.0.0.1", port=int(sys.argv[1]), reload=False, show=False, show_welcome_message=False)
