"""Post a test card, wait for a click on it over Socket Mode, and tell how long the way took."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.cli.checks import Check
from bot.cli.say import say
from bot.slack.api import Answered, SlackApi, SlackError
from bot.slack.blocks import Blocks, actions, button, section
from bot.slack.clients import make_clients

_WAITS_FOR = 120.0
_CONNECTS_IN = 30.0
_ACTION = "assent:check"


async def round_trip(channel: str, *, bot_token: str, app_token: str, api_url: str) -> Check:
    """Post the card in `channel`, a name or an id, and wait two minutes for somebody to click it."""
    slack = SlackApi(make_clients(bot_token, api_url).bolt)
    card = secrets.token_urlsafe(16)
    waiting = _Waiting(card, asyncio.get_running_loop().create_future())
    socket = SocketModeClient(app_token=app_token, web_client=make_clients(app_token, api_url).bolt)
    socket.socket_mode_request_listeners.append(waiting.hear)  # pyright: ignore[reportUnknownMemberType]: untyped
    try:
        place = await _find(slack, channel)
        if place is None:
            return _failed(f"the bot is in no channel {channel}. Invite it there: /invite @assent")
        await asyncio.wait_for(socket.connect(), _CONNECTS_IN)
        posted = await slack.write("chat.postMessage", _Posted, channel=place, text="A test", blocks=_card(card))
        say(f"… Round trip: a card stands in {channel}. Click it within {_WAITS_FOR / 60:.0f} minutes.")
        took = await asyncio.wait_for(waiting.click, _WAITS_FOR)
        began = time.monotonic()
        await slack.write("chat.update", _Posted, channel=place, ts=posted.ts, text="It works", blocks=_thanks())
        updated_in = time.monotonic() - began
    except TimeoutError:
        return _failed(
            "no click came. Stop an assent serve that has the same tokens and try again; "
            'otherwise see that "Interactivity" and "Socket Mode" are on for the app.'
        )
    except SlackError as error:
        return _failed(f"{error}.")
    finally:
        await socket.close()
    return Check(
        well=True,
        what="Round trip",
        told=f"the click came {took:.2f} s after it was made, and the card changed in {updated_in:.2f} s.",
    )


class _Action(BaseModel):
    action_id: str = ""
    value: str = ""
    action_ts: float = 0.0


class _Click(BaseModel):
    """What we read of an interaction."""

    actions: list[_Action] = []


class _Posted(Answered):
    ts: str


class _Channel(BaseModel):
    id: str
    name: str = ""


class _Next(BaseModel):
    next_cursor: str = ""


class _Page(Answered):
    channels: list[_Channel]
    response_metadata: _Next = _Next()


@dataclass(frozen=True)
class _Waiting:
    """Hears what Slack sends, and acks the click on the card; what is meant for others is left to be sent again.

    `click` becomes the seconds from the click until it was here, by Slack's clock and ours.
    """

    card: str
    click: asyncio.Future[float]

    async def hear(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            heard = _Click.model_validate(request.payload)  # pyright: ignore[reportUnknownMemberType]: Slack's JSON
        except ValidationError:
            return
        for action in heard.actions:
            if action.action_id == _ACTION and action.value == self.card and not self.click.done():
                await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
                self.click.set_result(max(0.0, time.time() - action.action_ts))


async def _find(slack: SlackApi, channel: str) -> str | None:
    """The id of a channel that the bot is in."""
    wanted, cursor = channel.removeprefix("#"), ""
    while True:
        page = await slack.read(
            "users.conversations", _Page, types="public_channel,private_channel", limit=200, cursor=cursor or None
        )
        for one in page.channels:
            if wanted in (one.id, one.name):
                return one.id
        cursor = page.response_metadata.next_cursor
        if not cursor:
            return None


def _card(card: str) -> Blocks:
    text = "*A test of Assent.* Click the button to see that clicks arrive."
    arrives = button("It arrives", action_id=_ACTION, value=card, label="Test: it arrives")
    return [section(text, block_id="test"), actions([arrives], block_id="test.click")]


def _thanks() -> Blocks:
    return [section("*It works.* The click arrived.", block_id="test.done")]


def _failed(told: str) -> Check:
    return Check(well=False, what="Round trip", told=told)
