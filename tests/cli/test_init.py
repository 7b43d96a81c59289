"""`assent init`: from nothing to a `.env` whose tokens are known to work."""

import subprocess
from pathlib import Path

from bot.manifest import manifest_text
from tests.cli.commands import Ended, assent
from tests.cli.conftest import LocalSlack


def init(slack: LocalSlack, at: Path, *typed: str) -> Ended:
    """Answer each question with a line, and then end the input."""
    return assent(
        "init", at=at, env={"SLACK_API_URL": slack.env["SLACK_API_URL"]}, typed="".join(f"{one}\n" for one in typed)
    )


def tokens(slack: LocalSlack) -> tuple[str, str]:
    return slack.env["SLACK_BOT_TOKEN"], slack.env["SLACK_APP_TOKEN"]


def test_it_writes_tokens_that_work_for_the_owner_alone(slack: LocalSlack, tmp_path: Path):
    bot, app = tokens(slack)
    told = init(slack, tmp_path, bot, app, "", "@oncall")
    assert told.code == 0, told.printed
    env = tmp_path / ".env"
    assert env.read_text() == f"SLACK_BOT_TOKEN={bot}\nSLACK_APP_TOKEN={app}\nASSENT_APPROVERS=@oncall\n"
    assert env.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".env")] == [".env"]
    assert "✓ SLACK_BOT_TOKEN: it is assent in Local workspace." in told.out
    assert bot not in told.printed
    assert app not in told.printed


def test_it_tells_how_to_create_the_app(slack: LocalSlack, tmp_path: Path):
    told = init(slack, tmp_path)
    assert manifest_text().rstrip() in told.out
    assert "https://api.slack.com/apps?new_app=1" in told.out


def test_a_token_that_slack_refuses_is_asked_for_again(slack: LocalSlack, tmp_path: Path):
    bot, app = tokens(slack)
    told = init(slack, tmp_path, app, "xoxb-wrong-wrong-wrong", bot, "xapp-wrong-wrong-wrong", app, "", "")
    assert told.code == 0, told.printed
    assert "✗ SLACK_BOT_TOKEN: it does not begin with xoxb-." in told.out
    assert "✗ SLACK_BOT_TOKEN: Slack does not know this token." in told.out
    assert "✗ SLACK_APP_TOKEN: Slack does not know this token." in told.out
    assert "wrong-wrong" not in told.printed


def test_without_the_tokens_nothing_is_written(slack: LocalSlack, tmp_path: Path):
    told = init(slack, tmp_path, tokens(slack)[0])
    assert told.code == 1
    assert "SLACK_APP_TOKEN was not given. Nothing was written." in told.err
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_replaced_only_when_agreed_and_the_rest_is_kept(slack: LocalSlack, tmp_path: Path):
    bot, app = tokens(slack)
    env = tmp_path / ".env"
    env.write_text("# mine\nSLACK_BOT_TOKEN=xoxb-old\nexport SLACK_APP_TOKEN = 'xapp-old'\nOTHER=1\n")
    env.chmod(0o644)
    told = init(slack, tmp_path, "n", "y", app, "", "")
    assert told.code == 0, told.printed
    assert env.read_text() == f"# mine\nSLACK_BOT_TOKEN=xoxb-old\nSLACK_APP_TOKEN={app}\nOTHER=1\n"
    assert env.stat().st_mode & 0o777 == 0o600
    assert init(slack, tmp_path, "y", bot, "n", "", "").code == 0
    assert env.read_text().splitlines()[1] == f"SLACK_BOT_TOKEN={bot}"


def test_git_leaves_it_alone(slack: LocalSlack, tmp_path: Path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("*.log")
    init(slack, tmp_path, *tokens(slack), "", "")
    assert (tmp_path / ".gitignore").read_text() == "*.log\n.env\n.assent/\n"
    seen = subprocess.run(["git", "status", "--short"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert seen.stdout == "?? .gitignore\n"
    told = init(slack, tmp_path, "n", "n", "", "")
    assert told.code == 0
    assert (tmp_path / ".gitignore").read_text() == "*.log\n.env\n.assent/\n"


def test_approvers_that_nobody_understands_are_asked_for_again(slack: LocalSlack, tmp_path: Path):
    told = init(slack, tmp_path, *tokens(slack), "", "everyone", "channel")
    assert told.code == 0
    assert "✗ ASSENT_APPROVERS: ASSENT_APPROVERS has 'everyone'" in told.out
    assert "ASSENT_APPROVERS=channel" in (tmp_path / ".env").read_text()
