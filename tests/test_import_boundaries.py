"""The walls of the house: who may import whom. Read from the source with `ast` alone, nothing is run."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path for folder in ("services", "shared") for path in (ROOT / folder).rglob("*.py") if path.is_file()
)

FORBIDDEN = {
    "shared": ("services",),
    "services.ingest": ("services.feed", "services.cli"),
    "services.feed": ("services.ingest", "services.cli"),
    "services.cli": ("services.ingest", "services.feed"),
    "services.feed.feeds": (
        *("services.feed.deliveries", "services.feed.consume", "services.feed.ops", "services.feed.desk"),
    ),
    "services.feed.deliveries": (
        *("services.feed.feeds", "services.feed.consume", "services.feed.ops", "services.feed.desk"),
    ),
    "services.feed.consume": ("services.feed.ops", "services.feed.desk"),
    "services.feed.measures": (
        *("services.feed.feeds", "services.feed.deliveries", "services.feed.consume"),
        *("services.feed.ops", "services.feed.desk"),
    ),
    "services.feed.ops": ("services.feed.feeds", "services.feed.consume", "services.feed.desk"),
}
"""Part → what nothing in it may import."""

IMPURE = (
    "redis",
    "httpx",
    "aiohttp",
    "fastapi",
    "starlette",
    "faststream",
    "asyncio",
    "shared.clock",
    "time",
)
"""What no pure module may import: Redis, HTTP, the clock."""

PURE = (
    "services.ingest.draft",
    "services.ingest.identity",
    "services.ingest.merge",
    "services.ingest.sanitise",
    "services.ingest.read",
    "services.feed.feeds.selection",
    "services.feed.feeds.entry",
    "services.feed.feeds.applying",
    "services.feed.feeds.turns",
    "services.feed.feeds.archive_position",
    "services.feed.feeds.archive_links",
    "services.feed.feeds.own_feed",
    "services.feed.feeds.presentation",
    "services.feed.feeds.atom",
    "services.feed.feeds.rss",
    "services.feed.feeds.jsonfeed",
    "services.feed.feeds.document",
    "services.feed.feeds.http_validators",
    "services.feed.deliveries.endpoint",
    "services.feed.deliveries.matching",
    "services.feed.deliveries.outcome",
    "services.feed.deliveries.payload",
    "services.feed.deliveries.retry_schedule",
    "services.feed.deliveries.signature",
    "services.feed.desk.attempts",
    "services.feed.measures.histogram",
    "services.feed.measures.names",
    "services.feed.ops.curve_point",
    "services.feed.ops.curves",
    "services.feed.ops.headline",
    "services.feed.ops.history",
    "services.feed.ops.numbers",
    "services.feed.ops.rates",
    "services.feed.ops.samples",
    "services.feed.ops.states",
    "services.feed.ops.stream_report",
    "services.feed.ops.summary",
    "services.feed.ops.wording",
    "shared.article",
    "shared.events",
    "shared.keys",
    "shared.identifiers",
    "shared.redis_versions",
    "shared.timestamps",
)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    """Yield every module (and `module.name`) that a file imports, wherever in it that stands."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide what is imported"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_in(module: str, part: str) -> bool:
    return module == part or module.startswith(f"{part}.")


MODULES = {module_name(path): path for path in SOURCES}


@pytest.mark.parametrize("part", FORBIDDEN)
def test_nothing_reaches_through_a_wall(part: str) -> None:
    breaches = [
        f"{module} imports {imported}"
        for module, path in MODULES.items()
        if is_in(module, part)
        for imported in imports_of(path)
        if any(is_in(imported, forbidden) for forbidden in FORBIDDEN[part])
    ]
    assert breaches == []


@pytest.mark.parametrize("pure", PURE)
def test_a_pure_module_imports_no_redis_no_http_and_no_clock(pure: str) -> None:
    members = {module: path for module, path in MODULES.items() if is_in(module, pure)}
    assert members, f"{pure} does not exist any more: mend this list"
    breaches = [
        f"{module} imports {imported}"
        for module, path in members.items()
        for imported in imports_of(path)
        if any(is_in(imported, impure) for impure in IMPURE)
    ]
    assert breaches == []


def test_there_is_no_import_circle() -> None:
    graph = {
        module: {name for name in imports_of(path) if name in MODULES and name != module}
        for module, path in MODULES.items()
    }
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, f"import circle: {' → '.join((*way, module))}"
        if module not in done:
            for imported in sorted(graph[module]):
                visit(imported, (*way, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("path", [p for p in SOURCES if p.name == "__init__.py"], ids=str)
def test_an_init_file_says_what_is_inside_and_holds_no_code(path: Path) -> None:
    body = ast.parse(path.read_text()).body
    assert len(body) == 1
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_every_module_opens_by_saying_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text()))
