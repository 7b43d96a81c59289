"""A person clicks a button or chooses something, in a message, a modal or a Home tab."""

from dataclasses import dataclass
from http import HTTPStatus

from bot.workspace.block_kit import interactive
from bot.workspace.deeds import payloads
from bot.workspace.deeds.inputs import Values, chosen, holds_value, state_of
from bot.workspace.deeds.payloads import OnMessage, OnView, Surface
from bot.workspace.deeds.people import Actor, DeedRefused
from bot.workspace.delivery import Outcome
from bot.workspace.model import App
from bot.workspace.wire import JsonObject, objects, text
from bot.workspace.world import World


@dataclass(frozen=True)
class Press:
    """What is clicked. `value` chooses an option or an id; in a forged click it is what the button carries."""

    action_id: str
    block_id: str = ""
    value: object = None


async def click(world: World, actor: Actor, surface: Surface, press: Press, *, values: Values) -> Outcome:
    """Send the click to the app and wait for its ack; `values` is what else was filled in around it."""
    app = app_of(world, surface)
    blocks = _on_screen(world, surface, press)
    block, element = _find(actor, blocks, press)
    if holds_value(element):
        chosen_here = values.get(block["block_id"], {}) | {press.action_id: press.value}
        values = values | {block["block_id"]: chosen_here}
    filled = state_of(blocks, surface.view.state if isinstance(surface, OnView) else {}, values)
    if isinstance(surface, OnView):
        surface = OnView(world.state.views.fill(surface.view, state=filled, errors=surface.view.errors))
    action = _action(element, actor, press) | {
        "action_id": text(element.get("action_id")),
        "block_id": text(block.get("block_id")),
        "action_ts": world.state.stamps.next_ts(),
    }
    payload = payloads.block_actions(world, app, actor.user, surface, action)
    if isinstance(surface, OnMessage):
        payload["state"] = {"values": filled}
    return await world.delivery.ask(app, "interactive", payload)


async def ask_for_options(world: World, actor: Actor, surface: Surface, press: Press) -> Outcome:
    """Ask the app what an external select offers for what was typed."""
    app = app_of(world, surface)
    block, element = _find(actor, _on_screen(world, surface, press), press)
    asked: JsonObject = {
        "action_id": text(element.get("action_id")),
        "block_id": text(block.get("block_id")),
        "value": press.value or "",
    }
    return await world.delivery.ask(
        app, "interactive", payloads.block_suggestion(world, app, actor.user, surface, asked)
    )


def app_of(world: World, surface: Surface) -> App:
    """The app that made the message or view."""
    app_id = surface.view.app_id if isinstance(surface, OnView) else surface.message.app_id
    app = world.state.people.apps.get(app_id or "")
    if app is None:
        raise DeedRefused("action_not_found", "This message is not an app's: there is nothing to click.")
    return app


def _blocks(surface: Surface) -> list[JsonObject]:
    return objects(surface.view.content.get("blocks")) if isinstance(surface, OnView) else surface.message.blocks


def _on_screen(world: World, surface: Surface, press: Press) -> list[JsonObject]:
    """The blocks that the user sees: an edit that has not come to their screen does not take the click away."""
    now = _blocks(surface)
    if isinstance(surface, OnView) or not press.block_id:
        return now
    versions = [now, *world.state.messages.earlier_blocks(surface.message)]
    return next((blocks for blocks in versions if any(one.get("block_id") == press.block_id for one in blocks)), now)


def _find(actor: Actor, blocks: list[JsonObject], press: Press) -> tuple[JsonObject, JsonObject]:
    """The block and the element that the user would click; a forged click makes up what is not there."""
    everything = [(block, element) for block in blocks for element in interactive(block)]
    for block, element in everything:
        same_block = press.block_id in ("", block.get("block_id"))
        if same_block and element.get("action_id") == press.action_id and _shown_to(actor, element):
            return block, element
    if actor.forged:
        forged: JsonObject = {"type": "button", "text": {"type": "plain_text", "text": "Forged"}}
        return {"block_id": press.block_id}, forged | {"action_id": press.action_id, "value": press.value}
    offered = ", ".join(text(element.get("action_id")) for _, element in everything if _shown_to(actor, element))
    message = f"There is nothing with the action_id {press.action_id} to click. There is: {offered or 'nothing'}."
    raise DeedRefused("action_not_found", message, status=HTTPStatus.NOT_FOUND)


def _shown_to(actor: Actor, element: JsonObject) -> bool:
    readers = element.get("visible_to_user_ids")
    return not readers or actor.user.id in readers


def _action(element: JsonObject, actor: Actor, press: Press) -> JsonObject:
    kind = text(element.get("type"))
    if kind in ("button", "icon_button", "workflow_button"):
        carried = press.value if actor.forged and press.value is not None else element.get("value")
        pressed: JsonObject = {"type": kind, "text": element.get("text")}
        return pressed | ({"value": carried} if carried is not None else {}) | _style(element)
    if kind == "feedback_buttons":
        side = "positive_button" if press.value in (None, element["positive_button"]["value"]) else "negative_button"
        return {"type": kind, "value": element[side]["value"], "text": element[side]["text"]}
    if kind == "overflow" and actor.forged:
        return {
            "type": kind,
            "selected_option": {"text": {"type": "plain_text", "text": "Forged"}, "value": press.value},
        }
    return chosen(element, press.value)


def _style(element: JsonObject) -> JsonObject:
    return {"style": element["style"]} if "style" in element else {}
