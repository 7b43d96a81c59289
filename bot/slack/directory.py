"""Who somebody is, as Slack knows it now: asked before anything is decided, and never guessed."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from bot.approvals.ask import AskRules
from bot.approvals.people import Person, Voter, not_a_full_member
from bot.approvals.policy import AnyMember, ChannelMembers, Listed, Policy, RequesterAlone
from bot.slack.api import SlackApi, SlackError
from bot.slack.lookups import Lookups
from bot.slack.people import (
    User,
    find_groups,
    find_members_of_channel,
    find_members_of_group,
    find_user,
    list_users,
)

Answer = TypeVar("Answer")

KEPT_FOR = 60.0
KEPT_FOR_HIGH_RISK = 5.0
WITHIN = 1.0
"""Seconds: how old an answer may be, and how long somebody waits for it."""

CANDIDATES_AT_MOST = 200
_CANDIDATES_WITHIN = 3.0


class CannotCheck(Exception):
    """Slack did not say who somebody is, so they may nothing; it is safe to ask again."""


class Directory:
    """The people of the workspace `team`, each answer at most a minute old.

    Whatever cannot be answered within a second raises `CannotCheck`.
    """

    def __init__(
        self, slack: SlackApi, *, team: str, bot_user: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._team = team
        self._bot_user = bot_user
        self._users: Lookups[User] = Lookups(lambda id: find_user(slack, id), clock=clock)
        self._groups: Lookups[Mapping[str, str]] = Lookups(lambda _: find_groups(slack), clock=clock)
        self._in_group: Lookups[frozenset[str]] = Lookups(lambda id: find_members_of_group(slack, id), clock=clock)
        self._in_channel: Lookups[frozenset[str]] = Lookups(lambda id: find_members_of_channel(slack, id), clock=clock)
        self._everyone: Lookups[Sequence[User] | None] = Lookups(
            lambda _: list_users(slack, at_most=CANDIDATES_AT_MOST), clock=clock
        )

    async def voter(self, user: str, policy: Policy, *, channel: str, high_risk: bool = False) -> Voter:
        """Who `user` is, with the memberships that `policy` names; for a request in `channel`."""
        max_age = KEPT_FOR_HIGH_RISK if high_risk else KEPT_FOR
        return await _in_time(self._voter(user, policy, channel=channel, max_age=max_age))

    async def asker(self, user: str, rules: AskRules) -> Voter:
        """Who `user` is, with the memberships that `rules` name."""
        return await _in_time(self._asker(user, rules))

    async def is_member(self, user: str, channel: str) -> bool:
        """Whether `user` is in `channel`."""
        return user in await _in_time(self._in_channel.get(channel, max_age=KEPT_FOR))

    async def groups_by_handle(self) -> Mapping[str, str]:
        """The ids of the user groups, by handle; none where Slack does not say."""
        try:
            return await _in_time(self._groups.get("", max_age=KEPT_FOR))
        except CannotCheck:
            return {}

    async def candidates(self, policy: Policy, *, channel: str, requesters: Sequence[Person]) -> list[Voter] | None:
        """Whom `policy` could mean, as many as it takes to see that somebody can decide.

        None where that cannot be told: there are more than 200, or Slack does not say.
        """
        try:
            async with asyncio.timeout(_CANDIDATES_WITHIN):
                return await self._candidates(policy, channel=channel, requesters=requesters)
        except (SlackError, TimeoutError):
            return None

    async def _voter(self, user: str, policy: Policy, *, channel: str, max_age: float) -> Voter:
        match policy.approvers:
            case AnyMember() | RequesterAlone():
                return self._as_voter(await self._users.get(user, max_age=max_age))
            case ChannelMembers():
                found, members = await asyncio.gather(
                    self._users.get(user, max_age=max_age), self._in_channel.get(channel, max_age=max_age)
                )
                return self._as_voter(found, channels={channel} if user in members else ())
            case Listed(groups=groups):
                return await self._in_groups(user, groups, max_age=max_age)

    async def _asker(self, user: str, rules: AskRules) -> Voter:
        groups = rules.requesters.groups if rules.requesters else ()
        return await self._in_groups(user, groups, max_age=KEPT_FOR)

    async def _in_groups(self, user: str, groups: Sequence[str], *, max_age: float) -> Voter:
        found, members = await asyncio.gather(
            self._users.get(user, max_age=max_age),
            asyncio.gather(*(self._members(group, max_age=max_age) for group in groups)),
        )
        return self._as_voter(found, groups=[name for name, ids in zip(groups, members, strict=True) if user in ids])

    async def _members(self, group: str, *, max_age: float) -> frozenset[str]:
        """The users of a group, which goes by its handle or its id; nobody is in a group that is not there."""
        if _GROUP_ID.fullmatch(group):
            return await self._in_group.get(group, max_age=max_age)
        id = (await self._groups.get("", max_age=max_age)).get(group)
        return await self._in_group.get(id, max_age=max_age) if id else frozenset()

    def _as_voter(self, user: User, *, channels: Iterable[str] = (), groups: Iterable[str] = ()) -> Voter:
        return Voter(
            id=user.id,
            name=user.shown_name,
            team=user.team_id or self._team,
            is_bot=user.is_bot or user.id in (self._bot_user, _SLACKBOT),
            is_guest=user.is_restricted or user.is_ultra_restricted,
            is_external=user.is_stranger or bool(user.team_id and user.team_id != self._team),
            deactivated=user.deleted,
            channels=frozenset(channels),
            groups=frozenset(groups),
        )

    async def _candidates(self, policy: Policy, *, channel: str, requesters: Sequence[Person]) -> list[Voter] | None:
        own = {requester.id for requester in requesters}
        if isinstance(policy.approvers, AnyMember):
            everyone = await self._everyone.get("", max_age=KEPT_FOR)
            return None if everyone is None else [self._as_voter(user) for user in everyone]
        ids = await self._candidate_ids(policy, channel=channel)
        if ids is None:
            return None
        found: list[Voter] = []
        for id in dict.fromkeys([*own, *ids]):
            voter = await self._voter(id, policy, channel=channel, max_age=KEPT_FOR)
            found.append(voter)
            full_member = not_a_full_member(voter, team=self._team, doing="decide") is None
            if id in ids and full_member and (policy.requester_may_approve or id not in own):
                break  # enough: one look-up for each member of a large channel would keep clicks waiting
        return found

    async def _candidate_ids(self, policy: Policy, *, channel: str) -> list[str] | None:
        match policy.approvers:
            case AnyMember() | RequesterAlone():
                return []
            case ChannelMembers():
                ids = sorted(await self._in_channel.get(channel, max_age=KEPT_FOR))
            case Listed(users=users, groups=groups):
                members = [await self._members(group, max_age=KEPT_FOR) for group in groups]
                ids = [*users, *(id for ids in members for id in sorted(ids))]
        return ids if len(ids) <= CANDIDATES_AT_MOST else None


_SLACKBOT = "USLACKBOT"  # which Slack does not call a bot
_GROUP_ID = re.compile(r"S[A-Z0-9]{2,30}")


async def _in_time(looking_up: Awaitable[Answer]) -> Answer:
    try:
        async with asyncio.timeout(WITHIN):
            return await looking_up
    except (SlackError, TimeoutError) as error:
        raise CannotCheck("Slack did not say in time who this is. Try again in a moment.") from error
