"""The people of a request, and why somebody is not one who counts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_serializer

from bot.approvals.model import Frozen


class Person(Frozen):
    """Somebody by id, with the name they had at the time and the workspace they belong to."""

    id: str = Field(min_length=1)
    name: str
    team: str

    def same_as(self, other: Person) -> bool:
        """Whether both are one person, whatever name each had at the time."""
        return (self.id, self.team) == (other.id, other.team)


class Voter(Person):
    """A person as looked up just before the vote.

    `channels` and `groups` hold those memberships that the caller looked up because the policy names them; what was not
    looked up is not there, and so does not count. A group stands under the name that the policy uses for it.
    `terminal` is the operator of `assent decide`, who has no Slack account there and holds the Redis server anyway.
    """

    is_bot: bool = False
    is_guest: bool = False
    is_external: bool = False
    deactivated: bool = False
    channels: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    terminal: bool = False

    @property
    def person(self) -> Person:
        return Person(id=self.id, name=self.name, team=self.team)

    @field_serializer("channels", "groups", when_used="json")
    def _sorted(self, names: frozenset[str]) -> list[str]:
        return sorted(names)


RefusalCode = Literal[
    "forged",
    "settled",
    "expired",
    "stale",
    "wrong_verdict",
    "name_not_typed",
    "not_always",
    "no_grant",
    "revoked",
    "own_request",
    "not_approver",
    "not_revoker",
    "bot",
    "deactivated",
    "guest",
    "external",
    "not_requester",
    "wrong_channel",
]


class Refusal(Frozen):
    """Why something did not count: a code for us, and a sentence in plain text for the person."""

    code: RefusalCode
    reason: str


def not_a_full_member(person: Voter, *, team: str, doing: str) -> Refusal | None:
    """Why `person` is no full member of the workspace `team`, or None; `doing` completes "Guests cannot ..."."""
    if person.terminal:
        return None
    if person.is_bot:
        return Refusal(code="bot", reason=f"Bots and apps cannot {doing}.")
    if person.deactivated:
        return Refusal(code="deactivated", reason=f"A deactivated account cannot {doing}.")
    if person.is_external or person.team != team:
        return Refusal(code="external", reason=f"People from outside this workspace cannot {doing}.")
    if person.is_guest:
        return Refusal(code="guest", reason=f"Guests cannot {doing}. A full member of this workspace can.")
    return None
