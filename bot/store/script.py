"""A Lua script: what it changes, it changes whole."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from redis.exceptions import NoScriptError

from bot.store.client import Client

_SCRIPTS = files("bot.store") / "scripts"
_PRELUDE = (_SCRIPTS / "prelude.lua").read_text()


class Script:
    """`scripts/NAME.lua`, which says what its KEYS and ARGV are; its keys lie in one slot of a Redis Cluster.

    A script may be sent twice when an answer is lost, so each is written to be safe to repeat.
    """

    def __init__(self, name: str) -> None:
        self._source = f"{_PRELUDE}\n{(_SCRIPTS / f'{name}.lua').read_text()}"
        self._sha = hashlib.sha1(self._source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, client: Client, keys: Sequence[str], *args: str | float) -> Any:
        """What the script returns; the caller knows its shape."""
        try:
            return await client.command("EVALSHA", self._sha, len(keys), *keys, *args)
        except NoScriptError:  # the server has restarted, or never met it
            return await client.command("EVAL", self._source, len(keys), *keys, *args)
