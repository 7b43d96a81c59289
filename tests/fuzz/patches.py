"""Random patches against `apply_diff` and the editor of a directory: `python -m tests.fuzz.patches 100000`.

Half of the diffs are valid and then damaged, the others are garbage; paths are plain, hostile, or garbage. Nothing may
be raised but a refusal, nothing outside the directory may change, and a refusal may change nothing.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path

from bot.agents.errors import PatchRefused
from bot.agents.tools.apply_diff import apply_diff
from bot.agents.tools.apply_patch import ApplyPatchOperation
from bot.agents.tools.workspace_editor import WorkspaceEditor
from tests.agents.diffs import diff_between

_LINES = ("a", "b", "", " a", "\ta", "ü", "\u2028", "@@", "@@ a", "+a", "-a", "***", "*** End of File", "\r", "\ud800")
_MARKS = ("@@", "@@ a", "@@ ", "*** End of File", "*** End Patch", "*** Update File: a", "\\ No newline at end of file")
_CHARACTERS = "ab \t\r\n+-@*\0ü\u2028\ud800\U0001f600"
_PARTS = (
    "a",
    "b",
    "sub",
    "link",
    "out",
    "loop",
    "..",
    ".",
    "",
    "fifo",
    "new",
    "x" * 300,
    "\0",
    "\n",
    "\ud800",
    "~",
    "ü",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("inputs", type=int)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    begun = time.perf_counter()
    came = fuzz(given.inputs, seed=given.seed)
    seconds = time.perf_counter() - begun
    print(f"{given.inputs} inputs in {seconds:.1f} s, {given.inputs / seconds:.0f} a second: {dict(came)}")


def fuzz(inputs: int, *, seed: int) -> Counter[str]:
    """How often each thing came of the inputs; an input that fails is named, and ends it."""
    came: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as top:
        place = _Place(Path(top))
        for number in range(inputs):
            if number % 500 == 0:
                place.renew()
            try:
                came.update(_one(random.Random(f"{seed}:{number}"), place))
            except Exception as error:
                raise SystemExit(f"Input {number} of seed {seed}: {type(error).__name__}: {error}") from error
    return came


class _Place:
    """A directory to change files in, and one beside it that must stay as it is."""

    def __init__(self, top: Path) -> None:
        self.root, self.outside = top / "root", top / "outside"
        self.outside.mkdir()
        (self.outside / "a").write_text("a\nb\n")
        self._untouched = self._seen(top / "outside")
        self._top = top

    def renew(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        (self.root / "sub").mkdir(parents=True)
        (self.root / "a").write_text("a\nb\n")
        (self.root / "link").symlink_to("../outside/a")
        (self.root / "out").symlink_to("../outside")
        (self.root / "loop").symlink_to("loop")
        os.mkfifo(self.root / "fifo")
        self.editor = WorkspaceEditor(self.root)

    def inside(self) -> dict[str, bytes | None]:
        return self._seen(self.root)

    def must_be_untouched_outside(self) -> None:
        assert self._seen(self.outside) == self._untouched, "a file outside was changed"
        assert {entry.name for entry in os.scandir(self._top)} == {"root", "outside"}, "something was made outside"

    def _seen(self, directory: Path) -> dict[str, bytes | None]:
        """What is there; a file with what it holds."""
        seen: dict[str, bytes | None] = {}
        for entry in os.scandir(directory):
            seen[entry.path] = None
            if entry.is_dir(follow_symlinks=False):
                seen |= self._seen(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                seen[entry.path] = Path(entry.path).read_bytes()
        return seen


def _one(chance: random.Random, place: _Place) -> list[str]:
    return [_applied(chance, _text(chance)), _edited(chance, place)]


def _applied(chance: random.Random, text: str) -> str:
    try:
        changed = apply_diff(text, _diff(chance, text), mode="create" if chance.random() < 0.2 else "default")
    except PatchRefused:
        return "diff refused"
    assert isinstance(changed, str)
    return "diff applied"


def _edited(chance: random.Random, place: _Place) -> str:
    """One operation, mostly on one file, so that it is made, changed and deleted by turns."""
    path = "/".join(chance.choices(_PARTS, k=chance.randrange(1, 4))) if chance.random() < 0.3 else "a"
    target = place.root / "a"
    there = target.is_file()
    methods = [place.editor.update_file, place.editor.create_file, place.editor.delete_file]
    [method] = chance.choices(methods, [20, 3, 1] if there else [3, 20, 1])
    if method == place.editor.create_file:
        diff = "\n".join(f"+{line}" for line in _text(chance).split("\n"))
    else:
        diff = _diff(chance, target.read_bytes().decode() if there else "")
    before = place.inside()
    try:
        method(ApplyPatchOperation("update_file", path, diff))
    except PatchRefused:
        assert place.inside() == before, "a refusal changed something"
        return "operation refused"
    finally:
        place.must_be_untouched_outside()
    return "operation done"


def _text(chance: random.Random) -> str:
    end = chance.choice(["\n", "\n", "\r\n"])
    return end.join(chance.choices(_LINES, k=chance.randrange(12)))


def _diff(chance: random.Random, text: str) -> str:
    """A diff of a text, which may be damaged, or garbage."""
    if chance.random() < 0.3:
        return "".join(chance.choices(_CHARACTERS, k=chance.randrange(60)))
    lines = text.split("\n")
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(lines) + 1)
        lines[at : at + chance.randrange(3)] = chance.choices(_LINES[:6], k=chance.randrange(3))
    diff = diff_between(text, "\n".join(lines), around=chance.randrange(4), mark_end=chance.random() < 0.3)
    for _ in range(chance.choice([0, 0, 1, 2, 5])):
        diff = _damaged(chance, diff)
    return diff


def _damaged(chance: random.Random, diff: str) -> str:
    lines = diff.split("\n")
    at, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    match chance.randrange(6):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[other])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines.insert(at, chance.choice(_MARKS))
        case 4:
            lines[at] = chance.choice(_CHARACTERS) + lines[at][1:]
        case _:
            return diff[: chance.randrange(len(diff) + 1)]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
