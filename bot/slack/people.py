"""What Slack tells of users, groups and members: one function for each question."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from pydantic import Field

from bot.slack.api import Answered, SlackApi

_PAGES_AT_MOST = 100
_MEMBERS_A_PAGE = 1000


class Profile(Answered):
    display_name: str = ""


class User(Answered):
    """Somebody, with what makes them count or not."""

    id: str
    name: str = ""
    real_name: str = ""
    profile: Profile = Profile()
    team_id: str = ""
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False

    @property
    def shown_name(self) -> str:
        """The name that others read; their id where they have none."""
        return self.profile.display_name or self.real_name or self.name or self.id


async def find_user(slack: SlackApi, user: str) -> User:
    """Who `user` is."""
    return (await slack.read("users.info", _OneUser, user=user)).user


async def list_users(slack: SlackApi, *, at_most: int) -> Sequence[User] | None:
    """Everybody in the workspace, or None when there are more than `at_most`."""
    page = await slack.read("users.list", _Users, limit=at_most)
    return None if page.next_page.cursor else page.members


async def find_groups(slack: SlackApi) -> Mapping[str, str]:
    """The ids of the user groups, by handle."""
    answer = await slack.read("usergroups.list", _Groups)
    return {group.handle.lower(): group.id for group in answer.usergroups}


async def find_members_of_group(slack: SlackApi, group: str) -> frozenset[str]:
    """The ids of the users in the group with that id."""
    return frozenset((await slack.read("usergroups.users.list", _GroupMembers, usergroup=group)).users)


async def find_members_of_channel(slack: SlackApi, channel: str) -> frozenset[str]:
    """The ids of the users in a channel, or of the one person who has this direct message with the bot."""
    if channel.startswith("D"):  # a scope more would be needed to ask for its members
        opened = await slack.write("conversations.open", _Opened, channel=channel, return_im=True)
        return frozenset([opened.channel.user])
    return frozenset([id async for id in _members(slack, channel)])


async def _members(slack: SlackApi, channel: str) -> AsyncIterator[str]:
    cursor: str | None = None
    for _ in range(_PAGES_AT_MOST):
        page = await slack.read(
            "conversations.members", _ChannelMembers, channel=channel, cursor=cursor, limit=_MEMBERS_A_PAGE
        )
        for id in page.members:
            yield id
        cursor = page.next_page.cursor
        if not cursor:
            return


class _NextPage(Answered):
    cursor: str = Field(default="", alias="next_cursor")


class _OneUser(Answered):
    user: User


class _Users(Answered):
    members: list[User]
    next_page: _NextPage = Field(default=_NextPage(), alias="response_metadata")


class _Group(Answered):
    id: str
    handle: str


class _Groups(Answered):
    usergroups: list[_Group]


class _GroupMembers(Answered):
    users: list[str]


class _DirectMessage(Answered):
    user: str


class _Opened(Answered):
    channel: _DirectMessage


class _ChannelMembers(Answered):
    members: list[str]
    next_page: _NextPage = Field(default=_NextPage(), alias="response_metadata")
