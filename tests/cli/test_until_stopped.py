"""How commands that run on and on come to their end."""

import asyncio

import pytest

from bot.app.bot import Bot
from bot.cli.failed import CommandFailed
from bot.cli.until_stopped import until_it_fails


async def test_a_part_that_dies_for_good_ends_the_command_in_words():
    bot = Bot(asyncio.get_running_loop().create_future())
    bot.failed.set_exception(RuntimeError("the engine is gone"))
    with pytest.raises(CommandFailed, match=r"^A part of the bot died, so it stops: RuntimeError: the engine is gone$"):
        await until_it_fails(bot)
