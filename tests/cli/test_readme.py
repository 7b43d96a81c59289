"""The README: what it shows works, and what there is stands in it."""

import re
from pathlib import Path

import pytest

from bot.config import Settings
from tests.cli.commands import assent

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    "line",
    [
        "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/assent demo",
        "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -q -n auto",
    ],
)
def test_a_newcomer_finds_each_of_two_commands_in_a_block_of_its_own(line: str):
    assert f"\n```\n{line}\n```\n" in README


def test_its_agent_is_short_and_can_be_served(tmp_path: Path):
    [code] = [block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "Agent(" in block]
    assert len([line for line in code.splitlines() if line.strip()]) <= 10
    (tmp_path / "my_agents.py").write_text(code)
    told = assent("check", "my_agents.py:agent", at=tmp_path)
    assert "✓ Agent: Support loads. Its tools: refund." in told.out


def test_every_setting_stands_in_it():
    names = [str(field.validation_alias) for field in Settings.model_fields.values()]
    assert [name for name in names if f"`{name}`" not in README] == []


def test_every_command_stands_in_it(tmp_path: Path):
    listed = assent("--help", at=tmp_path).out.partition("Commands:")[2]
    commands = re.findall(r"^  (\w+)  ", listed, re.MULTILINE)
    assert sorted(commands) == ["check", "decide", "demo", "dev", "init", "pending", "serve", "workspace"]
    assert [command for command in commands if f"assent {command}" not in README] == []


def test_every_file_that_it_shows_is_there():
    shown = re.findall(r"\]\((?!http)([^)#]+)\)", README)
    assert [path for path in shown if not (ROOT / path).exists()] == []
