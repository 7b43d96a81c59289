"""Random JSON, arguments and provider's items: mostly of the right form, and then damaged."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

from pydantic import JsonValue

from bot.agents.record.plain import Item

HALF = "\ud800"
_TEXTS = ("", "a", "A1", "t0.c0", HALF, f"a{HALF}b", "\0", "\u202e", "<!channel>", "ü" * 40, "approve", "true")
_NUMBERS: Sequence[JsonValue] = (0, -1, 7, 2**70, 1e300, float("nan"), float("inf"), True, False, None)
_NAMES = (
    "delete",
    "delete",
    "maybe",
    "maybe",
    "ask",
    "ask_freely",
    "hand_over",
    "shelf_act",
    "gone",
    "",
    "shell",
    "delete ",
)
_ARGUMENTS = (
    *('{"order": "A1"}', '{"order": "B2"}', '{"order":\t"B2"}', '{"input": "Go"}', "{}", "", " ", "null", "[]", "7"),
    *('{"order": 7}', '{"order": null}', '{"order": NaN}', '{"order": 1e999}', '{"order": "A1", "order": "B2"}'),
    *('{"order": "A1", "more": 1}', '{"order": "\\ud800"}', '{"\\udc00": 1}', f'{{"order": "{HALF}"}}', "{" * 300),
    *('{"input": 7}', '{"input": "Go", "input": "Stop"}', '{"order": ' + "9" * 5000 + "}", "\ufeff{}", "'order'"),
    *('{"order": ' + "[" * levels + "]" * levels + "}" for levels in (90, 150, 450, 960)),
)
_LONG = '{"order": "' + "x" * 1_000_000 + '"}'
_OTHERS = ("message", "reasoning", "function_call_output", "shell_call_output", "mcp_list_tools", "mcp_call")
_NEVER_OURS = ("computer_call", "custom_tool_call", "of_tomorrow", "", "web_search_call", "mcp_approval_response")


def json_value(chance: random.Random, depth: int = 0) -> JsonValue:
    """Anything that JSON can hold, and some that it cannot."""
    kind = chance.randrange(4 if depth < 3 else 2)
    match kind:
        case 0:
            return chance.choice(_TEXTS)
        case 1:
            return chance.choice(_NUMBERS)
        case 2:
            return [json_value(chance, depth + 1) for _ in range(chance.randrange(3))]
        case _:
            return {chance.choice(_TEXTS): json_value(chance, depth + 1) for _ in range(chance.randrange(3))}


def arguments(chance: random.Random) -> str:
    """The arguments of a call, as the model wrote them."""
    luck = chance.random()
    if luck < 0.0005:
        return _LONG
    if luck < 0.8:
        return chance.choice(_ARGUMENTS)
    text = json.dumps({"order": json_value(chance)})
    at = chance.randrange(len(text))
    return text if luck < 0.9 else text[:at] + chance.choice('{}[]",:\\0e') + text[at + chance.randrange(2) :]


def item(chance: random.Random) -> Item:
    """An item of a response; in one of three something is damaged."""
    made = _made(chance)
    for _ in range(chance.choice([0, 0, 0, 0, 1, 2])):
        _damage(chance, made)
    return made


def _made(chance: random.Random) -> Item:
    call_id = f"c{chance.randrange(8)}"
    match chance.randrange(8):
        case 0 | 1 | 2:
            name = chance.choice(_NAMES)
            return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments(chance)}
        case 3:
            action: dict[str, JsonValue] = {"commands": ["ls"], "timeout_ms": chance.choice([None, 5, -5])}
            return {"type": "shell_call", "call_id": call_id, "action": action}
        case 4:
            action = {"type": "exec", "command": ["ls", chance.choice(_TEXTS)], "env": {}}
            return {"type": "local_shell_call", "call_id": call_id, "action": action}
        case 5:
            kind = chance.choice(["create_file", "update_file", "delete_file", "delete_file", "rename_file"])
            diff: dict[str, JsonValue] = {} if kind == "delete_file" else {"diff": "+a"}
            return {"type": "apply_patch_call", "call_id": call_id, "operation": {"type": kind, "path": "a", **diff}}
        case 6:
            label = chance.choice(["shelf", "shelf", "attic", ""])
            asked: Item = {"type": "mcp_approval_request", "id": call_id, "name": "act", "server_label": label}
            return asked | {"arguments": arguments(chance)}
        case _:
            return {"type": chance.choice([*_OTHERS, *_NEVER_OURS]), "id": call_id, "call_id": call_id}


def _damage(chance: random.Random, made: Item) -> None:
    if not made:
        return
    key = chance.choice(list(made))
    inner = made[key]
    match chance.randrange(5):
        case 0:
            del made[key]
        case 1 | 2:
            made[key] = json_value(chance)
        case 3 if isinstance(inner, dict):
            _damage(chance, inner)
        case _:
            made[chance.choice([*_TEXTS, "type", "id", "status"])] = json_value(chance)
