"""The door to Slack's Web API: calls that end with an answer of a known shape, or with one of three errors."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp
from pydantic import BaseModel, ConfigDict, ValidationError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import Json


class SlackError(Exception):
    """The root of what goes wrong between us and Slack."""


class SlackRefused(SlackError):
    """Slack said no, and nothing was done; `error` is its word for why."""

    def __init__(self, method: str, error: str) -> None:
        super().__init__(f"Slack refused {method}: {error}")
        self.error = error


class SlackBusy(SlackError):
    """Slack asks to go slower, and nothing was done; try again after `retry_after`."""

    def __init__(self, method: str, retry_after: timedelta) -> None:
        super().__init__(f"Slack takes {method} again in {retry_after.total_seconds():.0f} s")
        self.retry_after = retry_after


class SlackUnanswered(SlackError):
    """Slack did not answer, or broke while it worked: it may have been done, or not."""

    def __init__(self, method: str, why: str) -> None:
        super().__init__(f"Slack did not answer {method}: {why}")


class Answered(BaseModel):
    """An answer of Slack's: of all that it holds, the fields that are declared."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


Answer = TypeVar("Answer", bound=Answered)


class SlackApi:
    """The Web API with one token. What `client` does about time-outs and retries is its own."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client: Any = client  # Any: slack_sdk leaves its own signatures half untyped

    async def write(self, method: str, answer: type[Answer], **args: Json) -> Answer:
        """Call a method that takes JSON; arguments that are None are left out."""
        return await self._call(method, answer, json=_given(args))

    async def read(self, method: str, answer: type[Answer], **args: str | int | bool | None) -> Answer:
        """Call a method that only reads, whose arguments go into the address; those that are None are left out."""
        return await self._call(method, answer, http_verb="GET", params=_given(args))

    async def upload(self, url: str, content: bytes) -> None:
        """Send the content of a file to where Slack said that it goes; it is in no channel by that."""
        timeout = aiohttp.ClientTimeout(total=self._client.timeout)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, data=content, proxy=self._client.proxy) as answer,
            ):
                if answer.status != HTTPStatus.OK:
                    raise SlackUnanswered("the upload of a file", f"HTTP {answer.status}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackUnanswered("the upload of a file", type(error).__name__) from error

    async def _call(self, method: str, answer: type[Answer], **how: object) -> Answer:
        try:
            response: Any = await self._client.api_call(method, **how)
            return answer.model_validate(response.data)
        except SlackApiError as error:
            raise _told(method, error) from None  # its message has the whole answer in it
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackUnanswered(method, type(error).__name__) from error
        except ValidationError as error:
            raise SlackUnanswered(method, "its answer has another shape") from error


_BROKE_WHILE_IT_WORKED = {"internal_error", "fatal_error", "request_timeout", "service_unavailable"}
_DEFAULT_RETRY_AFTER = "30"


def refusal(error: SlackApiError) -> str | None:
    """Slack's word for why it said no, or None when trying again may work."""
    told = _told("", error)
    return told.error if isinstance(told, SlackRefused) else None


def _given(args: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in args.items() if value is not None}


def _told(method: str, error: SlackApiError) -> SlackError:
    response: Any = error.response  # pyright: ignore[reportUnknownMemberType]: a response, or aiohttp's own
    status = int(getattr(response, "status_code", 0))  # aiohttp's, which has none, was no JSON
    body: object = getattr(response, "data", None)
    refusal = str(body.get("error", "")) if isinstance(body, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]: JSON
    if status == 429 or refusal == "ratelimited":
        headers: Any = response.headers
        return SlackBusy(method, _retry_after(str(headers.get("Retry-After", _DEFAULT_RETRY_AFTER))))
    if status >= 500 or not refusal or refusal in _BROKE_WHILE_IT_WORKED:
        return SlackUnanswered(method, refusal or f"HTTP {status}")
    return SlackRefused(method, refusal)


def _retry_after(seconds: str) -> timedelta:
    return timedelta(seconds=int(seconds if seconds.isascii() and seconds.isdecimal() else _DEFAULT_RETRY_AFTER))
