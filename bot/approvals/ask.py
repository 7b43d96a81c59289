"""Who may ask: start a run, or add to one."""

import re

from bot.approvals.model import Frozen
from bot.approvals.people import Refusal, Voter, not_a_full_member
from bot.approvals.policy import Listed, PolicyError

CHANNELS_CHOICES = """\
ASSENT_CHANNELS narrows where people may ask: channel ids with commas, and dm for direct messages, like C012AB3CD,dm.
Without it the bot listens wherever it is a member."""


class AskRules(Frozen):
    """Who may ask, and where: full members of the installing workspace `team`, narrowed by what is set.

    `channels` None means everywhere; otherwise channel ids, and "dm" for direct messages.
    """

    team: str
    requesters: Listed | None = None
    channels: frozenset[str] | None = None


def may_ask(person: Voter, rules: AskRules, *, channel: str) -> Refusal | None:
    """Why `person` may not ask in `channel`, or None; their groups are those that `rules` names, as looked up."""
    if refusal := not_a_full_member(person, team=rules.team, doing="ask me to do things"):
        return refusal
    if rules.channels is not None and _as_listed(channel) not in rules.channels:
        return Refusal(code="wrong_channel", reason="I am not set up to work in this channel (ASSENT_CHANNELS).")
    if rules.requesters is not None and not _among(person, rules.requesters):
        return Refusal(
            code="not_requester", reason="Only people on the list may ask me to do things (ASSENT_REQUESTERS)."
        )
    return None


def parse_channels(text: str) -> frozenset[str] | None:
    """What `ASSENT_CHANNELS` means; None when it is empty: everywhere. PolicyError with an example when it is wrong."""
    if not text.strip():
        return None
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if not _CHANNEL.fullmatch(word):
            raise PolicyError(f"ASSENT_CHANNELS has {word!r}, which is no channel id.\n{CHANNELS_CHOICES}")
    return frozenset(word if word.startswith(("C", "G")) else "dm" for word in words)


_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,30}|dm")


def _as_listed(channel: str) -> str:
    return "dm" if channel.startswith("D") else channel


def _among(person: Voter, listed: Listed) -> bool:
    return person.id in listed.users or not person.groups.isdisjoint(listed.groups)
