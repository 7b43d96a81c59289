"""The Web API: every method that the workspace knows, and the way of a call through it."""

import asyncio
import secrets

from aiohttp import web

from bot.workspace.faults import Fault
from bot.workspace.journal import ApiEntry, without_tokens
from bot.workspace.model import App
from bot.workspace.web_api import apps, chat, conversations, files, status, users, views
from bot.workspace.web_api.call import ApiError, Call, Method
from bot.workspace.wire import JsonObject, an_object
from bot.workspace.world import World

METHODS: dict[str, Method] = (
    apps.METHODS | chat.METHODS | conversations.METHODS | files.METHODS | users.METHODS | views.METHODS | status.METHODS
)


class WebApi:
    """Answers `/api/METHOD` as Slack does: 200 with `ok` and an error's name, 429 when told to go slower."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def serve(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        token, args = await _read(request)
        fault = self._world.faults.for_call(method)
        app = self._app(token)
        if fault and fault.kind in ("timeout", "rate_limited", "error"):
            self._note(method, args, app, fault=fault, answer=None)
            return await _trouble(fault)
        answer = self._answer(method, args, token=token, app=app)
        self._note(method, args, app, fault=fault, answer=answer)
        return await _send(answer, request, app=app, fault=fault)

    def _answer(self, method: str, args: JsonObject, *, token: str, app: App | None) -> JsonObject:
        try:
            if method == "api.test":
                return _api_test(args)
            known = METHODS.get(method)
            if known is None:
                raise ApiError("unknown_method", req_method=method)
            call = Call(method, args, self._allowed(known, token=token, app=app), self._world)
            call.need(*known.needs)
            return {"ok": True} | known.run(call)
        except ApiError as error:
            return {"ok": False, "error": error.error} | error.more

    def _allowed(self, method: Method, *, token: str, app: App | None) -> App:
        if not token:
            raise ApiError("not_authed")
        if app is None:
            raise ApiError("invalid_auth")
        own = app.app_token if method.token == "app" else app.bot_token
        if not secrets.compare_digest(own, token):
            raise ApiError("not_allowed_token_type")
        return app

    def _app(self, token: str) -> App | None:
        people = self._world.state.people
        return people.app_with_bot_token(token) or people.app_with_app_token(token)

    def _note(
        self, method: str, args: JsonObject, app: App | None, *, fault: Fault | None, answer: JsonObject | None
    ) -> None:
        unanswered = fault is not None and fault.kind in ("timeout", "drop_response")
        answered = answer or {}
        self._world.journal.note(
            ApiEntry(
                at=self._world.state.stamps.clock(),
                method=method,
                app_id=app.id if app else None,
                args=without_tokens(args),
                ok=None if unanswered else bool(answered.get("ok")),
                error=answered.get("error") or (fault.error if fault and fault.kind == "error" else None),
                status=None if unanswered else _status(fault),
                fault=fault.kind if fault else None,
            )
        )


async def _read(request: web.Request) -> tuple[str, JsonObject]:
    """The token and the arguments, whether they came in the query, a form or JSON."""
    args: JsonObject = dict(request.query)
    if request.content_type == "application/json":
        try:
            args |= an_object(await request.json() if request.can_read_body else {})
        except ValueError:
            args = {}
    else:
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return bearer or str(args.get("token", "")), args


def _api_test(args: JsonObject) -> JsonObject:
    given = without_tokens(args)
    error = {"error": given["error"]} if "error" in given else {}
    return {"ok": not error, "args": given} | error


async def _trouble(fault: Fault) -> web.Response:
    """What the caller gets in place of an answer; after a "timeout" nothing, until they hang up."""
    if fault.kind == "timeout":
        await asyncio.get_running_loop().create_future()
    if fault.kind == "rate_limited":
        headers = {"Retry-After": str(fault.retry_after)}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    return web.json_response({"ok": False, "error": fault.error}, status=_status(fault))


async def _send(answer: JsonObject, request: web.Request, *, app: App | None, fault: Fault | None) -> web.Response:
    if fault and fault.kind == "delay":
        await asyncio.sleep(fault.seconds)
    if fault and fault.kind == "drop_response" and request.transport:
        request.transport.abort()
    scopes = {"x-oauth-scopes": ",".join(app.scopes)} if app else {}
    return web.json_response(answer, headers=scopes)


def _status(fault: Fault | None) -> int:
    if fault is None:
        return 200
    if fault.kind == "rate_limited":
        return 429
    return fault.status or 200
