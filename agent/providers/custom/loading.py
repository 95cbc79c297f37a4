"""Somebody's file with an agent in it: found, loaded, and loaded anew when it has changed."""

from __future__ import annotations

import importlib
import logging
import re
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

from ...errors import BadRequest
from .function import Function
from .sources import OURS, Sources
from .trouble import discreet, sentence, where

logger = logging.getLogger(__name__)
HOW = "Write it as module:function, for example my_agent:agent, or as path/to/my_agent.py:agent."


class AgentFile:
    """`module:function` or `path/to/file.py:function`; the function is called `agent` where none is named.

    Raises BadRequest where the name cannot be one.
    """

    def __init__(self, name: str, folder: Path) -> None:
        target, attribute = _split(name.strip())
        folder = folder.resolve()
        if target.endswith(".py") or "/" in target or "\\" in target:
            file = (folder / Path(target).expanduser()).resolve()
            if not file.is_file():
                raise BadRequest(f"There is no file {Path(target).name} where you said. {HOW}")
            target, folder = file.stem, file.parent
            if "." in target:
                raise BadRequest(f"{file.name} cannot be imported, for the dots in its name. Rename it.")
        elif not all(part.isidentifier() for part in target.split(".")):
            raise BadRequest(f"{discreet(target) or 'That'} cannot be the name of a module. {HOW}")
        self.label = f"{target}:{attribute}"
        self._module, self._attribute = target, attribute
        self._sources = Sources(folder)
        self._lock = threading.Lock()
        self._function: Function | None = None

    def load(self) -> Function:
        """The function, from its file as it is now. Raises BadRequest with what is wrong, and where; blocks."""
        self._function = None
        self._refuse_clash()
        self._sources.forget()
        self._sources.install()
        importlib.invalidate_caches()
        self._function = Function(self._found(self._imported()), self.label, self._sources.home)
        return self._function

    def latest(self) -> Function:
        """The function; loaded anew where a file has changed since, or where it could not be loaded; blocks."""
        with self._lock:
            if self._function and not self._sources.changed():
                return self._function
            logger.info("%s is loaded anew", self.label)
            return self.load()

    def _refuse_clash(self) -> None:
        top = self._module.partition(".")[0]
        if top in OURS:
            raise BadRequest(f"Thinkaloud itself has a module called {top}. Give your file another name.")
        if not any(file.is_file() for file in self._sources.files(top)):
            return
        if top in sys.stdlib_module_names:
            raise BadRequest(f"Python itself has a module called {top}. Give your file another name.")
        if top in sys.modules and not self._sources.forget_others(top):
            raise BadRequest(f"An installed package is called {top}, too. Give your file another name.")

    def _imported(self) -> ModuleType:
        try:
            return importlib.import_module(self._module)
        except ModuleNotFoundError as error:
            place = where(error, self._sources.home)
            if place or not error.name:
                aside = f" ({place})" if place else ""
                raise BadRequest(f"{self.label} needs the module {error.name}, which is not there{aside}.") from error
            raise BadRequest(
                f"There is no module {self._module}, neither here nor installed. Start Thinkaloud in the folder of "
                f"your file, or give its path: path/to/{self._module.replace('.', '/')}.py:{self._attribute}."
            ) from error
        except SyntaxError as error:
            raise BadRequest(sentence(f"{self.label} cannot be loaded", error, self._sources.home)) from error
        except (Exception, SystemExit) as error:
            logger.error("%s cannot be loaded", self.label, exc_info=error)
            raise BadRequest(sentence(f"{self.label} cannot be loaded", error, self._sources.home)) from error

    def _found(self, module: ModuleType) -> Any:
        found: Any = module
        for part in self._attribute.split("."):
            try:
                found = getattr(found, part)
            except AttributeError as error:
                own = [name for name, value in vars(module).items() if _is_function_of(value, module, name)]
                known = f" It has {', '.join(own[:5])}." if own else ""
                raise BadRequest(f"{self._module} has nothing called {self._attribute}.{known}") from error
        return found


def _split(name: str) -> tuple[str, str]:
    found = re.fullmatch(r"(.+?)(?::([^\W\d][\w.]*))?", name)
    if not found:
        raise BadRequest(f"An agent needs a name. {HOW}")
    return found[1], found[2] or "agent"


def _is_function_of(value: object, module: ModuleType, name: str) -> bool:
    return callable(value) and not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
