"""The command `assent`."""

import sys
from collections.abc import Callable

import typer

from bot.app.target import TargetError, append_working_directory
from bot.cli.check import check
from bot.cli.decide import decide
from bot.cli.demo import demo
from bot.cli.dev import dev
from bot.cli.failed import CommandFailed
from bot.cli.init import init
from bot.cli.pending import pending
from bot.cli.say import complain
from bot.cli.serve import serve
from bot.cli.workspace import workspace
from bot.config import ConfigError
from bot.store.errors import EmbeddedRedisUnavailable, StoreError
from bot.workspace import WorkspaceConfigError

_SETTINGS_ARE_WRONG = (ConfigError, TargetError, WorkspaceConfigError, EmbeddedRedisUnavailable)

_COMMANDS: tuple[Callable[..., None], ...] = (demo, dev, serve, init, check, pending, decide, workspace)


def main() -> None:
    """Run the command that the arguments name; exits with 1 when it fails, 2 when settings or arguments are wrong."""
    append_working_directory()
    try:
        _app()()
    except _SETTINGS_ARE_WRONG as error:
        complain(str(error))
        sys.exit(2)
    except (CommandFailed, StoreError) as error:
        complain(str(error))
        sys.exit(1)


def _app() -> typer.Typer:
    app = typer.Typer(
        help="A Slack bot whose agents ask before they act.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,  # they would print the lines around, and what stands in them
    )
    for command in _COMMANDS:
        app.command()(command)
    return app
