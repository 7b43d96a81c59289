"""Pieces of Block Kit to try the rules on."""

from bot.workspace.wire import JsonObject


def plain(text: str) -> JsonObject:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> JsonObject:
    return {"type": "mrkdwn", "text": text}


def header(text: JsonObject) -> JsonObject:
    return {"type": "header", "text": text}


def section(**fields: object) -> JsonObject:
    return {"type": "section", **fields}


def button(**fields: object) -> JsonObject:
    return {"type": "button", "text": plain("Go"), "action_id": "go", **fields}


def actions(*elements: JsonObject) -> JsonObject:
    return {"type": "actions", "elements": list(elements)}


def option(**fields: object) -> JsonObject:
    return {"text": plain("One"), "value": "1", **fields}


def overflow(count: int, **fields: object) -> JsonObject:
    options = [option(value=str(number), **fields) for number in range(count)]
    return {"type": "overflow", "action_id": "more", "options": options}


def select(count: int) -> JsonObject:
    options = [option(value=str(number)) for number in range(count)]
    return {"type": "static_select", "action_id": "pick", "options": options}


def confirm(**fields: object) -> JsonObject:
    asked: JsonObject = {
        "title": plain("Sure?"),
        "text": mrkdwn("Really"),
        "confirm": plain("Yes"),
        "deny": plain("No"),
    }
    return asked | fields


def rich(*elements: JsonObject, kind: str = "rich_text_section") -> JsonObject:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(elements)}]}


def text(length: int) -> str:
    return "x" * length


def entry(**fields: object) -> JsonObject:
    element: JsonObject = {"type": "plain_text_input", "action_id": "why"}
    return {"type": "input", "label": plain("Why?"), "element": element, **fields}


def task(status: str) -> JsonObject:
    return {"type": "task_card", "task_id": "1", "title": "Read", "status": status}


CELL: JsonObject = {"type": "raw_text", "text": "x"}
