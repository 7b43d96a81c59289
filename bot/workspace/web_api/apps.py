"""auth.test, apps.connections.open, bots.info and the like."""

from bot.workspace.as_slack import bot_json
from bot.workspace.model import TEAM_ID
from bot.workspace.web_api.call import ApiError, Call, Method
from bot.workspace.wire import JsonObject


def _auth_test(call: Call) -> JsonObject:
    return {
        "url": f"{call.world.place.url}/",
        "team": call.state.people.team_name,
        "user": call.app.name,
        "team_id": TEAM_ID,
        "user_id": call.app.bot_user_id,
        "bot_id": call.app.bot_id,
        "is_enterprise_install": False,
    }


def _open_connection(call: Call) -> JsonObject:
    ticket = call.world.sockets.ticket(call.app)
    base = call.world.place.url.replace("http://", "ws://", 1)
    return {"url": f"{base}/link/?ticket={ticket}&app_id={call.app.id}"}


def _bots_info(call: Call) -> JsonObject:
    bot = call.string("bot") or call.app.bot_id
    user = next((user for user in call.state.people.users.values() if user.bot_id == bot), None)
    if user is None:
        raise ApiError("bot_not_found")
    return {"bot": bot_json(user)}


def _team_info(call: Call) -> JsonObject:
    return {"team": {"id": TEAM_ID, "name": call.state.people.team_name, "domain": "local"}}


METHODS = {
    "auth.test": Method(_auth_test),
    "apps.connections.open": Method(_open_connection, token="app"),
    "bots.info": Method(_bots_info, needs=("users:read",)),
    "team.info": Method(_team_info, needs=("team:read",)),
}
