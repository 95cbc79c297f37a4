"""Who may import whom, and how long a file may get: the house of docs/architecture.md, enforced."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SDKS = {"openai", "anthropic", "httpx", "httpx2", "genai_prices"}
WEB = {"nicegui", "fastapi", "starlette", "uvicorn", "socketio"}
DISK = {"tinydb", "orjson", "storage"}


def files(pattern: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in ROOT.glob(pattern))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, anywhere in it, by its full name."""
    package = list(path.with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for name in node.names:
                inner = ROOT.joinpath(*module.split("."), f"{name.name}.py")
                yield f"{module}.{name.name}" if inner.exists() else module


def offends(path: Path, *forbidden: str) -> list[str]:
    return [
        f"{path} imports {name}" for name in imports(path) for bad in forbidden if (name + ".").startswith(bad + ".")
    ]


HEART = {"agent.log", "agent.session", "agent.run", "agent.hub"}
RULES: list[tuple[str, set[str]]] = [
    ("agent/*.py", WEB | SDKS | DISK | {"pages", "main"}),
    ("agent/providers/**/*.py", WEB | DISK | HEART | {"pages", "agent.tools"}),
    ("agent/vendors/*.py", WEB | DISK | HEART | {"pages", "agent.tools"}),
    ("agent/tools/*.py", WEB | SDKS | DISK | HEART | {"pages", "agent.providers"}),
    ("storage/*.py", WEB | SDKS | {"pages", "main"}),
    ("pages/*.py", DISK | SDKS | {"main", "agent.providers", "agent.tools", "agent.run", "agent.writer"}),
    (
        "pages/api/**/*.py",
        (DISK - {"orjson"}) | SDKS | {"nicegui", "uvicorn", "socketio", "main", "agent.providers", "agent.tools"},
    ),
    ("agent/client/*.py", WEB | SDKS | DISK | HEART | {"pages", "main"}),
    ("pages/parts/*.py", DISK | SDKS | HEART | {"main", "agent.providers", "agent.tools"}),
]


@pytest.mark.parametrize(("pattern", "forbidden"), RULES, ids=[pattern for pattern, _ in RULES])
def test_nobody_imports_what_is_not_theirs(pattern: str, forbidden: set[str]):
    found = files(pattern)
    assert found, "the rule is about nothing"
    assert [offence for path in found for offence in offends(path, *forbidden)] == []


def test_doors_for_programs_stand_without_the_pages_for_people():
    for path in files("pages/api/**/*.py"):
        names = [name for name in imports(path) if (name + ".").startswith("pages.")]
        assert [name for name in names if not name.startswith("pages.api")] == [], path


ALONE = {"agent.client", "agent.events", "agent.codec", "agent.errors", "agent.chance"}


def test_the_python_client_stands_alone_but_for_what_events_are():
    for path in files("agent/client/*.py"):
        known = ALONE | ({"agent.settings"} if path.name == "__main__.py" else set())  # a command has an environment
        names = [name for name in imports(path) if name.startswith("agent")]
        assert [name for name in names if not any((name + ".").startswith(one + ".") for one in known)] == [], path


ADAPTERS = {"demo", "openai_responses", "openai_chat", "anthropic_messages", "custom"}


def test_providers_know_only_what_they_may_and_none_knows_another():
    for path in files("agent/providers/**/*.py"):
        names = [name for name in imports(path) if name.startswith("agent")]
        allowed = ("agent.providers", "agent.errors", "agent.thought", "agent.sound")
        assert [name for name in names if not name.startswith(allowed)] == [], path
        adapters = {part for name in names for part in name.split(".")[2:3] if part in ADAPTERS}
        assert adapters <= {path.stem, path.parts[2]}, path


def test_an_sdk_is_imported_when_it_is_needed_and_not_before():
    for path in files("agent/**/*.py"):
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        for node in tree.body:
            names = [n.name for n in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert SDKS.isdisjoint({name.split(".")[0] for name in names}), path


def test_the_environment_is_read_in_one_place():
    for path in [*files("agent/**/*.py"), *files("storage/*.py"), *files("pages/**/*.py")]:
        text = (ROOT / path).read_text(encoding="utf-8")
        read = re.search(r"\bos\.environ\b|getenv|from os import", text)
        assert read is None or path == Path("agent/settings.py"), path


def test_only_chance_touches_time_randomness_and_ids():
    clocks = {"time", "random", "secrets", "uuid"}
    for path in files("agent/**/*.py"):
        if path != Path("agent/chance.py"):
            assert clocks.isdisjoint(imports(path)), path


def test_a_file_is_named_after_one_thing_and_stays_short():
    long = {
        str(path): n
        for path in [
            *files("*.py"),
            *files("agent/**/*.py"),
            *files("storage/*.py"),
            *files("pages/**/*.py"),
            *files("pages/**/*.js"),
        ]
        if (n := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > 330
    }
    assert long == {}
    banned = ("utils", "helpers", "manager", "service", "misc", "common")
    for path in [*files("agent/**/*.py"), *files("storage/*.py"), *files("pages/**/*.py")]:
        assert not any(word in path.stem for word in banned), path


def test_nothing_in_the_product_comes_from_a_cdn():
    found = [path for kind in ("js", "css", "py", "html", "svg") for path in files(f"pages/**/*.{kind}")]
    assert {path.suffix for path in found if path.parts[1] == "static"} >= {".js", ".html", ".svg"}
    for path in found:
        text = (ROOT / path).read_text(encoding="utf-8")
        for host in ("cdn.", "unpkg", "jsdelivr", "googleapis", "gstatic", "cloudflare", "esm.sh", "skypack"):
            assert host not in text, f"{path} mentions {host}"
        if path.suffix in (".html", ".css", ".js"):
            loaded = re.findall(r"""(?:src=|href=|url\(|from |import\(?)\s*["']?(?:https?:)?//[^"')\s]*""", text)
            assert loaded == [], f"{path} loads what is elsewhere"
