"""A person submits or closes a modal."""

from dataclasses import dataclass, field
from typing import Literal, cast

from bot.workspace.deeds import payloads
from bot.workspace.deeds.inputs import Values, complaints, state_of
from bot.workspace.deeds.people import Actor
from bot.workspace.delivery import Outcome
from bot.workspace.model import App, View
from bot.workspace.views import STACK_LIMIT
from bot.workspace.web_api.call import ApiError
from bot.workspace.web_api.content import take_view
from bot.workspace.wire import JsonObject, an_object, objects, text
from bot.workspace.world import World

ResponseAction = Literal["errors", "update", "push", "clear"]


@dataclass(frozen=True)
class Submitted:
    """How a submit ended: `sent` is false when the client itself refused, with `errors` beside the inputs."""

    outcome: Outcome
    sent: bool = True
    response_action: ResponseAction | None = None
    errors: dict[str, str] = field(default_factory=dict[str, str])
    refused: str | None = None


async def submit(world: World, actor: Actor, view: View, values: Values) -> Submitted:
    """Send what was filled in and do what the app answers: close, show errors, update, push or clear."""
    blocks = objects(view.content.get("blocks"))
    state = state_of(blocks, view.state, values)
    errors = complaints(blocks, state)
    view = world.state.views.fill(view, state=state, errors=errors)
    if errors:
        return Submitted(Outcome(acked=False), sent=False, errors=errors)
    app = world.state.people.apps[view.app_id]
    outcome = await world.delivery.ask(app, "interactive", payloads.view_submission(world, app, actor.user, view))
    if not outcome.acked:
        return Submitted(outcome)
    return _carry_out(world, app, view, outcome)


async def close(world: World, actor: Actor, view: View, *, everything: bool) -> Outcome | None:
    """Close the view, or the whole modal; the app hears of it only where it asked with notify_on_close."""
    app = world.state.people.apps[view.app_id]
    stack = world.state.views.stack_of(view)
    above = stack[: stack.index(view) + 1] if view in stack else [view]
    world.state.views.close(*(stack if everything else above))
    if not view.content.get("notify_on_close"):
        return None
    payload = payloads.view_closed(app, actor.user, view, cleared=everything)
    return await world.delivery.ask(app, "interactive", payload)


def _carry_out(world: World, app: App, view: View, outcome: Outcome) -> Submitted:
    """The view may be gone or changed by now, as the app had three seconds to do so."""
    views = world.state.views
    now = views.get(view.id)
    response = outcome.response or {}
    action = text(response.get("response_action"))
    if now is None:
        return Submitted(outcome)
    try:
        match action:
            case "errors":
                errors = {block: text(error) for block, error in an_object(response.get("errors")).items()}
                views.fill(now, state=now.state, errors=errors)
                return Submitted(outcome, response_action=action, errors=errors)
            case "update":
                views.update(now, take_view(an_object(response.get("view"))))
            case "push":
                _push(world, app, now, an_object(response.get("view")))
            case "clear":
                views.close(*views.stack_of(now))
            case _:
                views.close(now)
    except ApiError as error:
        return Submitted(outcome, refused=_why(error))
    return Submitted(outcome, response_action=cast("ResponseAction", action) if action else None)  # matched above


def _push(world: World, app: App, below: View, content: JsonObject) -> None:
    if len(world.state.views.stack_of(below)) >= STACK_LIMIT:
        raise ApiError("push_limit_reached")
    world.state.views.open(app, below.user, take_view(content), on=below)


def _why(error: ApiError) -> str:
    lines = an_object(error.more.get("response_metadata")).get("messages", [])
    return "; ".join([error.error, *lines])
