"""Each mistake can be made, its test is there, and the README lists them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutations.mutations import README, ROOT, Mutation, all_mutations, table

MUTATIONS = all_mutations()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[each.breaks for each in MUTATIONS])
def test_a_mistake_can_be_made_in_the_code_as_it_is(mutation: Mutation):
    assert mutation.made_in(ROOT) != (ROOT / mutation.file).read_text()


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[each.breaks for each in MUTATIONS])
def test_the_test_that_finds_it_is_there(mutation: Mutation):
    file, name = mutation.test.split("::")

    assert f"def {name}(" in (ROOT / file).read_text()


def test_a_mistake_whose_place_is_gone_says_so(tmp_path: Path):
    (tmp_path / "gate.py").write_text("if asked: ask()\n")
    mutation = Mutation(file="gate.py", replace="if nobody:", by="if True:", breaks="all", test="tests/t.py::test_t")

    with pytest.raises(ValueError, match="has 0 times: if nobody:"):
        mutation.made_in(tmp_path)


def test_there_are_forty_and_the_readme_lists_them():
    assert len(MUTATIONS) >= 40
    assert table(MUTATIONS) in README.read_text(), "Run `python -m tests.mutations --table`."
