"""What people can choose on a card: its buttons and its menu, each with the address of the request."""

from typing import Literal, get_args

from bot.approvals.grants import may_grant
from bot.approvals.request import Request
from bot.slack.address import Address
from bot.slack.blocks import Block, actions, button, confirm, overflow
from bot.slack.kinds import called

Action = Literal[
    "assent:approve",
    "assent:review",
    "assent:reject",
    "assent:again",
    "assent:done",
    "assent:continue",
    "assent:stop",
    "assent:cancel",
    "assent:revoke",
    "assent:more",
]
"""The action_id of every button, and of the menu: the verb alone."""

ACTIONS: tuple[Action, ...] = get_args(Action)

Choice = Literal["view", "always_approve", "always_reject", "cancel"]
"""The value of each option of the menu; the address stands in the id of its block."""

MAY_STILL_RUN = "It may still be running: look before you choose."
"""Said of commands whose end nobody saw."""


def choices(request: Request) -> Block:
    """The row of buttons under a request that waits. Each button's value is the address."""
    address = Address.of(request)
    value = address.to_value()
    elements = _buttons(request, value)
    if request.stranded is not None:
        elements.append(_cancel(value))
    if request.kind != "limit":
        elements.append(overflow(_menu(request), action_id="assent:more"))
    return actions(elements, block_id=address.to_block_id(str(request.version)))


def revoke(request: Request) -> Block:
    """The button that ends an "always"."""
    value = Address.of(request).to_value()
    return button("Revoke", action_id="assent:revoke", value=value, label=f"Revoke: {called(request)}")


def may_still_run(request: Request) -> bool:
    """Whether the call is of commands, of which what was started may go on when its result is lost."""
    return request.kind == "uncertain" and request.call_kind in ("shell", "local_shell")


def _menu(request: Request) -> dict[str, str]:
    """What is rarely chosen; an "always" asks once more in a form of its own."""
    menu = {"view": "View full request"}
    if may_grant(request, "approve") is None:
        menu["always_approve"] = "Always approve in this run"
    if may_grant(request, "reject") is None:
        menu["always_reject"] = "Always reject in this run"
    return menu | {"cancel": "Cancel run"}


def _buttons(request: Request, value: str) -> list[Block]:
    match request.kind:
        case "call":
            return [_yes(request, value), _reject(request, value)]
        case "uncertain":
            return [_again(request, value), _done(request, value), _reject(request, value)]
        case "limit":
            return [_continue(value), _stop(value)]


def _yes(request: Request, value: str) -> Block:
    if request.policy.typed_name_review:
        return _review(request, value)
    once_more = confirm(
        "Approve this call?",
        f"{request.tool} is a tool of high risk, asked for by {request.requesters[0].name}.",
        yes="Approve",
        no="Go back",
    )
    return button(
        "Approve",
        action_id="assent:approve",
        value=value,
        label=f"Approve: {called(request)}",
        style="primary",
        confirm=once_more if request.risk == "high" else None,
    )


def _review(request: Request, value: str) -> Block:
    label = f"Review: {called(request)}"
    return button("Review…", action_id="assent:review", value=value, label=label, style="primary")


def _again(request: Request, value: str) -> Block:
    """Run again always asks a second time, as it may do twice what was to be done once."""
    if request.policy.typed_name_review:
        return _review(request, value)
    known = "It did run: a result came back too late." if request.evidence is not None else "It may have run already."
    look = f" {MAY_STILL_RUN}" if may_still_run(request) else ""
    once_more = confirm(
        "Run it once more?",
        f"{known}{look} {request.tool} would then be carried out a second time.",
        yes="Run again",
        no="Go back",
        danger=True,
    )
    return button(
        "Run again", action_id="assent:again", value=value, label=f"Run again: {called(request)}", confirm=once_more
    )


def _done(request: Request, value: str) -> Block:
    return button("Mark as done", action_id="assent:done", value=value, label=f"Mark as done: {called(request)}")


def _reject(request: Request, value: str) -> Block:
    return button("Reject", action_id="assent:reject", value=value, label=f"Reject: {called(request)}", style="danger")


def _continue(value: str) -> Block:
    return button("Continue", action_id="assent:continue", value=value, label="Continue this run", style="primary")


def _stop(value: str) -> Block:
    return button("Stop", action_id="assent:stop", value=value, label="Stop this run", style="danger")


def _cancel(value: str) -> Block:
    once_more = confirm(
        "Cancel this run?", "All its requests are cancelled, and it ends.", yes="Cancel run", no="Go back", danger=True
    )
    return button("Cancel run", action_id="assent:cancel", value=value, label="Cancel this run", confirm=once_more)
