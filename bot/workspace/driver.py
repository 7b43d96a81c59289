"""Drive a workspace from a test: act as people, and see what they see."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Self, TypeVar

import aiohttp

from bot.workspace.faults import Fault
from bot.workspace.seen import (
    ActionResult,
    Channel,
    Entry,
    Message,
    Place,
    Posted,
    Submitted,
    Thread,
    User,
    View,
)
from bot.workspace.wire import JsonObject, an_object, objects, text

T = TypeVar("T")

_LOOK_AGAIN_AFTER = 0.25


class ControlRefused(Exception):
    """The workspace refused; `error` is its name, the message says what to do instead."""

    def __init__(self, error: str, message: str, status: int) -> None:
        super().__init__(f"{error}: {message}")
        self.error = error
        self.status = status


class Driver:
    """A client of the control API: `async with Driver(workspace.url, workspace.control_token) as driver:`.

    Users and channels go by name or id. What nobody could do in Slack's client raises `ControlRefused`.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        self._changed = asyncio.Event()
        self._listener: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None):
        await self.close()

    async def close(self) -> None:
        if self._listener:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await self._session.close()

    async def say(
        self, user: str, channel: str, text: str, thread_ts: str | None = None, *, forge: bool = False
    ) -> Posted:
        """Write a message; `@assent` in it is the mention."""
        body = {"user": user, "channel": channel, "text": text, "thread_ts": thread_ts, "forge": forge}
        return Posted.model_validate(await self.post("messages", body))

    async def thread(self, channel: str, ts: str, as_user: str) -> Thread:
        """The thread's messages as the user sees them, the parent first, ephemeral ones too."""
        return Thread.model_validate(await self.get(f"threads/{_path(channel)}/{ts}", {"as": as_user}))

    async def channel(self, channel: str, as_user: str) -> list[Message]:
        """What stands in the channel itself."""
        seen = await self.get(f"channels/{_path(channel)}/messages", {"as": as_user})
        return [Message.model_validate(one) for one in objects(seen["messages"])]

    async def file(self, message: Message, name: str, *, as_user: str) -> str:
        """All that is in a file of a message, as text; raises `LookupError` when it has none of that name."""
        found = next((file for file in message.files if file.name == name), None)
        if found is None:
            raise LookupError(f"No file is called {name!r}. Files: {[file.name for file in message.files]}.")
        answer = await self.get(f"channels/{message.channel}/messages/{message.ts}/files/{found.id}", {"as": as_user})
        return text(answer.get("text"))

    async def click(
        self,
        user: str,
        on: Place,
        action_id: str,
        value: object = None,
        *,
        block_id: str = "",
        values: JsonObject | None = None,
        forge: bool = False,
    ) -> ActionResult:
        """Click a button of a message or view, or choose the option with `value`.

        `values` is what else was filled in around it. With the `block_id` of an earlier version of the message it is a
        click by somebody whose screen does not show the edit yet. With `forge` the click goes through even where the
        user could not make it, with any `value`, `block_id` and `action_id`.
        """
        body: JsonObject = {"user": user, "action_id": action_id, "value": value, "block_id": block_id, "forge": forge}
        where = {"view_id": on.id} if isinstance(on, View) else {"channel": on.channel, "ts": on.ts}
        return ActionResult.model_validate(await self.post("actions", body | where | {"values": values or {}}))

    async def views(self, user: str) -> list[View]:
        """The user's open modals, topmost first."""
        seen = await self.get("views", {"user": user})
        return [View.model_validate(one) for one in objects(seen["views"])]

    async def submit(self, user: str, view_id: str, values: JsonObject | None = None) -> Submitted:
        """Submit a modal with what was filled in: `{block_id: {action_id: value}}`."""
        body: JsonObject = {"user": user, "values": values or {}}
        return Submitted.model_validate(await self.post(f"views/{view_id}/submit", body))

    async def close_view(self, user: str, view_id: str, *, everything: bool = False) -> None:
        """Close a modal's view, or the whole modal."""
        await self.post(f"views/{view_id}/close", {"user": user, "all": everything})

    async def command(self, user: str, channel: str, command: str, text: str = "") -> ActionResult:
        """Type a slash command; its answer comes as an ephemeral message."""
        body: JsonObject = {"user": user, "channel": channel, "command": command, "text": text}
        return ActionResult.model_validate(await self.post("commands", body))

    async def stop(self, user: str, thread: Posted) -> None:
        """Press the Stop button that stands under a thread while a session works."""
        await self.post("stop", {"user": user, "channel": thread.channel, "thread_ts": thread.thread_ts})

    async def open_home(self, user: str) -> View | None:
        """Open the app's Home; the view that stood there when the app had acked."""
        return _view(await self.post("home", {"user": user}))

    async def home(self, user: str) -> View | None:
        """What is published to the user's Home of the app."""
        return _view(await self.get("home", {"user": user}))

    async def direct_message(self, user: str) -> Channel:
        """The user's direct message with the app, opened if there is none."""
        return Channel.model_validate((await self.post("dms", {"user": user}))["channel"])

    async def users(self) -> list[User]:
        return [User.model_validate(one) for one in objects((await self.get("users"))["users"])]

    async def channels(self, as_user: str | None = None) -> list[Channel]:
        seen = await self.get("channels", {"as": as_user} if as_user else {})
        return [Channel.model_validate(one) for one in objects(seen["channels"])]

    async def connections(self) -> int:
        """How many Socket Mode connections the first app has open; 0 while it is away."""
        return (await self.get("page"))["apps"][0]["connections"]

    async def change_user(self, user: str, **changes: object) -> User:
        """Make them a guest, an admin, deactivated...: fields of `POST /control/users/{id}`."""
        return User.model_validate((await self.post(f"users/{user}", changes))["user"])

    async def change_group(self, handle: str, *, users: Iterable[str]) -> None:
        await self.post(f"groups/{handle}", {"users": list(users)})

    async def change_channel(self, channel: str, *, members: Iterable[str]) -> None:
        await self.post(f"channels/{_path(channel)}", {"members": list(members)})

    async def change_app(self, app: str, **changes: object) -> None:
        """Give an app other scopes, subscriptions, commands: fields of `POST /control/apps/{id}`."""
        await self.post(f"apps/{app}", changes)

    async def delete(self, message: Posted | Message) -> None:
        """An admin deletes the message."""
        await self.post("messages/delete", {"channel": message.channel, "ts": message.ts})

    async def fault(self, fault: Fault) -> None:
        """Order a fault: `Fault(kind="rate_limited", method="chat.update", times=2)`."""
        await self.post("faults", fault.model_dump(exclude_none=True))

    async def clear_faults(self) -> None:
        await self.post("faults/clear", {})

    async def log(self) -> list[Entry]:
        """Every API call and envelope so far."""
        return [Entry.model_validate(one) for one in objects((await self.get("log"))["entries"])]

    async def reset(self) -> None:
        """Forget messages, views, faults and log; people, tokens and connections stay."""
        await self.post("reset", {})

    async def until(self, question: Callable[[], Awaitable[T | None]], *, within: float = 10.0) -> T:
        """The first answer that is true, asking again at every change; `TimeoutError` after `within` seconds."""
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        async with asyncio.timeout(within):
            while True:
                self._changed.clear()
                if answer := await question():
                    return answer
                await self._wait_for_change()

    async def find(
        self, posted: Posted, wanted: Callable[[Message], bool], *, as_user: str, within: float = 10.0
    ) -> Message:
        """Wait for a message like that in the thread of `posted`: the latest of them."""

        async def look() -> Message | None:
            seen = await self.thread(posted.channel, posted.thread_ts, as_user)
            return next((message for message in reversed(seen.messages) if wanted(message)), None)

        return await self.until(look, within=within)

    async def get(self, path: str, query: dict[str, str] | None = None) -> JsonObject:
        async with self._session.get(f"{self._url}/control/{path}", params=query) as response:
            return await _read(response)

    async def post(self, path: str, body: JsonObject) -> JsonObject:
        async with self._session.post(f"{self._url}/control/{path}", json=body) as response:
            return await _read(response)

    async def _wait_for_change(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_AGAIN_AFTER):
                await self._changed.wait()
        except TimeoutError:
            pass  # look all the same: the log, for one, changes without saying so

    async def _listen(self) -> None:
        no_end = aiohttp.ClientTimeout(total=None)
        async with self._session.get(f"{self._url}/control/stream", timeout=no_end) as stream:
            async for _line in stream.content:
                self._changed.set()


async def _read(response: aiohttp.ClientResponse) -> JsonObject:
    body = an_object(json.loads(await response.read()))
    if response.status >= 400:
        raise ControlRefused(body.get("error", "error"), body.get("message", ""), response.status)
    return body


def _view(answer: JsonObject) -> View | None:
    return View.model_validate(answer["view"]) if answer["view"] else None


def _path(channel: str) -> str:
    return channel.removeprefix("#")
