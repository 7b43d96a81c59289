"""Adding again to a session of somebody else's, which knows nothing of names."""

from __future__ import annotations

from bot.agents.record.plain import Item
from bot.agents.sessions.append import append, missing
from bot.agents.sessions.interface import Session
from bot.agents.testing import message, reasoning
from tests.agents.sessions.said import assistant, entries, pair, said, user


class TheirSession:
    """As somebody writes it who knows the four methods only; it gets through, and then fails so many times."""

    def __init__(self, *, fails: int = 0) -> None:
        self.session_id = "theirs"
        self.items: list[Item] = []
        self._fails = fails

    async def get_items(self, limit: int | None = None) -> list[Item]:
        return self.items if limit is None else self.items[len(self.items) - min(limit, len(self.items)) :]

    async def add_items(self, items: list[Item]) -> None:
        self.items.extend(items)
        self._fails -= 1
        if self._fails >= 0:
            raise ConnectionError("the answer is lost")

    async def pop_item(self) -> Item | None:
        return self.items.pop() if self.items else None

    async def clear_session(self) -> None:
        self.items.clear()


async def test_what_got_through_though_it_failed_is_not_added_again() -> None:
    theirs = TheirSession(fails=2)
    session: Session = theirs
    turn = [user("Go"), reasoning(), *pair("c1")]
    await try_to(session, turn, again=False)
    await try_to(session, [*turn, *pair("c2")], again=True)
    await append(session, entries([*turn, *pair("c2"), message("Done.")]), again=True)
    await append(session, entries([*turn, *pair("c2"), message("Done.")]), again=True)
    assert said(theirs.items) == [*said([*turn, *pair("c2")]), "assistant: Done."]


async def test_a_first_attempt_does_not_look_and_adds_what_was_said_before_as_well() -> None:
    theirs = TheirSession()
    session: Session = theirs
    for run in ("r_1", "r_2"):
        await append(session, entries([user("yes")], run=run), again=False)
    assert said(theirs.items) == ["user: yes", "user: yes"]


def test_only_what_stands_at_the_very_end_counts_as_added() -> None:
    wanted = [user("yes"), *pair("c1")]
    assert missing(wanted, end=[user("yes"), assistant("Well?")]) == wanted
    assert missing(wanted, end=[user("no"), user("yes")]) == wanted[1:]
    assert missing(wanted, end=[user("yes"), *pair("c1")]) == []
    assert missing([user("yes")] * 3, end=[user("yes")] * 2) == [user("yes")]


def test_an_item_is_known_in_the_words_of_a_provider_that_spells_it_out() -> None:
    spelled: list[Item] = [
        {
            "id": "msg_9",
            "type": "message",
            "role": "user",
            "status": "completed",
            "content": [{"type": "input_text", "text": "Go"}],
        },
        {"id": "rs_9", "type": "reasoning", "summary": [], "encrypted_content": None, "status": "completed"},
        {**message("Done."), "id": "msg_10"},
        {
            "id": "msg_11",
            "type": "message",
            "role": "user",
            "content": [{"type": "input_image", "image_url": "u", "detail": "auto", "file_id": None}],
        },
    ]
    image: Item = {"role": "user", "content": [{"type": "input_image", "image_url": "u"}]}
    assert missing([user("Go"), reasoning(), message("Done."), image], end=spelled) == []


async def try_to(session: Session, items: list[Item], *, again: bool) -> None:
    """Add the items and lose the answer."""
    try:
        await append(session, entries(items), again=again)
    except ConnectionError:
        return
    raise AssertionError("The answer was not lost.")
