"""Sessions that OpenAI keeps: its Conversations API."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import quote

from openai import APIConnectionError, APIStatusError, AsyncOpenAI, NotFoundError, RateLimitError, RequestOptions
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.agents.models.default import default_openai_client
from bot.agents.record.clean import keepable
from bot.agents.record.plain import Item, text_of
from bot.agents.sessions.append import missing
from bot.agents.sessions.history import cuts, latest
from bot.agents.sessions.interface import SessionError, SessionSettings, limit_of

_MOST_AT_ONCE = 20
_PAGE = 100
_LONGEST_PAUSE = 8.0
_SIGNED: RequestOptions = {"security": {"bearer_auth": True}}

_ID_NEEDED = {
    "code_interpreter_call",
    "computer_call",
    "file_search_call",
    "image_generation_call",
    "item_reference",
    "local_shell_call",
    "local_shell_call_output",
    "mcp_approval_request",
    "mcp_call",
    "mcp_list_tools",
    "program",
    "program_output",
    "reasoning",
    "web_search_call",
}
"""Items that the API takes with their ids only; others are given a new one, and must not bring one that is known."""

_NOT_TAKEN_BACK = ("created_by", "async")
"""What the API tells of items, and does not take."""

Read = TypeVar("Read", bound=BaseModel)


class OpenAIConversationsSession:
    """A conversation that OpenAI keeps. Without a `conversation_id` one is begun with the first items.

    `session_id` is its id, or the empty text until it is begun; keep it to come back. Without a client it is the one
    that models have. The errors of the client come through as they are. A write whose answer is lost is not repeated
    before the conversation has been looked at, so it is there once.
    """

    def __init__(
        self,
        conversation_id: str | None = None,
        openai_client: AsyncOpenAI | None = None,
        session_settings: SessionSettings | None = None,
    ) -> None:
        self.session_id = conversation_id or ""
        self.session_settings = session_settings
        self._given_client = openai_client
        self._beginning = asyncio.Lock()

    async def get_items(self, limit: int | None = None) -> list[Item]:
        limit = limit_of(limit, self.session_settings)
        if not self.session_id:
            return []
        newest_first = await self._newest(None if limit is None else limit + 1)
        return latest([_for_input(item) for item in reversed(newest_first)], limit)

    async def add_items(self, items: list[Item]) -> None:
        accepted = [item for item in map(_for_conversation, keepable(items)) if item]
        if accepted and not self.session_id:
            await self._begin()
        for part in _parts(accepted):
            await self._create(part)

    async def pop_item(self) -> Item | None:
        newest = await self._newest(1) if self.session_id else []
        if not newest:
            return None
        await self._delete(f"{self._path}/items/{quote(text_of(newest[0], 'id'), safe='')}")
        return _for_input(newest[0])

    async def clear_session(self) -> None:
        """Delete the conversation; the next items begin another one, with another id."""
        if self.session_id:
            await self._delete(self._path)
        self.session_id = ""

    @property
    def _client(self) -> AsyncOpenAI:
        return self._given_client or default_openai_client()

    @property
    def _path(self) -> str:
        return f"/conversations/{quote(self.session_id, safe='')}"

    async def _begin(self) -> None:
        async with self._beginning:
            if not self.session_id:
                answer = await self._client.post("/conversations", cast_to=object, body={}, options=_SIGNED)
                self.session_id = _read(_Begun, answer).id

    async def _newest(self, most: int | None) -> list[Item]:
        """The last items as the API has them, the newest first."""
        items: list[Item] = []
        after: str | None = None
        while most is None or len(items) < most:
            wanted = _PAGE if most is None else min(_PAGE, most - len(items))
            params = {"order": "desc", "limit": wanted} | ({"after": after} if after else {})
            answer = await self._client.get(
                f"{self._path}/items", cast_to=object, options={**_SIGNED, "params": params}
            )
            page = _read(_Page, answer)
            items += page.data
            if not page.has_more or not page.data:
                break
            after = page.last_id or text_of(page.data[-1], "id")
        return items

    async def _create(self, items: Sequence[Item]) -> None:
        """Add the items, and where an attempt failed those that did not get through."""
        left = list(items)
        for attempt in range(self._client.max_retries + 1):
            try:
                await self._client.post(
                    f"{self._path}/items", cast_to=object, body={"items": left}, options={**_SIGNED, "max_retries": 0}
                )
            except (APIConnectionError, APIStatusError) as error:
                if attempt == self._client.max_retries or not _passes(error):
                    raise
                await asyncio.sleep(_pause(error, attempt))
                if not isinstance(error, RateLimitError):  # which says that nothing was done
                    left = missing(items, end=(await self._newest(len(items)))[::-1])
            else:
                return
            if not left:
                return

    async def _delete(self, path: str) -> None:
        try:
            await self._client.delete(path, cast_to=object, options=_SIGNED)
        except NotFoundError:
            return  # the answer to an earlier attempt was lost


class _Begun(BaseModel):
    id: str = Field(min_length=1)


class _Page(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)

    data: list[Item]
    has_more: bool = False
    last_id: str | None = None


def _read(form: type[Read], answer: object) -> Read:
    try:
        return form.model_validate(answer)
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, each["loc"])) for each in error.errors(include_input=False)[:5])
        raise SessionError(
            f"The answer is not in the form of the Conversations API (at {wrong or 'the top'}). "
            "See that the client's base_url is of a server that has it."
        ) from error


def _for_conversation(item: Item) -> Item | None:
    """The item as the API takes it, or None for a thought that it could not find again."""
    if text_of(item, "type") == "reasoning" and not item.get("id") and not item.get("encrypted_content"):
        return None
    kept = item if text_of(item, "type") in _ID_NEEDED else {key: value for key, value in item.items() if key != "id"}
    return _for_input(kept)


def _for_input(item: Item) -> Item:
    """The item as a model may be given it again."""
    return {key: value for key, value in item.items() if value is not None and key not in _NOT_TAKEN_BACK}


def _parts(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items in parts of the size that the API takes, cut where a history may be cut as far as that can be."""
    places, start = cuts(items), 0
    while start < len(items):
        most = start + _MOST_AT_ONCE
        end = max((place for place in places if start < place <= most), default=most)
        yield items[start:end]
        start = end


def _passes(error: APIConnectionError | APIStatusError) -> bool:
    """Whether it may go better another time."""
    if isinstance(error, APIConnectionError):
        return True
    passing = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS)
    return error.status_code in passing or error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR


def _pause(error: APIConnectionError | APIStatusError, attempt: int) -> float:
    """Seconds until the next attempt: what the server asks for, or a little more each time."""
    asked = error.response.headers.get("retry-after", "") if isinstance(error, APIStatusError) else ""
    return min(float(asked) if asked.isdecimal() else 0.5 * 2**attempt, _LONGEST_PAUSE)
