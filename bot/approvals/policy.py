"""Who may decide a request: the operator's setting, the tool's risk, and the policy that follows from both."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.approvals.model import Frozen

Risk = Literal["low", "medium", "high"]

DEFAULT_EXPIRES_FOR = timedelta(hours=24)


class PolicyError(Exception):
    """A setting does not say who may decide or ask; the message lists what it may say."""


class AnyMember(Frozen):
    """Any full member of the workspace: `assent demo` and `assent dev`."""

    kind: Literal["anyone"] = "anyone"


class RequesterAlone(Frozen):
    """Whoever asked, for one person who works alone."""

    kind: Literal["requester"] = "requester"


class ChannelMembers(Frozen):
    """Full members of the channel that the request stands in."""

    kind: Literal["channel"] = "channel"


class Listed(Frozen):
    """Named people and the members of user groups; a group is its handle without "@", or its id."""

    kind: Literal["listed"] = "listed"
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not (self.users or self.groups):
            raise ValueError("a list of people names at least one")
        return self


Approvers = Annotated[AnyMember | RequesterAlone | ChannelMembers | Listed, Field(discriminator="kind")]


class Policy(Frozen):
    """Who may decide one request, and how carefully.

    `setting` is what the operator wrote (for people who ask why). With `typed_name_review` whoever approves types the
    tool's name first.
    """

    approvers: Approvers
    requester_may_approve: bool
    typed_name_review: bool = False
    expires_for: timedelta = DEFAULT_EXPIRES_FOR
    setting: str

    @property
    def names_groups(self) -> bool:
        """Whether user groups are among the approvers."""
        return isinstance(self.approvers, Listed) and bool(self.approvers.groups)

    def in_words(self, *, user: Callable[[str], str] = str, group: Callable[[str], str] = "@{}".format) -> str:
        """Who may decide, to complete "Only ... may decide"; `user` and `group` write an id or a handle."""
        words = approvers_in_words(self.approvers, user=user, group=group)
        return words if self.requester_may_approve else f"{words} other than the requester"


def policy_for(approvers: Approvers, *, risk: Risk, expires_for: timedelta = DEFAULT_EXPIRES_FOR) -> Policy:
    """The policy of a call of this risk where the operator chose `approvers`.

    High risk takes another person than any requester; a requester who is alone types the tool's name instead.
    """
    alone = isinstance(approvers, RequesterAlone)
    return Policy(
        approvers=approvers,
        requester_may_approve=alone or risk != "high",
        typed_name_review=alone and risk == "high",
        expires_for=expires_for,
        setting=_as_set(approvers),
    )


def approvers_in_words(approvers: Approvers, *, user: Callable[[str], str], group: Callable[[str], str]) -> str:
    """Whom the setting means, in words that follow "Only"; `user` and `group` write an id or a handle."""
    match approvers:
        case AnyMember():
            return "any full member of this workspace"
        case RequesterAlone():
            return "the requester"
        case ChannelMembers():
            return "members of this channel"
        case Listed(users=users, groups=groups):
            members = [f"members of {group(name)}" for name in groups]
            return " or ".join([*members, *(user(id) for id in users)])


APPROVERS_CHOICES = """\
ASSENT_APPROVERS says who may approve a tool call:
  requester          whoever asked, for one person alone
  channel            full members of the channel where it was asked
  @oncall            members of that user group
  U012AB3CD          that person
The last two may be mixed and repeated, with commas: @oncall,U012AB3CD"""


def parse_approvers(text: str) -> RequesterAlone | ChannelMembers | Listed:
    """What `ASSENT_APPROVERS` means; PolicyError with all choices when it is empty or wrong."""
    match text.strip().lower():
        case "":
            raise PolicyError(f"ASSENT_APPROVERS is missing.\n{APPROVERS_CHOICES}")
        case "requester":
            return RequesterAlone()
        case "channel":
            return ChannelMembers()
        case _:
            return _parse_listed("ASSENT_APPROVERS", text, choices=APPROVERS_CHOICES)


REQUESTERS_CHOICES = """\
ASSENT_REQUESTERS narrows who may ask: user groups and user ids with commas, like @support,U012AB3CD.
Without it every full member of the workspace may ask."""


def parse_requesters(text: str) -> Listed | None:
    """What `ASSENT_REQUESTERS` means; None when it is empty: every full member may ask."""
    return _parse_listed("ASSENT_REQUESTERS", text, choices=REQUESTERS_CHOICES) if text.strip() else None


_USER_ID = re.compile(r"[UW][A-Z0-9]{2,30}")
_GROUP_ID = re.compile(r"S[A-Z0-9]{2,30}")
_GROUP_HANDLE = re.compile(r"@([a-z0-9][a-z0-9._-]{0,79})", re.IGNORECASE)


def _parse_listed(setting: str, text: str, *, choices: str) -> Listed:
    users: list[str] = []
    groups: list[str] = []
    for word in (word.strip() for word in text.split(",")):
        if _USER_ID.fullmatch(word):
            users.append(word)
        elif _GROUP_ID.fullmatch(word):
            groups.append(word)
        elif handle := _GROUP_HANDLE.fullmatch(word):
            groups.append(handle[1].lower())
        else:
            raise PolicyError(f"{setting} has {word!r}, which is neither a user id nor a user group.\n{choices}")
    return Listed(users=tuple(dict.fromkeys(users)), groups=tuple(dict.fromkeys(groups)))


def _as_set(approvers: Approvers) -> str:
    match approvers:
        case AnyMember():
            return "the default of assent demo and assent dev"
        case RequesterAlone():
            return "ASSENT_APPROVERS=requester"
        case ChannelMembers():
            return "ASSENT_APPROVERS=channel"
        case Listed(users=users, groups=groups):
            return "ASSENT_APPROVERS=" + ",".join([*(_group_as_set(group) for group in groups), *users])


def _group_as_set(group: str) -> str:
    return group if _GROUP_ID.fullmatch(group) else f"@{group}"
