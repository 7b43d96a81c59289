"""The control API's GETs: what is there, as somebody sees it."""

from http import HTTPStatus

from aiohttp import web

from bot.workspace.control.shown import (
    app_shown,
    channel_shown,
    channels_seen,
    group_shown,
    message_shown,
    status_shown,
    user_shown,
    view_shown,
)
from bot.workspace.deeds.people import Actor, DeedRefused, check_inside, find_app, find_channel, find_user
from bot.workspace.deeds.say import find_message
from bot.workspace.model import TEAM_ID, Channel, Message, User
from bot.workspace.wire import JsonObject
from bot.workspace.world import World


class Reading:
    """Answers with JSON objects; who looks is `as` or `user` in the query."""

    def __init__(self, world: World, *, welcome: str) -> None:
        self._world = world
        self._welcome = welcome

    async def health(self, _request: web.Request) -> JsonObject:
        app = find_app(self._world.state.people, "")
        url = self._world.place.url
        return {
            "ok": True,
            "bot_token": app.bot_token,
            "app_token": app.app_token,
            "signing_secret": app.signing_secret,
            "api_url": f"{url}/api/",
            "url": url,
            "team_id": TEAM_ID,
        }

    async def page(self, _request: web.Request) -> JsonObject:
        people = self._world.state.people
        person = next((user for user in people.users.values() if user.kind == "member"), None)
        channel = next((one for one in people.channels.values() if one.kind == "public"), None)
        return {
            "welcome": self._welcome,
            "team": {"id": TEAM_ID, "name": people.team_name},
            "apps": [app_shown(app, self._world) for app in people.apps.values()],
            "first_user": person.id if person else None,
            "first_channel": channel.id if channel else None,
        }

    async def users(self, _request: web.Request) -> JsonObject:
        return {"users": [user_shown(user) for user in self._world.state.people.users.values()]}

    async def groups(self, _request: web.Request) -> JsonObject:
        return {"groups": [group_shown(group) for group in self._world.state.people.groups.values()]}

    async def apps(self, _request: web.Request) -> JsonObject:
        """Every app with its tokens, scopes and subscriptions."""
        apps = self._world.state.people.apps.values()
        return {"apps": [app_shown(app, self._world) | app.model_dump(mode="json") for app in apps]}

    async def channels(self, request: web.Request) -> JsonObject:
        people, reader = self._world.state.people, self._reader(request)
        seen = channels_seen(people, reader)
        return {"channels": [channel_shown(one, people, reader=reader) for one in seen]}

    async def messages(self, request: web.Request) -> JsonObject:
        channel, reader = self._channel(request)
        said = self._world.state.messages.top_level(channel.id, reader=reader.id if reader else None)
        return {"channel": channel.id, "messages": self._shown(said, reader)}

    async def file(self, request: web.Request) -> JsonObject:
        """The whole of a file, as text."""
        channel, reader = self._channel(request)
        message = find_message(self._world, channel, request.match_info["ts"], reader=reader.id if reader else "")
        file = next((one for one in message.files if one.id == request.match_info["id"]), None)
        if file is None:
            raise DeedRefused("file_not_found", "This message has no such file.", status=HTTPStatus.NOT_FOUND)
        return {"id": file.id, "name": file.name, "text": file.text}

    async def thread(self, request: web.Request) -> JsonObject:
        channel, reader = self._channel(request)
        reader_id = reader.id if reader else ""
        asked = find_message(self._world, channel, request.match_info["thread_ts"], reader=reader_id)
        said = self._world.state.messages.thread(channel.id, asked.root_ts, reader=reader_id)
        status = self._world.state.statuses.get((channel.id, asked.root_ts))
        return {
            "channel": channel.id,
            "thread_ts": asked.root_ts,
            "messages": self._shown(said, reader),
            "status": status_shown(status),
        }

    async def status(self, request: web.Request) -> JsonObject:
        channel, _ = self._channel(request)
        status = self._world.state.statuses.get((channel.id, request.match_info["thread_ts"]))
        return {"status": status_shown(status)}

    async def views(self, request: web.Request) -> JsonObject:
        user, state = self._needed_user(request), self._world.state
        return {"views": [view_shown(view, state.people) for view in state.views.open_for(user.id)]}

    async def home(self, request: web.Request) -> JsonObject:
        user, state = self._needed_user(request), self._world.state
        view = state.views.home(find_app(state.people, request.query.get("app", "")), user.id)
        return {"view": view_shown(view, state.people) if view else None}

    async def log(self, _request: web.Request) -> JsonObject:
        return {"entries": [entry.model_dump(mode="json") for entry in self._world.journal.entries]}

    def _shown(self, messages: list[Message], reader: User | None) -> list[JsonObject]:
        return [message_shown(one, self._world.state, reader=reader.id if reader else None) for one in messages]

    def _channel(self, request: web.Request) -> tuple[Channel, User | None]:
        channel, reader = find_channel(self._world.state.people, request.match_info["channel"]), self._reader(request)
        if reader:
            check_inside(Actor(reader), channel)
        return channel, reader

    def _reader(self, request: web.Request) -> User | None:
        name = request.query.get("as", "")
        return find_user(self._world.state.people, name) if name else None

    def _needed_user(self, request: web.Request) -> User:
        name = request.query.get("user", "")
        if not name:
            message = "Say whose: ?user=NAME."
            raise DeedRefused("invalid_arguments", message, status=HTTPStatus.BAD_REQUEST)
        return find_user(self._world.state.people, name)
