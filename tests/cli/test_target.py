"""What can be served: an agent, a Served, or a context manager, out of a module or a file."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import environment

AGENT = 'from bot.agents import Agent\nagent = Agent("Helper")\n'

LOAD = """
import asyncio, sys
from bot.app.target import TargetError, load_target
async def load():
    try:
        async with load_target(sys.argv[1]) as served:
            print(type(served).__name__, served.agent.name)
    except TargetError as error:
        print("refused:", error)
asyncio.run(load())
"""


def load(target: str, *, at: Path, searched_first: bool = False) -> str:
    """What comes of the target in a process that works in `at`; with `searched_first` Python looks there first."""
    flags = [] if searched_first else ["-P"]
    done = subprocess.run(
        [sys.executable, *flags, "-c", LOAD, target],
        cwd=at,
        env=environment(None),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("written", "target"),
    [
        (AGENT, "mine.py:agent"),
        (AGENT, "./mine.py:agent"),
        (AGENT, "mine:agent"),
        (AGENT + "from bot.app import Served\nserved = Served(agent, context=lambda origin: 7)\n", "mine.py:served"),
        (
            AGENT
            + "from contextlib import asynccontextmanager\n"
            + "@asynccontextmanager\nasync def opened():\n    yield agent\n"
            + "instance = opened()\n",
            "mine.py:opened",
        ),
        (
            AGENT
            + "from contextlib import asynccontextmanager\n"
            + "@asynccontextmanager\nasync def opened():\n    yield agent\n"
            + "instance = opened()\n",
            "mine:instance",
        ),
    ],
)
def test_it_is_served(written: str, target: str, tmp_path: Path):
    (tmp_path / "mine.py").write_text(written)
    assert load(target, at=tmp_path) == "Served Helper"


def test_what_a_context_manager_opened_is_closed(tmp_path: Path):
    (tmp_path / "mine.py").write_text(
        AGENT + "from contextlib import asynccontextmanager\n"
        "@asynccontextmanager\nasync def opened():\n    print('opened')\n    yield agent\n    print('closed')\n"
    )
    assert load("mine.py:opened", at=tmp_path).split() == ["opened", "Served", "Helper", "closed"]


@pytest.mark.parametrize("name", ["bot", "agents", "types"])
def test_a_file_may_be_called_like_a_module_of_ours_or_of_python(name: str, tmp_path: Path):
    for other in ("agents", "types"):
        (tmp_path / f"{other}.py").write_text("raise RuntimeError('this is not the file that was named')\n")
    (tmp_path / f"{name}.py").write_text(f"import types\n{AGENT}types.SimpleNamespace()\n")
    assert load(f"{name}.py:agent", at=tmp_path) == "Served Helper"


def test_a_directory_that_python_searches_first_is_searched_last(tmp_path: Path):
    for hidden in ("agents", "docket", "wave"):
        (tmp_path / f"{hidden}.py").write_text("raise RuntimeError('this is not the module that was meant')\n")
    (tmp_path / "mine.py").write_text(f"import docket, wave\n{AGENT}")
    assert load("mine.py:agent", at=tmp_path, searched_first=True) == "Served Helper"


def test_a_module_beside_it_can_be_imported(tmp_path: Path):
    (tmp_path / "names.py").write_text("NAME = 'Helper'\n")
    (tmp_path / "mine.py").write_text("from bot.agents import Agent\nfrom names import NAME\nagent = Agent(NAME)\n")
    assert load("mine.py:agent", at=tmp_path) == "Served Helper"


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("mine.py", "'mine.py' is no target. Write module:attribute or path/to/file.py:attribute."),
        ("mine.py:", "'mine.py:' is no target."),
        ("none.py:agent", "There is no file none.py."),
        ("none:agent", "There is no module none. For a file, write path/to/file.py:attribute."),
        ("mine.py:none", "mine.py has no none."),
        ("mine.py:number", "mine.py:number gives a value of type int. It must be an Agent, a Served, or"),
        ("mine.py:wants", "mine.py:wants cannot be called without arguments: TypeError: wants() missing 1 required"),
        ("mine.py:fails", "mine.py:fails did not start: OSError: no such host"),
        ("broken.py:agent", "broken.py cannot be loaded: ZeroDivisionError: division by zero (line 2)"),
        ("wrong.py:agent", "wrong.py cannot be loaded: SyntaxError:"),
        ("json:agent", "json has no agent. That module is "),
        ("lacks:agent", "lacks cannot be imported: ModuleNotFoundError: No module named 'nowhere'"),
    ],
)
def test_what_is_wrong_with_it_is_told_in_one_line(target: str, told: str, tmp_path: Path):
    (tmp_path / "mine.py").write_text(
        AGENT + "number = 7\ndef wants(x): ...\n"
        "from contextlib import asynccontextmanager\n"
        "@asynccontextmanager\nasync def fails():\n    raise OSError('no such host')\n    yield\n"
    )
    (tmp_path / "broken.py").write_text("\n1 / 0\n")
    (tmp_path / "wrong.py").write_text("def :\n")
    (tmp_path / "json.py").write_text(AGENT)
    (tmp_path / "lacks.py").write_text("import nowhere\n")
    said = load(target, at=tmp_path)
    assert said.startswith(f"refused: {told}")
    assert "\n" not in said
