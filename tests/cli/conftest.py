"""A local Slack that runs as a command of its own, and what it told about itself."""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.workspace.driver import Driver
from tests.cli.commands import running


@dataclass(frozen=True)
class LocalSlack:
    """What `assent workspace` printed, and the token in its data directory."""

    env: dict[str, str]
    url: str
    control_token: str

    def driver(self) -> Driver:
        return Driver(self.url, self.control_token)


@contextmanager
def local_slack(at: Path, *options: str) -> Generator[LocalSlack]:
    """`assent workspace`, for as long as the block lasts."""
    at.mkdir(exist_ok=True)
    with running("workspace", "--port", "0", "--data-dir", "slack", *options, at=at) as workspace:
        workspace.until("Ctrl-C stops it")
        env = dict(re.findall(r"^(SLACK_\w+)=(.+)$", workspace.printed, re.MULTILINE))
        yield LocalSlack(
            env=env,
            url=env["SLACK_API_URL"].removesuffix("/api/"),
            control_token=(at / "slack" / "control-token").read_text(),
        )
        assert workspace.stop() == 0


@pytest.fixture(scope="module")
def slack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSlack]:
    with local_slack(tmp_path_factory.mktemp("workspace")) as slack:
        yield slack
