"""Find what to serve: `module:attribute` or `path/to/file.py:attribute`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import ModuleType

from bot.agents import Agent
from bot.app.served import Served


class TargetError(Exception):
    """The target cannot be served; the message is one line that says what is wrong with it."""


@asynccontextmanager
async def load_target(target: str) -> AsyncGenerator[Served]:
    """What `target` names, for as long as the block lasts. Raises `TargetError`.

    It names an `Agent`, a `Served`, or an async context manager that yields one of them: a function decorated with
    `asynccontextmanager` that takes no arguments, or an instance. The working directory's modules can be imported
    beside the target, and hide none of anybody else's.
    """
    place, _, attribute = target.rpartition(":")
    if not place or not attribute.isidentifier():
        raise TargetError(f"{target!r} is no target. Write module:attribute or path/to/file.py:attribute.")
    append_working_directory()
    module = _load_file(Path(place)) if place.endswith(".py") else _import(place)
    named = vars(module).get(attribute)
    if named is None:
        raise TargetError(f"{place} has no {attribute}.{_hint(module, place, attribute)}")
    async with AsyncExitStack() as stack:
        yield await _served(named, target, stack)


def append_working_directory() -> None:
    """Let the working directory be searched for modules, but after everything else, wherever it stood before."""
    here = str(Path.cwd())
    sys.path[:] = [*(entry for entry in sys.path if entry not in ("", here)), here]


async def _served(named: object, target: str, stack: AsyncExitStack) -> Served:
    found = await _entered(_made(named, target), target, stack)
    if isinstance(found, Served):
        return found
    if isinstance(found, Agent):
        return Served(found)  # pyright: ignore[reportUnknownArgumentType]: an agent of whatever context
    raise TargetError(
        f"{target} gives a value of type {type(found).__name__}. It must be an Agent, a Served, "
        "or an async context manager that yields one."
    )


async def _entered(made: object, target: str, stack: AsyncExitStack) -> object:
    """What an async context manager yields; anything else as it is."""
    if not isinstance(made, AbstractAsyncContextManager):
        return made
    try:
        return await stack.enter_async_context(made)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]: of whatever it yields
    except Exception as error:
        raise TargetError(f"{target} did not start: {_told(error)}") from error


def _made(named: object, target: str) -> object:
    """What a function gives; anything else as it is."""
    decorates = isinstance(named, AbstractAsyncContextManager)  # an instance of one may be called, as a decorator
    if decorates or isinstance(named, type) or not callable(named):
        return named  # pyright: ignore[reportUnknownVariableType]: of whatever it yields
    try:
        return named()
    except TypeError as error:
        raise TargetError(f"{target} cannot be called without arguments: {_told(error)}") from error


def _load_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise TargetError(f"There is no file {path}.")
    name = f"assent_target_{path.stem}"  # bot.py, agents.py and types.py must not take those names from others
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise TargetError(f"{path} is not a Python file that can be loaded.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # where dataclasses and type hints look for it
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise TargetError(f"{path} cannot be loaded: {_told(error)}{_line(error, path)}") from error
    return module


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise TargetError(
                f"There is no module {error.name}. For a file, write path/to/file.py:attribute."
            ) from None
        raise TargetError(f"{name} cannot be imported: {_told(error)}") from error
    except Exception as error:
        raise TargetError(f"{name} cannot be imported: {_told(error)}") from error


def _hint(module: ModuleType, place: str, attribute: str) -> str:
    """Where the attribute may be, when a file of the same name is hidden by somebody else's module."""
    file = Path(*place.split(".")).with_suffix(".py")
    hidden = not place.endswith(".py") and file.is_file() and Path(module.__file__ or "").resolve() != file.resolve()
    return f" That module is {module.__file__ or 'built in'}; for the file here, write {file}:{attribute}." * hidden


def _told(error: Exception) -> str:
    """The error on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _line(error: Exception, path: Path) -> str:
    """In which line of the file it arose, if it did."""
    line, step = None, error.__traceback__
    while step:
        if Path(step.tb_frame.f_code.co_filename).resolve() == path.resolve():
            line = step.tb_lineno
        step = step.tb_next
    return f" (line {line})" if line else ""
