"""users.* and usergroups.*: who is here."""

from bot.workspace.as_slack import group_json, user_json
from bot.workspace.web_api.call import ApiError, Call, Method
from bot.workspace.wire import JsonObject


def _info(call: Call) -> JsonObject:
    return {"user": user_json(call.user("user"))}


def _list(call: Call) -> JsonObject:
    shown, cursor = call.page(list(call.state.people.users.values()), lambda user: user.id)
    return {"members": [user_json(user) for user in shown], "response_metadata": {"next_cursor": cursor}}


def _groups(call: Call) -> JsonObject:
    with_users = call.flag("include_users")
    return {"usergroups": [group_json(one, with_users=with_users) for one in call.state.people.groups.values()]}


def _users_of_group(call: Call) -> JsonObject:
    group = call.state.people.groups.get(call.required("usergroup"))
    if group is None:
        raise ApiError("no_such_subteam")
    return {"users": list(group.users)}


METHODS = {
    "users.info": Method(_info, needs=("users:read",)),
    "users.list": Method(_list, needs=("users:read",)),
    "usergroups.list": Method(_groups, needs=("usergroups:read",)),
    "usergroups.users.list": Method(_users_of_group, needs=("usergroups:read",)),
}
