"""Rules for JSON values: each looks at one value and yields what is wrong with it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bot.workspace.wire import a_list, an_object, text

Pointer = str
"""A JSON pointer to the value, such as "/blocks/0/text"."""


@dataclass(frozen=True)
class Problem:
    """What is wrong and where; `code` and `constraint` are how blocks.validate writes it."""

    pointer: Pointer
    code: str
    message: str
    constraint: str | int | None = None

    def __str__(self) -> str:
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


Rule = Callable[[object, Pointer], Iterator[Problem]]


def string(longest: int, *, shortest: int = 1) -> Rule:
    """A string of so many characters, counted as code points."""

    def check(value: object, at: Pointer) -> Iterator[Problem]:
        if not isinstance(value, str):
            yield Problem(at, "invalid_type", "must be a string", "string")
        elif len(value) < shortest:
            yield Problem(at, "too_short", f"must be more than {shortest - 1} characters", shortest)
        elif len(value) > longest:
            yield Problem(at, "too_long", f"must be less than {longest + 1} characters", longest)

    return check


def boolean(value: object, at: Pointer) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem(at, "invalid_type", "must be a boolean", "boolean")


def integer(least: int = 0, most: int = 2**53) -> Rule:
    def check(value: object, at: Pointer) -> Iterator[Problem]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield Problem(at, "invalid_type", "must be an integer", "integer")
        elif not least <= value <= most:
            yield Problem(at, "out_of_range", f"must be between {least} and {most}", f"{least}-{most}")

    return check


def choice(*allowed: str) -> Rule:
    def check(value: object, at: Pointer) -> Iterator[Problem]:
        if value not in allowed:
            yield Problem(at, "not_allowed", f"must be one of {', '.join(allowed)}", ", ".join(allowed))

    return check


def anything(_value: object, _at: Pointer) -> Iterator[Problem]:
    """No rule: a part of Block Kit that nobody here depends on."""
    yield from ()


def list_of(rule: Rule, *, most: int, least: int = 1) -> Rule:
    """A list of so many items, each of which keeps `rule`."""

    def check(value: object, at: Pointer) -> Iterator[Problem]:
        if not isinstance(value, list):
            yield Problem(at, "invalid_type", "must be a list", "array")
            return
        items = a_list(value)  # pyright: ignore[reportUnknownArgumentType]: a list of whatever came
        if len(items) < least:
            yield Problem(at, "too_few", f"no fewer than {least} items allowed", least)
        if len(items) > most:
            yield Problem(at, "too_many", f"no more than {most} items allowed", most)
        for number, item in enumerate(items):
            yield from rule(item, f"{at}/{number}")

    return check


def shape(required: Mapping[str, Rule], optional: Mapping[str, Rule] | None = None) -> Rule:
    """An object with these fields and no others; its `type`, if it has one, is looked at elsewhere."""
    known = {**required, **(optional or {})}

    def check(value: object, at: Pointer) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(at, "invalid_type", "must be an object", "object")
            return
        fields = an_object(value)  # pyright: ignore[reportUnknownArgumentType]: an object of whatever came
        for name in required.keys() - fields.keys():
            yield Problem(at, "missing_field", f"missing required field: {name}", name)
        for name in fields.keys() - known.keys() - {"type"}:
            yield Problem(f"{at}/{name}", "unknown_field", f"invalid additional property: {name}", name)
        for name, rule in known.items():
            if name in fields:
                yield from rule(fields[name], f"{at}/{name}")

    return check


def tagged(kinds: Mapping[str, Rule]) -> Rule:
    """An object whose `type` says which of the rules it keeps."""

    def check(value: object, at: Pointer) -> Iterator[Problem]:
        kind = text(an_object(value).get("type"))
        if not kind:
            yield Problem(at, "missing_field", "missing required field: type", "type")
        elif kind not in kinds:
            yield Problem(f"{at}/type", "unsupported_type", f"unsupported type: {kind}", ", ".join(kinds))
        else:
            yield from kinds[kind](value, at)

    return check


def also(*rules: Rule) -> Rule:
    """All of the rules."""

    def check(value: object, at: Pointer) -> Iterator[Problem]:
        for rule in rules:
            yield from rule(value, at)

    return check


def one_of_fields(*names: str) -> Rule:
    """An object that has at least one of these fields."""

    def check(value: object, at: Pointer) -> Iterator[Problem]:
        if not any(name in an_object(value) for name in names):
            yield Problem(at, "missing_field", f"missing required field: {' or '.join(names)}", names[0])

    return check
