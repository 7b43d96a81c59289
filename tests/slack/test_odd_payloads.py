"""Whatever comes in through Bolt's door is answered, and changes nothing that it should not."""

from __future__ import annotations

from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from structlog.testing import capture_logs

from bot.slack.clients import Clients
from bot.slack.listeners import register
from tests.slack.people import OPS, TEAM
from tests.slack.place import Place

Body = dict[str, Any]
"""A payload as it comes over the wire."""

FRAME: Body = {"team": {"id": TEAM}, "user": {"id": "U0BEN", "team_id": TEAM}, "api_app_id": "A1", "token": "x"}
IN_MESSAGE: Body = {"container": {"type": "message", "channel_id": OPS, "message_ts": "1.0"}, "channel": {"id": OPS}}


def _click(action: Body, **more: object) -> Body:
    return {**FRAME, **IN_MESSAGE, "type": "block_actions", "trigger_id": "1.2.3", "actions": [action], **more}


def _form(view: Body) -> Body:
    return {**FRAME, "type": "view_submission", "view": {"type": "modal", "id": "V1", **view}}


@pytest.mark.parametrize(
    "body",
    [
        _click({"action_id": "assent:approve", "block_id": "b", "type": "button"}),
        _click({"action_id": "assent:approve", "block_id": "b", "type": "button", "value": 7}),
        _click({"action_id": "assent:more", "block_id": "b", "type": "overflow"}),
        _click({"action_id": "assent:more", "block_id": "b", "type": "overflow", "selected_option": None}),
        _click({"action_id": "pick", "block_id": "b", "type": "users_select", "selected_user": "U1"}),
        _click({"action_id": "assent:approve", "block_id": "b", "type": "button"}, channel={"id": "C:1"}),
        _click({"action_id": "assent:approve", "block_id": "b", "type": "button"}, container={"type": "view"}),
        _click({"action_id": "assent:approve", "block_id": "b", "type": "button"}, trigger_id=None),
        _form({"callback_id": "assent:reject", "private_metadata": "", "state": {"values": {}}}),
        _form({"callback_id": "assent:reject", "private_metadata": "x" * 3000, "state": {"values": {}}}),
        _form({"callback_id": "assent:shown", "private_metadata": "", "state": {"values": {}}}),
        _form({"callback_id": "other", "private_metadata": "", "state": {"values": {"a": {"b": {"type": "x"}}}}}),
        _form({"callback_id": "assent:review", "private_metadata": ""}),
    ],
)
async def test_odd_clicks_and_forms_are_acked(body: Body, place: Place, clients: Clients) -> None:
    assert await _status(place, clients, body) == 200
    assert place.woken == []


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_home_opened", "user": "U0BEN", "channel": "D0BEN", "tab": "home"},
        {"type": "tokens_revoked"},
        {"type": "channel_shared", "channel": OPS},
        {"type": "agent_session_stopped", "user": "U0BEN"},
        {"type": "message", "subtype": "message_changed", "channel": OPS, "ts": "1.0", "message": {}},
        {"type": "message", "subtype": "channel_join", "channel": OPS, "user": "U0BEN", "text": "", "ts": "1.0"},
        {"type": "message"},
    ],
)
async def test_events_that_are_nothing_to_us_are_acked(event: Body, place: Place, clients: Clients) -> None:
    assert await _answered(place, clients, event) == 200
    assert place.woken == []


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"type": "app_uninstalled"}, "the app was removed"),
        ({"type": "tokens_revoked", "tokens": {"bot": ["U0ASSENT"]}}, "the bot's token was revoked"),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U0BEN"]}}, "tokens of people were revoked"),
    ],
)
async def test_the_operator_is_told_in_one_line(event: Body, said: str, place: Place, clients: Clients) -> None:
    with capture_logs() as lines:
        assert await _answered(place, clients, event) == 200
    [line] = [line for line in lines if line["log_level"] == "error"]
    assert said in line["event"]
    assert "U0" not in str(line)


async def _answered(place: Place, clients: Clients, event: Body) -> int:
    """The HTTP status that answers an event."""
    body = {"type": "event_callback", "team_id": TEAM, "event_id": "Ev1", "api_app_id": "A1", "event": event}
    return await _status(place, clients, body)


async def _status(place: Place, clients: Clients, body: Body) -> int:
    app: Any = AsyncApp(client=clients.bolt, process_before_response=True)  # Any: Bolt's types are half there
    register(app, place.listening)
    answer = await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
    await place.listening.close()
    return answer.status
