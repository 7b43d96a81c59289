"""The control API's POSTs that are deeds of a person: write, click, submit, close, command, open."""

from http import HTTPStatus

from aiohttp import web

from bot.workspace.control import requests
from bot.workspace.control.body import read_body
from bot.workspace.control.shown import channel_shown, outcome_shown, view_shown
from bot.workspace.deeds.click import Press, app_of, ask_for_options, click
from bot.workspace.deeds.command import open_home, press_stop, run_command
from bot.workspace.deeds.modal import close, submit
from bot.workspace.deeds.payloads import OnMessage, OnView, Surface
from bot.workspace.deeds.people import Actor, DeedRefused, check_inside, find_actor, find_app, find_channel
from bot.workspace.deeds.say import find_message, say
from bot.workspace.model import View
from bot.workspace.wire import JsonObject
from bot.workspace.world import World


class Acting:
    """Each takes a body of `requests`, does the deed, and answers what Slack's client would show."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = world.state.people

    async def message(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.Say)
        actor = find_actor(self._people, body.user, forged=body.forge, bots_too=True)
        channel = find_channel(self._people, body.channel)
        message = say(self._world, actor, channel, body.text, thread_ts=body.thread_ts or "")
        return {"ts": message.ts, "thread_ts": message.root_ts, "channel": channel.id}

    async def action(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.Press)
        actor = find_actor(self._people, body.user, forged=body.forge)
        surface = self._surface(body, actor)
        press = Press(body.action_id, block_id=body.block_id, value=body.value)
        outcome = await click(self._world, actor, surface, press, values=body.values)
        return outcome_shown(outcome, app_of(self._world, surface))

    async def options(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.Press)
        actor = find_actor(self._people, body.user, forged=body.forge)
        surface = self._surface(body, actor)
        press = Press(body.action_id, block_id=body.block_id, value=body.value)
        outcome = await ask_for_options(self._world, actor, surface, press)
        offered = outcome.response or {}
        found = {name: offered.get(name, []) for name in ("options", "option_groups")}
        return outcome_shown(outcome, app_of(self._world, surface)) | found

    async def submit(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.Submit)
        actor = find_actor(self._people, body.user, forged=False)
        view = self._view(request.match_info["view"], actor)
        submitted = await submit(self._world, actor, view, body.values)
        shown = outcome_shown(submitted.outcome, self._people.apps[view.app_id])
        refused = f"The app answered with what Slack refuses: {submitted.refused}" if submitted.refused else None
        return shown | {
            "warning": refused or (shown["warning"] if submitted.sent else None),
            "sent": submitted.sent,
            "response_action": submitted.response_action,
            "errors": submitted.errors,
            "closed": self._world.state.views.get(view.id) is None,
        }

    async def close(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.Close)
        actor = find_actor(self._people, body.user, forged=False)
        view = self._view(request.match_info["view"], actor)
        outcome = await close(self._world, actor, view, everything=body.all)
        if outcome is None:
            return {"acked": None, "ack_ms": None, "warning": None}
        return outcome_shown(outcome, self._people.apps[view.app_id])

    async def command(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.Command)
        actor = find_actor(self._people, body.user, forged=body.forge)
        channel = find_channel(self._people, body.channel)
        outcome = await run_command(self._world, actor, channel, command=body.command, text=body.text)
        shown = outcome_shown(outcome, find_app(self._people, ""))
        return shown | {"response": outcome.response}

    async def home(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.OpenHome)
        actor = find_actor(self._people, body.user, forged=False)
        app = find_app(self._people, body.app)
        outcome, view = await open_home(self._world, actor, app)
        return {
            "acked": outcome.acked if outcome else None,
            "ack_ms": outcome.ack_ms if outcome else None,
            "view": view_shown(view, self._people) if view else None,
        }

    async def direct_message(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.OpenDirectMessage)
        actor = find_actor(self._people, body.user, forged=False)
        channel = self._people.direct_message(actor.user, find_app(self._people, body.app))
        return {"channel": channel_shown(channel, self._people, reader=actor.user)}

    async def stop(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.Stop)
        actor = find_actor(self._people, body.user, forged=False)
        press_stop(self._world, actor, find_channel(self._people, body.channel), body.thread_ts)
        return {"ok": True}

    def _surface(self, body: requests.Press, actor: Actor) -> Surface:
        if body.view_id:
            return OnView(self._view(body.view_id, actor))
        channel = find_channel(self._people, body.channel)
        check_inside(actor, channel)
        return OnMessage(channel, find_message(self._world, channel, body.ts, reader=actor.user.id))

    def _view(self, id: str, actor: Actor) -> View:
        view = self._world.state.views.get(id)
        if view is None or (view.user != actor.user.id and not actor.forged):
            message = f"{actor.user.name} has no open view {id}. See GET /control/views?user={actor.user.name}."
            raise DeedRefused("view_not_found", message, status=HTTPStatus.NOT_FOUND)
        return view
