"""`assent init`: from nothing to a `.env` whose tokens are known to work."""

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from openai import AsyncOpenAI

from bot.approvals.policy import APPROVERS_CHOICES, PolicyError, parse_approvers
from bot.cli.env_file import ignored_by_git, names_in, with_settings, write_private
from bot.cli.failed import CommandFailed
from bot.cli.model import ModelUnreachable, check_reachable
from bot.cli.say import say
from bot.cli.slack import TokenRefused, check_connects, installed
from bot.config import ENV_FILE, CommonSettings, drop_proxies, read_settings
from bot.manifest import manifest_text

_HOW_TO_CREATE = """\
1. Create the Slack app: open https://api.slack.com/apps?new_app=1, choose "From a manifest",
   your workspace, the tab YAML, and paste what stands between the lines (it is manifest.yml).
2. Install it: "Install App", then copy the Bot User OAuth Token. It begins with xoxb-.
3. Let it connect: "Basic Information", "App-Level Tokens", make one with the scope
   connections:write and copy it. It begins with xapp-.
"""


@dataclass(frozen=True)
class Question:
    """A setting to ask for. `check` says what was found, or raises `_Wrong`; without `needed`, Enter leaves it out."""

    name: str
    words: str
    check: Callable[[str], Awaitable[str]]
    secret: bool = True
    needed: bool = True


class _Wrong(Exception):
    """The answer does not work; the message says why."""


def init() -> None:
    """Create the Slack app, and write checked tokens to .env."""
    settings = read_settings(CommonSettings)
    if settings.slack_is_here:
        drop_proxies()
    say(f"{_HOW_TO_CREATE}\n{'-' * 78}\n{manifest_text().rstrip()}\n{'-' * 78}\n")
    text = ENV_FILE.read_text() if ENV_FILE.exists() else ""
    answers = _ask_all(_questions(settings), already=names_in(text))
    _write(with_settings(text, answers))
    say("\nNext: assent check --channel NAME, in a channel that the bot was invited to; then assent serve TARGET.")


def _questions(settings: CommonSettings) -> list[Question]:
    async def bot_token(token: str) -> str:
        found = await installed(_beginning(token, "xoxb-"), settings.slack_api_url)
        return f"it is {found.bot} in {found.workspace}"

    async def app_token(token: str) -> str:
        await check_connects(_beginning(token, "xapp-"), settings.slack_api_url)
        return "Socket Mode takes it"

    async def openai_key(key: str) -> str:
        async with AsyncOpenAI(api_key=key, base_url=settings.openai_base_url) as client:
            await check_reachable(client)
        return "the model's API takes it"

    async def approvers(choice: str) -> str:
        try:
            parse_approvers(choice)
        except PolicyError as error:
            raise _Wrong(str(error)) from error
        return "understood"

    return [
        Question("SLACK_BOT_TOKEN", "Bot User OAuth Token (xoxb-...)", bot_token),
        Question("SLACK_APP_TOKEN", "App-level token (xapp-...)", app_token),
        Question("OPENAI_API_KEY", "OpenAI API key (Enter: none now)", openai_key, needed=False),
        Question(
            "ASSENT_APPROVERS",
            f"{APPROVERS_CHOICES}\nWho may approve (Enter: none now)",
            approvers,
            secret=False,
            needed=False,
        ),
    ]


def _ask_all(questions: list[Question], *, already: frozenset[str]) -> dict[str, str]:
    answers: dict[str, str] = {}
    for question in questions:
        if question.name in already and not _agreed(f"{question.name} is in {ENV_FILE} already. Replace it?"):
            continue
        if answer := _ask(question):
            answers[question.name] = answer
    return answers


def _ask(question: Question) -> str:
    """The answer once it has been checked; empty when there is none."""
    while True:
        answer = _read(f"{question.words}: ", secret=question.secret)
        if not answer and not question.needed:
            return ""
        if answer is None:
            raise CommandFailed(f"{question.name} was not given. Nothing was written.")
        if not answer:
            continue
        try:
            say(f"✓ {question.name}: {asyncio.run(_checked(question, answer))}.")
        except (_Wrong, TokenRefused, ModelUnreachable) as error:
            say(f"✗ {question.name}: {error}.")
        else:
            return answer


async def _checked(question: Question, answer: str) -> str:
    return await question.check(answer)


def _agreed(question: str) -> bool:
    return (_read(f"{question} [y/N] ", secret=False) or "").lower() in ("y", "yes")


def _read(prompt: str, *, secret: bool) -> str | None:
    """A line of input, None at its end; a secret is not shown while it is pasted."""
    if secret and sys.stdin.isatty():
        try:
            return getpass.getpass(prompt).strip()
        except EOFError:
            return None
    print(prompt, end="", flush=True)
    line = sys.stdin.readline()
    if not sys.stdin.isatty():
        print(flush=True)
    return line.strip() if line else None


def _write(text: str) -> None:
    added = ignored_by_git(Path(".gitignore"), ENV_FILE.name, ".assent/")
    write_private(ENV_FILE, text)
    say(f"\nWritten to {ENV_FILE}, which only you can read.")
    if added:
        say(f"Added to .gitignore: {', '.join(added)}.")


def _beginning(token: str, prefix: str) -> str:
    if not token.startswith(prefix):
        raise _Wrong(f"it does not begin with {prefix}")
    return token
