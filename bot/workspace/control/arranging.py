"""The control API's POSTs that nobody does in a client: change people, order faults, start anew."""

from http import HTTPStatus

from aiohttp import web
from pydantic import BaseModel

from bot.workspace.control import requests
from bot.workspace.control.body import read_body
from bot.workspace.control.shown import app_shown, channel_shown, group_shown, user_shown
from bot.workspace.deeds.people import DeedRefused, find_app, find_channel, find_user
from bot.workspace.deeds.say import find_message
from bot.workspace.faults import Fault
from bot.workspace.wire import JsonObject
from bot.workspace.world import World


class Arranging:
    """Sets the scene for a test, or breaks it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = world.state.people

    async def reset(self, _request: web.Request) -> JsonObject:
        self._world.reset()
        return {"ok": True}

    async def fault(self, request: web.Request) -> JsonObject:
        fault = await read_body(request, Fault)
        if fault.kind == "disconnect" and fault.method is None:
            count = await self._world.sockets.refresh(count=fault.times, reason=fault.reason)
            return {"ok": True, "disconnected": count}
        self._world.faults.arm(fault)
        return {"ok": True}

    async def no_faults(self, _request: web.Request) -> JsonObject:
        self._world.faults.clear()
        return {"ok": True}

    async def delete(self, request: web.Request) -> JsonObject:
        """An admin deletes somebody's message."""
        body = await read_body(request, requests.Delete)
        channel = find_channel(self._people, body.channel)
        self._world.posting.delete(find_message(self._world, channel, body.ts, reader=""))
        return {"ok": True}

    async def user(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.ChangeUser)
        user = find_user(self._people, request.match_info["id"]).but(**_given(body))
        self._people.put_user(user)
        return {"user": user_shown(user)}

    async def group(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.ChangeGroup)
        known = self._people.group(request.match_info["id"])
        if known is None:
            handles = ", ".join(group.handle for group in self._people.groups.values())
            raise DeedRefused("group_not_found", f"User groups: {handles or 'none'}.", status=HTTPStatus.NOT_FOUND)
        group = known.but(**self._with_ids(_given(body), "users"))
        self._people.put_group(group)
        return {"group": group_shown(group)}

    async def channel(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.ChangeChannel)
        channel = find_channel(self._people, request.match_info["id"])
        channel = channel.but(**self._with_ids(_given(body), "members"))
        self._people.put_channel(channel)
        return {"channel": channel_shown(channel, self._people, reader=None)}

    async def app(self, request: web.Request) -> JsonObject:
        body = await read_body(request, requests.ChangeApp)
        app = find_app(self._people, request.match_info["id"]).but(**_given(body))
        self._people.put_app(app)
        return {"app": app_shown(app, self._world)}

    def _with_ids(self, changes: JsonObject, field: str) -> JsonObject:
        if field not in changes:
            return changes
        return changes | {field: tuple(find_user(self._people, name).id for name in changes[field])}


def _given(body: BaseModel) -> JsonObject:
    """The fields that the body names."""
    return body.model_dump(exclude_none=True)
