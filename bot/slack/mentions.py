"""People, groups, channels and moments in Slack's markup, so that the reader's client fills in the words."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.approvals.people import Person
from bot.approvals.request import Request
from bot.approvals.words import deciders_in_words
from bot.slack.text import mrkdwn

NAMED_AT_MOST = 5


def who(person: Person) -> str:
    """A mention of somebody with a Slack account, else their name."""
    return f"<@{person.id}>" if _USER.fullmatch(person.id) else mrkdwn(person.name, 80) or "somebody"


def place(channel: str) -> str:
    """A channel by a link of Slack's, or the direct message with the bot."""
    if channel.startswith("D"):
        return "a direct message"
    return f"<#{channel}>" if _CHANNEL.fullmatch(channel) else mrkdwn(channel, 80)


def all_of(people: Sequence[Person]) -> str:
    """Mentions of up to five people, and how many more there are."""
    named = [who(person) for person in people[:NAMED_AT_MOST]]
    more = len(people) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")


def deciders(request: Request, groups: Mapping[str, str]) -> str:
    """Who may decide `request`; `groups` gives the id of a group for its handle, for those that could be looked up."""
    words = deciders_in_words(request, user=_user, group=lambda handle: _group(handle, groups))
    return words if len(words) <= _LONGEST else "the people that ASSENT_APPROVERS lists"


def moment(at: datetime) -> str:
    """A moment in the reader's zone and words, such as "today at 14:02"."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{at:%Y-%m-%d %H:%M} UTC>"


_USER = re.compile(r"[UW][A-Z0-9]{2,30}")
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,30}")
_GROUP = re.compile(r"S[A-Z0-9]{2,30}")
_LONGEST = 1500


def _user(user: str) -> str:
    return f"<@{user}>" if _USER.fullmatch(user) else mrkdwn(user, 80)


def _group(handle: str, groups: Mapping[str, str]) -> str:
    group = groups.get(handle, handle)
    return f"<!subteam^{group}>" if _GROUP.fullmatch(group) else mrkdwn(f"@{handle}", 80)
