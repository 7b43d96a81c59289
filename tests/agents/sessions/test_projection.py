"""What of a run goes into its session, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.agents.record.message import Response, text_message
from bot.agents.record.plain import Item
from bot.agents.record.tree import Call, Turn
from bot.agents.sessions.append import append
from bot.agents.sessions.cursor import Cursor
from bot.agents.sessions.history import cuts
from bot.agents.sessions.interface import Entry
from bot.agents.sessions.memory import MemorySession
from bot.agents.sessions.projection import next_batch
from bot.agents.testing import call, message, reasoning
from tests.agents.sessions.said import output, said

Part = Literal["says", "thinks", "calls", "repeats"]

ANSWERS = st.lists(st.sampled_from(["says", "thinks", "calls", "calls", "repeats"]), max_size=7)
RUNS = st.lists(ANSWERS, min_size=1, max_size=4)


@dataclass
class Story:
    """A run that goes on, and what of it was written; the cursor is what the run's state would keep of that."""

    answers: Sequence[Sequence[Part]]
    turns: list[Turn] = field(default_factory=list[Turn])
    cursor: Cursor = field(default_factory=Cursor)
    flushes: list[list[Entry]] = field(default_factory=list[list[Entry]])

    def ask(self) -> None:
        """Somebody says something, before the next answer."""
        number = len(self.turns)
        self.turns.append(Turn(agent="desk", input=[text_message(f"m{number}", f"Question {number}")]))

    def say_more(self) -> None:
        """Another message comes, said before those that are known."""
        turn = self.turns[-1]
        turn.input = [text_message(f"{turn.input[0].id}+", "More"), *turn.input]

    def answer(self) -> None:
        """The model answers the last question."""
        turn, number = self.turns[-1], len(self.turns) - 1
        items = [_item(part, f"{number}.{place}") for place, part in enumerate(self.answers[number])]
        places = [place for place, part in enumerate(self.answers[number]) if part in ("calls", "repeats")]
        calls = [
            Call(
                path=f"t{number}.c{index}",
                item=place,
                digest="",
                replay_of="t0.c0" if self.answers[number][place] == "repeats" else None,
            )
            for index, place in enumerate(places)
        ]
        self.turns[-1] = Turn(agent="desk", input=turn.input, response=Response(output=items), calls=calls)

    def end(self, index: int) -> None:
        """A call of the last turn comes to its end."""
        ended = self.turns[-1].calls[index]
        ended.output = output(ended.call_id)

    def flush(self, *, noted: bool = True) -> list[str]:
        """Write what is to be written now; unless `noted`, the process dies before the cursor is kept."""
        cursor = Cursor.model_validate_json(self.cursor.model_dump_json())
        batch = next_batch("r_1", self.turns, cursor)
        self.flushes.append(batch.entries)
        if noted:
            self.cursor = batch.cursor
        return said([entry.item for entry in batch.entries])


def asked(*parts: Part) -> Story:
    """A run in which the model has answered its first question."""
    story = Story([parts])
    story.ask()
    story.answer()
    return story


@pytest.mark.spec("SS1")
def test_at_a_pause_what_was_asked_and_every_call_that_ended_is_written_and_nothing_of_what_waits() -> None:
    story = asked("says", "calls", "calls", "calls")
    story.end(0)
    story.end(2)
    calls = ["call 0.1", "call 0.3", "output 0.1", "output 0.3"]
    assert story.flush() == ["user: Question 0", "assistant: 0.0", *calls]
    assert story.flush() == []
    story.end(1)
    assert story.flush() == ["call 0.2", "output 0.2"]
    assert story.cursor == Cursor(turns=1)


def test_a_run_that_ended_without_a_pause_is_written_as_the_model_read_it() -> None:
    story = asked("thinks", "calls", "calls", "says")
    story.end(0)
    story.end(1)
    assert story.flush() == said(list(story.turns[0].items))


def test_a_question_is_written_before_the_answer_is_there_and_once() -> None:
    story = Story([["says"]])
    story.ask()
    assert story.flush() == ["user: Question 0"]
    story.say_more()
    assert story.flush() == ["user: More"]
    story.answer()
    assert story.flush() == ["assistant: 0.0"]


def test_a_thought_waits_for_the_first_of_the_calls_that_it_led_to_and_stands_before_it() -> None:
    story = asked("thinks", "thinks", "calls", "calls", "thinks", "calls")
    assert story.flush() == ["user: Question 0"]
    story.end(1)
    assert story.flush() == ["reasoning 0.0", "reasoning 0.1", "call 0.3", "output 0.3"]
    story.end(0)
    story.end(2)
    assert story.flush() == ["call 0.2", "reasoning 0.4", "call 0.5", "output 0.2", "output 0.5"]


def test_a_thought_that_led_to_words_is_written_with_them() -> None:
    story = asked("thinks", "says", "calls")
    assert story.flush() == ["user: Question 0", "reasoning 0.0", "assistant: 0.1"]


def test_an_output_that_is_still_to_be_checked_is_not_written() -> None:
    story = asked("calls")
    story.end(0)
    story.turns[0].calls[0].unchecked = True
    assert story.flush() == ["user: Question 0"]
    story.turns[0].calls[0].unchecked = False
    assert story.flush() == ["call 0.0", "output 0.0"]


def test_a_call_that_repeats_an_earlier_one_is_never_written() -> None:
    story = asked("calls", "thinks", "repeats", "calls")
    story.end(0)
    story.end(2)
    assert story.flush() == ["user: Question 0", "call 0.0", "call 0.3", "output 0.0", "output 0.3"]


def test_several_turns_that_could_not_be_written_are_written_at_once() -> None:
    story = Story([["calls"], ["says"]])
    story.ask()
    story.answer()
    story.end(0)
    story.ask()
    assert story.flush() == ["user: Question 0", "call 0.0", "output 0.0", "user: Question 1"]
    assert story.cursor == Cursor(turns=1, messages=["m1"])


def test_what_comes_after_a_call_that_is_not_over_waits_for_it() -> None:
    story = Story([["calls"], ["says"]])
    story.ask()
    story.answer()
    story.ask()
    story.answer()
    assert story.flush() == ["user: Question 0"]
    story.turns[0].calls[0].output = output("0.0")
    assert story.flush() == ["call 0.0", "output 0.0", "user: Question 1", "assistant: 1.0"]


@pytest.mark.spec("SS3", "SS6")
@given(RUNS, st.randoms(use_true_random=False))
async def test_whatever_ends_when_and_is_written_when_each_item_is_there_once_and_any_beginning_is_a_history(
    answers: list[list[Part]], chance: Random
) -> None:
    story, session = Story(answers), MemorySession("s1")
    for number in range(len(answers)):
        story.ask()
        if chance.random() < 0.5:
            await _flush(story, session, chance)
            story.say_more()
            await _flush(story, session, chance)
        story.answer()
        left = [index for index, each in enumerate(story.turns[number].calls) if not each.replay_of]
        chance.shuffle(left)
        for index in left:
            if chance.random() < 0.5:
                await _flush(story, session, chance)
            story.end(index)
    story.flush()
    await append(session, story.flushes[-1], again=True)
    assert story.flush() == []
    written = said(await session.get_items())
    assert sorted(written) == sorted(said([item for turn in story.turns for item in turn.items]))
    _assert_thoughts_precede_what_they_led_to(story, written)


async def _flush(story: Story, session: MemorySession, chance: Random) -> None:
    """Write, perhaps die before that is noted; what is there then is a history."""
    story.flush(noted=chance.random() < 0.7)
    await append(session, story.flushes[-1], again=True)
    items = await session.get_items()
    assert 0 in cuts(items), "no output without its call"
    calls = [line.removeprefix("call ") for line in said(items) if line.startswith("call ")]
    outputs = [line.removeprefix("output ") for line in said(items) if line.startswith("output ")]
    assert sorted(calls) == sorted(outputs)


def _assert_thoughts_precede_what_they_led_to(story: Story, written: list[str]) -> None:
    for turn in story.turns:
        shown = said(turn.shown)
        for place, line in enumerate(shown):
            follower = next((each for each in shown[place:] if not each.startswith("reasoning")), None)
            if line.startswith("reasoning") and follower:
                after = written[written.index(line) + 1 :]
                assert follower in after
                led_to = next(each for each in after if not each.startswith("reasoning"))
                assert led_to in shown, "a thought stands directly before what its own response said"


def _item(part: Part, name: str) -> Item:
    match part:
        case "says":
            return message(name)
        case "thinks":
            return reasoning(name)
        case "calls" | "repeats":
            return call("refund", call_id=name)
