"""What of a run's state is in Redis already, and what a save must send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from bot.agents.record import saved
from bot.agents.record.tree import RunTree


@dataclass(frozen=True)
class Written:
    """What Redis has of a run: the first `finished` turns, which never change again, and the text of the later ones."""

    finished: int = 0
    turns: Mapping[int, str] = field(default_factory=dict[int, str])


@dataclass(frozen=True)
class Changes:
    """What to write, as the state was at one moment: it may go on changing while this is under way.

    `taken` are the ids of the messages that the written turns hold; `written` is what Redis has afterwards.
    """

    head: str
    turns: dict[int, str]
    taken: list[str]
    written: Written

    @property
    def words(self) -> list[str | int]:
        """As the scripts expect them: head, how many words of turns, turn, its JSON..., ids of messages..."""
        pairs = [word for number, turn in self.turns.items() for word in (f"t{number}", turn)]
        return [self.head, len(pairs), *pairs, *self.taken]


def changes(state: RunTree, *, since: Written) -> Changes:
    """What changed in `state` since it was written; a turn that was finished then is not even looked at."""
    later = list(enumerate(state.turns))[since.finished :]
    dumps = {number: saved.dump_turn(turn) for number, turn in later}
    changed = {number: dump for number, dump in dumps.items() if since.turns.get(number) != dump}
    taken = [message.id for number in changed for message in state.turns[number].input]
    finished = since.finished + sum(1 for _ in takewhile(lambda numbered: numbered[1].finished, later))
    still_open = {number: dump for number, dump in dumps.items() if number >= finished}
    return Changes(saved.dump_head(state), changed, taken, Written(finished, still_open))


def restored(stored: Mapping[str, str]) -> RunTree | None:
    """The state that lies in a run's hash, or None when there is none."""
    return saved.load(stored["head"], _turns(stored)) if stored else None


def written_in(stored: Mapping[str, str]) -> Written:
    """What Redis has when a run was just read from it."""
    return Written(turns=dict(enumerate(_turns(stored))))


def _turns(stored: Mapping[str, str]) -> list[str]:
    turns: list[str] = []
    while turn := stored.get(f"t{len(turns)}"):
        turns.append(turn)
    return turns
