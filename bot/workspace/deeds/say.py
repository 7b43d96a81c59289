"""A person, or another bot, writes a message."""

import uuid
from http import HTTPStatus

from bot.workspace.deeds.people import Actor, DeedRefused, check_inside
from bot.workspace.deeds.speech import spoken
from bot.workspace.model import Channel, Message
from bot.workspace.world import World

_LONGEST = 40_000


def say(world: World, actor: Actor, channel: Channel, typed: str, *, thread_ts: str = "") -> Message:
    """Post what `actor` typed, top-level or into the thread of `thread_ts`."""
    check_inside(actor, channel, to_write=True)
    if not typed.strip() or len(typed) > _LONGEST:
        raise DeedRefused("no_text", f"A message has 1 to {_LONGEST} characters.")
    if channel.is_archived:
        raise DeedRefused("is_archived", f"#{channel.name} is archived. Nobody can write there.")
    text, blocks = spoken(typed, world.state.people)
    user = actor.user
    message = Message(
        ts=world.state.stamps.next_ts(),
        channel=channel.id,
        user=user.id,
        text=text,
        blocks=blocks,
        thread_ts=_root(world, channel, thread_ts, reader=user.id),
        bot_id=user.bot_id,
        app_id=user.app_id,
        client_msg_id=None if user.is_bot else str(uuid.uuid4()),
    )
    world.posting.post(message)
    return message


def find_message(world: World, channel: Channel, ts: str, *, reader: str) -> Message:
    """The message as `reader` sees it; raises `DeedRefused`."""
    message = world.state.messages.get(channel.id, ts, reader=reader)
    if message is None:
        where = "this direct message" if channel.kind == "im" else f"#{channel.name}"
        why = f"There is no message {ts} in {where} that this user can see."
        raise DeedRefused("message_not_found", why, status=HTTPStatus.NOT_FOUND)
    return message


def _root(world: World, channel: Channel, thread_ts: str, *, reader: str) -> str:
    return find_message(world, channel, thread_ts, reader=reader).root_ts if thread_ts else ""
