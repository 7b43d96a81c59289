"""A person types a slash command, opens an app's Home, or presses Stop."""

from http import HTTPStatus

from bot.workspace import events
from bot.workspace.deeds import payloads
from bot.workspace.deeds.people import Actor, DeedRefused, check_inside
from bot.workspace.delivery import Outcome
from bot.workspace.model import App, Channel, View
from bot.workspace.web_api.call import ApiError
from bot.workspace.web_api.response_url import answer_command
from bot.workspace.world import World


async def run_command(world: World, actor: Actor, channel: Channel, *, command: str, text: str) -> Outcome:
    """Send the command to the app that has it; what comes with the ack is shown in the channel."""
    check_inside(actor, channel)
    app = _app_with(world, command)
    payload = payloads.slash_command(world, app, actor.user, channel, command=command, text=text)
    outcome = await world.delivery.ask(app, "slash_commands", payload)
    if outcome.response:
        _answer(world, app, actor, channel, outcome)
    return outcome


async def open_home(world: World, actor: Actor, app: App) -> tuple[Outcome | None, View | None]:
    """Tell the app that its Home is looked at; returns what is published there after the ack."""
    if not app.home_tab:
        raise DeedRefused("not_enabled", f"{app.name} has no Home tab.")
    channel = world.state.people.direct_message(actor.user, app)
    before = world.state.views.home(app, actor.user.id)
    outcome: Outcome | None = None
    for told in events.of_home(actor.user, channel, before, app=app, state=world.state):
        outcome = await world.delivery.first_try(told.app, told.payload)
    return outcome, world.state.views.home(app, actor.user.id)


def press_stop(world: World, actor: Actor, channel: Channel, thread_ts: str) -> None:
    """Press the Stop button of the session that is shown under the thread."""
    check_inside(actor, channel)
    status = world.state.statuses.get((channel.id, thread_ts))
    if status is None or status.session is None:
        raise DeedRefused("session_not_found", "No session is shown under this thread.", status=HTTPStatus.NOT_FOUND)
    app = world.state.people.apps[status.app_id]
    for told in events.of_stop(actor.user, channel, thread_ts, app=app, state=world.state):
        world.delivery.event(told.app, told.payload)


def _answer(world: World, app: App, actor: Actor, channel: Channel, outcome: Outcome) -> None:
    try:
        answer_command(world, app, channel, reader=actor.user.id, answer=outcome.response or {})
    except ApiError as error:
        raise DeedRefused(
            error.error, f"The app answered the command with what Slack refuses: {error.error}."
        ) from error


def _app_with(world: World, command: str) -> App:
    apps = world.state.people.apps.values()
    for app in apps:
        if command in app.commands:
            return app
    known = ", ".join(one for app in apps for one in app.commands)
    message = f"No app has the command {command}. Commands: {known or 'none'}."
    raise DeedRefused("command_not_found", message, status=HTTPStatus.NOT_FOUND)
