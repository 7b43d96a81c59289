"""The Dockerfile, as far as it can be checked without an engine that builds it."""

import json
import re
import shlex
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Step:
    """One instruction, its continued lines joined."""

    name: str
    rest: str


def test_it_copies_what_is_there_and_nothing_else_reaches_the_engine() -> None:
    ignored = (ROOT / ".dockerignore").read_text().split()
    allowed = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert ignored[0] == "*"
    assert _copied() == allowed
    assert [name for name in sorted(_copied()) if not (ROOT / name).exists()] == []


def test_it_copies_all_that_the_package_is_built_of() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"pyproject.toml", project["project"]["readme"], *wheel["packages"], *wheel["force-include"]}
    assert needed <= _copied()
    for pattern in project["project"]["license-files"]:
        assert any(fnmatchcase(name, pattern) for name in _copied())


def test_it_installs_the_package_as_the_readme_says() -> None:
    install = "python3 -m venv .venv && .venv/bin/pip install -q "
    assert f"{install}." in [step.rest for step in _steps() if step.name == "RUN"]
    lines = (ROOT / "README.md").read_text().splitlines()
    assert [line for line in lines if line.startswith("python3 -m venv") and not line.startswith(install)] == []


def test_what_was_installed_stays_where_it_was() -> None:
    """A virtual environment holds its own path, so it may not move between the stages."""
    [copy] = [step for step in _steps() if step.name == "COPY" and step.rest.startswith("--from=build ")]
    _, source, target = copy.rest.split()
    assert source == target == f"{_last('WORKDIR', stage=0)}/.venv"
    assert f"{target}/bin:$PATH" in _environment()["PATH"]


def test_the_bot_does_not_run_as_root() -> None:
    user = _last("USER", stage=1)
    assert user not in ("root", "0")
    assert any(step.name == "RUN" and re.search(rf"useradd .*\b{user}$", step.rest) for step in _stage(1))


def test_the_entry_point_is_a_command_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    command, subcommand = json.loads(_last("ENTRYPOINT", stage=1))
    assert command in project["project"]["scripts"]
    assert subcommand == "serve"


def test_its_health_is_asked_where_it_is_served() -> None:
    environment = _environment()
    assert environment["ASSENT_HTTP_HOST"] == "0.0.0.0"
    assert _last("EXPOSE", stage=1) == environment["ASSENT_HTTP_PORT"]
    question = _last("HEALTHCHECK", stage=1).partition(" CMD ")[2]
    python, flag, program = shlex.split(question)
    assert (python, flag) == ("python3", "-c")
    asked = program.replace("$ASSENT_HTTP_PORT", environment["ASSENT_HTTP_PORT"])
    compile(asked, "HEALTHCHECK", "exec")
    assert "http://127.0.0.1:8080/healthz" in asked


def test_its_python_is_one_that_the_package_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for base in (step.rest for step in _steps() if step.name == "FROM"):
        version = re.match(r"python:(3\.\d+)-slim\b", base)
        assert version is not None
        assert f"Programming Language :: Python :: {version[1]}" in project["project"]["classifiers"]


def _steps() -> list[Step]:
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [Step(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def _stage(number: int) -> list[Step]:
    stages: list[list[Step]] = []
    for step in _steps():
        if step.name == "FROM":
            stages.append([])
        stages[-1].append(step)
    return stages[number]


def _last(name: str, *, stage: int) -> str:
    return [step.rest for step in _stage(stage) if step.name == name][-1]


def _copied() -> set[str]:
    """What comes out of the checkout."""
    sources = [step.rest.split()[:-1] for step in _steps() if step.name == "COPY" and "--from=" not in step.rest]
    return {name for names in sources for name in names}


def _environment() -> dict[str, str]:
    pairs = [pair for step in _stage(1) if step.name == "ENV" for pair in shlex.split(step.rest)]
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}
