"""The parts of a message's content, as Chat Completions has them."""

from __future__ import annotations

from pydantic import JsonValue

from bot.agents.errors import UserError
from bot.agents.record.plain import Item, text_of

_TEXTS = ("input_text", "output_text", "reasoning_text", "text")


def user_content(content: JsonValue) -> JsonValue:
    """What a user said: a text, as every server knows that, or a list of texts, images, files and sound."""
    parts = _parts(content)
    if len(parts) == 1 and parts[0].get("type") in _TEXTS:
        return text_of(parts[0], "text")
    return [_part(part) for part in parts]


def texts_in(content: JsonValue, *, of: str) -> list[str]:
    """The texts of content that has nothing else but refusals. Raises `UserError` when it has."""
    parts = [part for part in _parts(content) if part.get("type") != "refusal"]
    for part in parts:
        if part.get("type") not in _TEXTS:
            raise UserError(
                f"Chat Completions takes only text as {of}, and this has a part of type {part.get('type')!r}. "
                "Use text, or an OpenAIResponsesModel."
            )
    return [text_of(part, "text") for part in parts]


def refusals_in(content: JsonValue) -> list[str]:
    """What the model refused to say."""
    return [text_of(part, "refusal") for part in _parts(content) if part.get("type") == "refusal"]


def _parts(content: JsonValue) -> list[Item]:
    match content:
        case str(text):
            return [{"type": "input_text", "text": text}]
        case list() if all(isinstance(part, dict) for part in content):
            return [part for part in content if isinstance(part, dict)]
        case _:
            raise UserError("The content of a message, and the output of a tool, must be text or a list of parts.")


def _part(part: Item) -> dict[str, JsonValue]:
    match part.get("type"):
        case "input_image" if text_of(part, "image_url"):
            image = {"url": part["image_url"], "detail": part.get("detail") or "auto"}
            return {"type": "image_url", "image_url": image}
        case "input_file" if part.get("file_data") or part.get("file_id"):
            known = ("file_data", "file_id", "filename")
            return {"type": "file", "file": {name: part[name] for name in known if part.get(name)}}
        case "input_audio" if part.get("input_audio"):
            return {"type": "input_audio", "input_audio": part["input_audio"]}
        case type if type in _TEXTS:
            return {"type": "text", "text": text_of(part, "text")}
        case type:
            raise UserError(
                f"Chat Completions has no form for a part of type {type!r} with {', '.join(sorted(part))}. Give images "
                "as image_url (a data: URL will do) and files as file_data, or use an OpenAIResponsesModel."
            )
