"""The control API: what the page and tests do and see, JSON over HTTP."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.workspace.control.acting import Acting
from bot.workspace.control.arranging import Arranging
from bot.workspace.control.reading import Reading
from bot.workspace.control.stream import Stream
from bot.workspace.deeds.people import DeedRefused
from bot.workspace.wire import JsonObject
from bot.workspace.world import World

Answer = Callable[[web.Request], Awaitable[JsonObject]]


def control_routes(world: World, *, stream: Stream, welcome: str) -> list[web.RouteDef]:
    """Every route under /control/."""
    reading, acting, arranging = Reading(world, welcome=welcome), Acting(world), Arranging(world)
    gets: dict[str, Answer] = {
        "health": reading.health,
        "page": reading.page,
        "users": reading.users,
        "groups": reading.groups,
        "apps": reading.apps,
        "channels": reading.channels,
        "channels/{channel}/messages": reading.messages,
        "channels/{channel}/messages/{ts}/files/{id}": reading.file,
        "threads/{channel}/{thread_ts}": reading.thread,
        "status/{channel}/{thread_ts}": reading.status,
        "views": reading.views,
        "home": reading.home,
        "log": reading.log,
    }
    posts: dict[str, Answer] = {
        "messages": acting.message,
        "actions": acting.action,
        "options": acting.options,
        "views/{view}/submit": acting.submit,
        "views/{view}/close": acting.close,
        "commands": acting.command,
        "home": acting.home,
        "dms": acting.direct_message,
        "stop": acting.stop,
        "messages/delete": arranging.delete,
        "users/{id}": arranging.user,
        "groups/{id}": arranging.group,
        "channels/{id}": arranging.channel,
        "apps/{id}": arranging.app,
        "reset": arranging.reset,
        "faults": arranging.fault,
        "faults/clear": arranging.no_faults,
    }
    return [
        *(web.get(f"/control/{path}", _in_json(answer)) for path, answer in gets.items()),
        *(web.post(f"/control/{path}", _in_json(answer)) for path, answer in posts.items()),
        web.get("/control/stream", stream.serve),
    ]


def _in_json(answer: Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The answer as JSON; what nobody could do is a 4xx that says what to do instead."""

    async def serve(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await answer(request))
        except DeedRefused as refused:
            told = {"ok": False, "error": refused.error, "message": str(refused)}
            return web.json_response(told, status=refused.status)

    return serve
