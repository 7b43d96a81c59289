"""Make each mistake in a copy of the repository, and see that its test fails: `python -m tests.mutations`.

With numbers only these are made. With `--table` the list is written into the README, and nothing is run.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.mutations.mutations import README, ROOT, Mutation, all_mutations, table

_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info")
_FAILED = 1  # pytest's word for tests that ran and failed; any other is no verdict
_LONGEST = 300


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("numbers", type=int, nargs="*")
    options.add_argument("--table", action="store_true")
    given = options.parse_args()
    mutations = all_mutations()
    if given.table:
        return write_table(mutations)
    chosen = [(each, mutations[each - 1]) for each in given.numbers or range(1, len(mutations) + 1)]
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "copy"
        shutil.copytree(ROOT, copy, ignore=_LEFT_OUT)
        whole = _tested(copy, sorted({each.test for _, each in chosen}), bytecode=True)
        if whole.returncode != 0:
            raise SystemExit(f"Without a mistake the tests must pass:\n{whole.stdout[-3000:]}")
        survived = [number for number, each in chosen if not _found(copy, number, each)]
    print(f"{len(chosen) - len(survived)} of {len(chosen)} are found." + f" Not found: {survived}" * bool(survived))
    raise SystemExit(1 if survived else 0)


def write_table(mutations: list[Mutation]) -> None:
    """Bring the README's table up to date."""
    text = README.read_text()
    README.write_text(re.sub(r"(?s)\n\| \| file .*", lambda _: f"\n{table(mutations)}\n", text))


def _found(copy: Path, number: int, mutation: Mutation) -> bool:
    """Whether the mistake makes its test fail; the copy is as before afterwards."""
    place, begun = copy / mutation.file, time.perf_counter()
    before = place.read_text()
    place.write_text(mutation.made_in(copy))
    try:
        ended = _tested(copy, [mutation.test])
    finally:
        place.write_text(before)
    found = ended.returncode == _FAILED and " failed" in ended.stdout
    word = "found" if found else "NOT FOUND"
    print(f"{number:3} {word:9} {time.perf_counter() - begun:5.1f} s  {mutation.file}: {mutation.breaks}", flush=True)
    return found


def _tested(copy: Path, tests: Sequence[str], *, bytecode: bool = False) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--timeout=60", "-p", "no:cacheprovider", *tests]
    # Bytecode is kept of the code as it is alone: two changes of a file within a second would look the same.
    outside = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "" if bytecode else "1"}
    return subprocess.run(command, cwd=copy, env=outside, capture_output=True, text=True, timeout=_LONGEST, check=False)


if __name__ == "__main__":
    main()
