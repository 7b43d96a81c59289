"""The README of the runtime is true: the tables of names and of what they have, and every snippet in it."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import bot.agents
from bot.agents.absent import ABSENT
from bot.agents.testing import call, message
from tests.agents.responses_server import Answer, response, serving

README = Path(bot.agents.__file__).with_name("README.md").read_text()


def rows(heading: str) -> list[list[str]]:
    """The rows of the tables below a heading, up to the next one."""
    below = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in below.splitlines() if line.startswith("| `")]
    assert lines, heading
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]


def names_in(cell: str) -> list[str]:
    return re.findall(r"`([\w.]+)`", cell)


NAMES = [(name, row[1]) for row in rows("The names of the OpenAI Agents SDK") for name in names_in(row[0])]
HERE = [name for name, word in NAMES if not word.startswith("absent")]
NOT_HERE = [(name, word.removeprefix("absent: ")) for name, word in NAMES if word.startswith("absent")]
MEMBERS = rows("What they have")


def found(path: str) -> Any:
    """What a name of the table means."""
    first, *rest = path.split(".")
    module = bot.agents if first in bot.agents.__all__ else importlib.import_module("bot.agents.mcp")
    thing: Any = getattr(module, first)
    for name in rest:
        thing = getattr(thing, name)
    return thing


def known(thing: Any) -> set[str]:
    """The names of all that something has: members, fields and parameters."""
    classes = inspect.getmro(thing) if inspect.isclass(thing) else ()
    fields = {name for each in classes for name in inspect.get_annotations(each)}
    return {*dir(thing), *fields, *parameters(thing)}


def parameters(thing: Any) -> set[str]:
    """What it can be called with, also what is named in an unpacked `TypedDict`."""
    try:
        named = inspect.signature(thing).parameters
    except (TypeError, ValueError):
        return set()
    rest = [name for name, each in named.items() if each.kind is each.VAR_KEYWORD]
    hints = get_type_hints(thing.__init__ if inspect.isclass(thing) else thing, include_extras=True) if rest else {}
    unpacked = [get_args(hints[name]) for name in rest if name in hints]
    return {*named, *(name for args in unpacked if args for name in get_type_hints(args[0]))}


def test_every_name_stands_in_the_table_once():
    names = [name for name, _ in NAMES]
    assert sorted(names) == sorted(set(names))
    assert {word.split(":")[0] for _, word in NAMES} == {"same", "different", "absent"}


def test_what_the_table_says_is_here_can_be_imported():
    assert [name for name in HERE if found(name) is None] == []


@pytest.mark.parametrize("module", ["bot.agents", "bot.agents.mcp"])
def test_what_the_table_says_is_absent_says_why_when_it_is_imported(module: str):
    assert {name: refusal(module, name) for name, _ in NOT_HERE} == {
        name: f"{module} has no {name}: {why}." for name, why in NOT_HERE
    }


def refusal(module: str, name: str) -> str:
    """What an app reads that imports this name."""
    with pytest.raises(ImportError) as refused:
        exec(f"from {module} import {name}")
    return str(refused.value)


def test_all_that_says_why_it_is_absent_stands_in_the_table():
    assert ABSENT.keys() == {name for name, _ in NOT_HERE}


@pytest.mark.parametrize("name", ["ComputerTool2", "SandboxAgent", "VoicePipeline"])
def test_whole_fields_that_are_out_of_scope_say_so(name: str):
    assert "out of scope" in refusal("bot.agents", name)


def test_a_name_of_nobody_is_no_name_and_a_module_is_found():
    assert "nothing_of_that_name" in refusal("bot.agents", "nothing_of_that_name")
    exec("from bot.agents import testing")


@pytest.mark.parametrize(("name", "has", "lacks"), [(names_in(row[0])[0], *row[1:]) for row in MEMBERS])
def test_members_fields_and_parameters_are_as_the_table_says(name: str, has: str, lacks: str):
    here = known(found(name))
    assert set(names_in(has)) <= here
    assert not set(names_in(lacks.split(": ")[0])) & here


REFUND = response(call("refund", {"order": "A1", "cents": 500}))
DONE = response(message("Done."))
ANSWERS = (
    Answer(body=REFUND),
    Answer(body=DONE),
    Answer(events=[{"type": "response.completed", "sequence_number": 1, "response": REFUND}]),
    Answer(body=REFUND),
    Answer(body=DONE),
    Answer(body=DONE),
)
"""What the model says to all the snippets, one after the other; the last of it again and again."""


async def test_every_snippet_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.chdir(tmp_path)
    snippets = re.findall(r"(?s)```python\n(.*?)```", README)
    names: dict[str, Any] = {"__name__": "snippets"}
    async with serving(*ANSWERS) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        for place, snippet in enumerate(snippets):
            code = compile(snippet, f"snippet {place}", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            running = eval(code, names)
            if inspect.isawaitable(running):
                await running
    asked = [each.body for each in server.requests]
    assert [len(each["input"]) for each in asked] == [1, 3, 1, 1, 3, 1, 3, 1, 1]
    assert asked[1]["input"][2]["output"] == "Refunded 500 cents of A1."
    assert asked[4]["input"][2]["output"] == "B2 is too old for that."
    assert asked[8]["previous_response_id"] == "resp_1"
    assert capsys.readouterr().out.splitlines() == [
        'Support refund {"order": "A1", "cents": 500}',
        "Done.",
        "tool_called",
        "1",
        "{'length': 13}",
    ]
