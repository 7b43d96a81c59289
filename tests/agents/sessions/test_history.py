"""Where a history may be cut, and what is left of one that has lost its other half."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.agents.record.plain import Item, text_of
from bot.agents.sessions.history import cuts, latest, paired
from bot.agents.testing import call, reasoning
from tests.agents.sessions.said import assistant, output, pair, said, user

REQUEST: Item = {"type": "mcp_approval_request", "id": "mcpr_1", "name": "delete", "server_label": "files"}
RESPONSE: Item = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True}
SHELL: list[Item] = [
    {"type": "local_shell_call", "id": "lsh_1", "call_id": "c9", "action": {"command": ["ls"]}},
    {"type": "local_shell_call_output", "id": "c9", "output": "[]"},
]

KINDS = st.sampled_from(["user", "call", "output", "reasoning"])
HISTORIES = st.lists(st.tuples(KINDS, st.sampled_from("abc")), max_size=14)


def history(kinds: list[tuple[str, str]]) -> list[Item]:
    return [_item(kind, id) for kind, id in kinds]


def _item(kind: str, id: str) -> Item:
    match kind:
        case "user":
            return user(id)
        case "call":
            return call("refund", call_id=id)
        case "output":
            return output(id)
        case _:
            return reasoning(id)


def test_a_history_is_cut_between_turns_and_nowhere_else() -> None:
    items = [user("1"), reasoning(), call("refund", call_id="c1"), call("refund", call_id="c2")]
    items += [output("c1"), output("c2"), assistant("2"), *pair("c1"), REQUEST, RESPONSE, *SHELL]
    assert cuts(items) == [0, 1, 6, 7, 9, 11, 13]
    assert cuts([]) == [0]


def test_a_thought_that_nothing_follows_stays_at_the_end() -> None:
    assert cuts([user("1"), reasoning()]) == [0, 1, 2]


@given(HISTORIES, st.integers(0, 15))
def test_what_a_limit_leaves_has_no_output_whose_call_it_cut_off(kinds: list[tuple[str, str]], limit: int) -> None:
    items = history(kinds)
    kept = latest(items, limit)
    assert len(kept) <= limit
    assert kept == items[len(items) - len(kept) :]
    cut_off = items[: len(items) - len(kept)]
    assert orphans(kept) <= orphans(items)
    if kept and cut_off:
        assert text_of(cut_off[-1], "type") != "reasoning"
    assert latest(items[-(limit + 1) :], limit) == kept or len(items) > limit + 1


@given(HISTORIES)
def test_what_is_paired_has_no_call_without_output_and_no_output_without_call(kinds: list[tuple[str, str]]) -> None:
    kept = paired(history(kinds))
    assert not orphans(kept)
    assert sum("call" in line for line in said(kept)) == sum("output" in line for line in said(kept))
    assert paired(kept) == kept


def test_a_call_without_output_goes_with_the_thought_that_led_to_it() -> None:
    items = [user("1"), reasoning("rs_1"), call("refund", call_id="c1"), user("2"), output("gone")]
    assert said(paired(items)) == ["user: 1", "user: 2"]


def test_a_thought_that_led_to_several_calls_stays_with_those_that_have_outputs() -> None:
    items = [reasoning("rs_1"), call("refund", call_id="c1"), *pair("c2"), reasoning("rs_2"), assistant("2")]
    assert said(paired(items)) == ["reasoning rs_1", *said(pair("c2")), "reasoning rs_2", "assistant: 2"]


def orphans(items: list[Item]) -> int:
    """How many outputs have no call of their own before them."""
    open_calls: list[str] = []
    found = 0
    for item in items:
        if item.get("type") == "function_call":
            open_calls.append(text_of(item, "call_id"))
        elif item.get("type") == "function_call_output":
            if text_of(item, "call_id") in open_calls:
                open_calls.remove(text_of(item, "call_id"))
            else:
                found += 1
    return found
