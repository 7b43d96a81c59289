"""What is longer than a modal holds comes as a file into the thread, and the card says so."""

import json

from bot.approvals.request import CallKind, Request
from bot.slack.kinds import content
from bot.slack.modals import ALL_IN_A_FILE, full_request_modal
from bot.slack.whole import whole_file
from tests.approvals.makers import DIGEST, request
from tests.slack_views.hostile import assert_tame_markup, texts
from tests.slack_views.reading import written


def of_length(count: int, *, kind: CallKind = "apply_patch", tool: str = "apply_patch") -> Request:
    diff = "".join(f"+line {number:06}\n" for number in range(count // 13))
    arguments = json.dumps({"type": "create_file", "path": "a.py", "diff": diff})
    return request(call_kind=kind, tool=tool, label=tool, arguments=arguments)


def test_a_diff_that_a_modal_cannot_hold_comes_as_a_file() -> None:
    long = of_length(300_000)
    whole = whole_file(long)
    assert whole
    assert whole.file
    assert whole.file.name == f"apply_patch-{DIGEST[:12]}.diff"
    assert whole.file.read() == content(long).text == json.loads(long.arguments)["diff"]
    assert whole.text == f"All that `apply_patch` would do. SHA-256 {DIGEST}"
    assert ALL_IN_A_FILE in written(long)
    assert any(ALL_IN_A_FILE in text for _, text in texts(full_request_modal(long)))


def test_what_a_modal_holds_comes_as_no_file() -> None:
    for asked in (request(), of_length(20_000), of_length(100_000)):
        assert whole_file(asked) is None
        assert ALL_IN_A_FILE not in written(asked)


def test_the_name_of_a_file_is_harmless_and_its_secrets_are_redacted() -> None:
    secret = "xoxb-123456789012-abcdefghijkl"
    long = of_length(600_000, kind="function", tool="../<!channel> `x`")
    long = long.model_copy(update={"arguments": json.dumps({"text": secret + "x " * 300_000})})
    whole = whole_file(long)
    assert whole
    assert whole.file
    assert whole.file.name == f"_channel_x_-{DIGEST[:12]}.txt"
    assert secret not in whole.file.read()
    assert "[redacted, " in whole.file.read()
    assert_tame_markup(whole.text)


def test_the_digest_of_a_message_tells_its_file() -> None:
    one, other = whole_file(of_length(300_000)), whole_file(of_length(300_000, tool="patch"))
    assert one
    assert other
    assert one.digest != other.digest
    again = whole_file(of_length(300_000))
    assert again
    assert one.digest == again.digest
