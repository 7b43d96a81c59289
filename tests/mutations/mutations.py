"""Read `mutations.toml`: mistakes, each with the file it is made in, what it breaks, and the test that must fail."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
README = HERE / "README.md"


class Mutation(BaseModel):
    """`replace` stands once in `file`, and stands there as `by` when the mistake is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    replace: str
    by: str
    breaks: str
    test: str

    def made_in(self, root: Path) -> str:
        """The file with the mistake. Raises `ValueError` when its text does not stand there exactly once."""
        text = (root / self.file).read_text()
        if text.count(self.replace) != 1:
            raise ValueError(f"{self.file} has {text.count(self.replace)} times: {self.replace}")
        return text.replace(self.replace, self.by)


def all_mutations() -> list[Mutation]:
    """All of them, in the order of the list."""
    found = tomllib.loads((HERE / "mutations.toml").read_text())
    return TypeAdapter(list[Mutation]).validate_python(found["mutation"])


def table(mutations: list[Mutation]) -> str:
    """The list as it stands in the README."""
    rows = [
        f"| {number} | `{each.file}` | {each.breaks} | `{_short(each.test)}` |" for number, each in _counted(mutations)
    ]
    return "\n".join(["| | file | what it breaks | the test that fails |", "|---|---|---|---|", *rows])


def _counted(mutations: list[Mutation]) -> list[tuple[int, Mutation]]:
    return list(enumerate(mutations, 1))


def _short(test: str) -> str:
    return test.removeprefix("tests/").replace("::", " ")
