"""Somebody's own modules, always read from their source: two saves within a second may look alike to a .pyc."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType

OURS = frozenset({"agent", "pages", "storage", "main"})
Stamp = tuple[int, int] | None


class Source(SourceFileLoader):
    """Reads the file itself, and notes how it was at that moment."""

    def __init__(self, name: str, path: str, seen: dict[str, Stamp]) -> None:
        super().__init__(name, path)
        self.seen = seen

    def path_stats(self, path: str) -> dict[str, float]:  # pyright: ignore[reportIncompatibleMethodOverride]
        raise OSError("no .pyc is read or written")

    def get_data(self, path: str) -> bytes:
        self.seen[path] = stamp(path)
        return super().get_data(path)


class Sources:
    """Finds modules below `folder`, before those that are installed; goes into sys.meta_path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[str, Stamp] = {}

    def install(self) -> None:
        """The folder is looked through first from now on."""
        if str(self.folder) in sys.path:
            sys.path.remove(str(self.folder))
        sys.path.insert(0, str(self.folder))
        if self in sys.meta_path:
            sys.meta_path.remove(self)
        others = [i for i, finder in enumerate(sys.meta_path) if finder is PathFinder or isinstance(finder, Sources)]
        sys.meta_path.insert(min(others, default=len(sys.meta_path)), self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top in OURS or top in sys.stdlib_module_names:
            return None
        places = [str(self.folder)] if path is None else [place for place in path if self.holds(place)]
        spec = PathFinder.find_spec(fullname, places) if places else None
        if spec is None or spec.origin is None or not isinstance(spec.loader, SourceFileLoader):
            return None
        if not self.holds(spec.origin):
            return None
        spec.loader = Source(fullname, spec.origin, self._seen)
        spec.cached = None
        return spec

    def holds(self, file: str) -> bool:
        """Whether it is theirs: below the folder, and neither installed nor hidden."""
        path = Path(file)
        if not path.is_relative_to(self.folder):
            return False
        inner = path.relative_to(self.folder).parts
        return not any(part in ("site-packages", "dist-packages") or part.startswith(".") for part in inner)

    def home(self, file: str) -> str:
        """The file's name from the folder on (`tools/search.py`), or "" where it is not theirs."""
        return Path(file).relative_to(self.folder).as_posix() if self.holds(file) else ""

    def files(self, module: str) -> tuple[Path, Path]:
        """Where a module would be."""
        return self.folder / f"{module}.py", self.folder / module / "__init__.py"

    def changed(self) -> bool:
        """Whether a file that was read is another now, or gone."""
        return any(stamp(path) != seen for path, seen in list(self._seen.items()))

    def forget(self) -> None:
        """Whoever imports one of the modules next gets it anew."""
        for name, loader in _loaded():
            if loader.seen is self._seen:
                _drop(name)
        self._seen.clear()

    def forget_others(self, top: str) -> bool:
        """Whether the module of that name was somebody's own as well, from another folder perhaps; it is let go of."""
        own = [name for name, _ in _loaded() if name.partition(".")[0] == top]
        for name in own:
            _drop(name)
        return top in own


def _loaded() -> Iterator[tuple[str, Source]]:
    for name, module in list(sys.modules.items()):
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        if isinstance(loader, Source):
            yield name, loader


def _drop(name: str) -> None:
    module = sys.modules.pop(name, None)
    package, _, last = name.rpartition(".")
    parent = sys.modules.get(package)  # a folder without __init__.py stays, and would give the old one from its names
    if parent and getattr(parent, last, None) is module:
        delattr(parent, last)


def stamp(path: str) -> Stamp:
    """Differs when the file does; None where there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
