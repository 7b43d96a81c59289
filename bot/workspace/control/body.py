"""Read a JSON body into its type."""

from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.workspace.deeds.people import DeedRefused

T = TypeVar("T", bound=BaseModel)


async def read_body(request: web.Request, kind: type[T]) -> T:
    """The body as a `kind`; raises `DeedRefused` with what is wrong, field by field."""
    try:
        return kind.model_validate_json(await request.read() or b"{}")
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}" for one in error.errors())
        known = ", ".join(kind.model_fields)
        raise DeedRefused("invalid_arguments", f"{wrong}. Fields: {known or 'none'}.") from error
