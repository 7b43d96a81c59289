"""views.* and blocks.validate: modals, Home tabs, and a check of what would be shown."""

from bot.workspace.as_slack import view_json
from bot.workspace.block_kit import Problem, check_message, check_view
from bot.workspace.model import View
from bot.workspace.triggers import Trigger, TriggerRefused
from bot.workspace.views import STACK_LIMIT
from bot.workspace.web_api.call import ApiError, Call, Method
from bot.workspace.web_api.content import read_view
from bot.workspace.wire import JsonObject


def _open(call: Call) -> JsonObject:
    content = read_view(call, home=False)
    _name_is_free(call, content)
    trigger = _trigger(call)
    return _shown(call, call.state.views.open(call.app, trigger.user, content))


def _push(call: Call) -> JsonObject:
    content = read_view(call, home=False)
    _name_is_free(call, content)
    trigger = _trigger(call)
    below = call.state.views.get(trigger.view.id) if trigger.view else None
    if below is None or below.is_home:
        raise ApiError("not_found")
    if len(call.state.views.stack_of(below)) >= STACK_LIMIT:
        raise ApiError("push_limit_reached")
    return _shown(call, call.state.views.open(call.app, trigger.user, content, on=below))


def _update(call: Call) -> JsonObject:
    views = call.state.views
    view = views.get(call.string("view_id")) or views.with_external_id(call.app, call.string("external_id"))
    if view is None or view.app_id != call.app.id:
        raise ApiError("not_found")
    content = read_view(call, home=view.is_home)
    _same_hash(call, view)
    if content.get("external_id") != view.content.get("external_id"):
        _name_is_free(call, content)
    return _shown(call, views.update(view, content))


def _publish(call: Call) -> JsonObject:
    if not call.app.home_tab:
        raise ApiError("not_enabled")
    user = call.user("user_id")
    content = read_view(call, home=True)
    known = call.state.views.home(call.app, user.id)
    if known:
        _same_hash(call, known)
    return _shown(call, call.state.views.publish(call.app, user.id, content))


def _validate(call: Call) -> JsonObject:
    given = [name for name in ("blocks", "message", "view") if call.json(name) is not None]
    if len(given) != 1:
        raise ApiError("invalid_arguments")
    kind = given[0]
    problems = {
        "blocks": lambda: check_message(call.json("blocks")),
        "message": lambda: check_message(call.object("message").get("blocks")),
        "view": lambda: check_view(call.json("view")),
    }[kind]()
    if problems:
        raise ApiError(f"invalid_{kind}", errors=[_as_error(problem) for problem in problems])
    return {}


def _as_error(problem: Problem) -> JsonObject:
    return {
        "pointer": problem.pointer,
        "code": problem.code,
        "message": problem.message,
        "constraint": problem.constraint,
    }


def _trigger(call: Call) -> Trigger:
    try:
        return call.world.triggers.use(call.required("trigger_id"), call.app)
    except TriggerRefused as refused:
        raise ApiError(str(refused)) from refused


def _name_is_free(call: Call, content: JsonObject) -> None:
    if call.state.views.with_external_id(call.app, content.get("external_id", "")):
        raise ApiError("duplicate_external_id")


def _same_hash(call: Call, view: View) -> None:
    if call.string("hash") not in ("", view.hash):
        raise ApiError("hash_conflict")


def _shown(call: Call, view: View) -> JsonObject:
    return {"view": view_json(view, call.app)}


METHODS = {
    "views.open": Method(_open),
    "views.push": Method(_push),
    "views.update": Method(_update),
    "views.publish": Method(_publish),
    "blocks.validate": Method(_validate),
}
