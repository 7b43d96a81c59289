"""What people ask for is understood in the words that they would use."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.wishes import Unclear, Wish, read_wishes

WEB_1 = Wish("restart_service", "web-1")
WEB_2 = Wish("restart_service", "web-2")
API = Wish("restart_service", "api")
API_TO_8 = Wish("scale_service", "api", 8)
SECRET = Wish("rotate_secret", "api")
LIST = Wish("list_services")


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("restart web-1", [WEB_1]),
        ("Restart WEB-1!", [WEB_1]),
        ("<@U0ASSENT> restart web-1", [WEB_1]),
        ("<@U0ASSENT|assent>: could you please restart web-1? Thanks!", [WEB_1]),
        ("hi @assent, I'd like you to restart the web-1 service now", [WEB_1]),
        ("Ana: restart web-1", [WEB_1]),
        ("reboot `web-1`", [WEB_1]),
        ("restart **web-1**, 'web-2' & “api”", [WEB_1, WEB_2, API]),
        ("restart web-1, web-2 and the api service.", [WEB_1, WEB_2, API]),
        ("restart web-1 &amp; web-2 &amp; scale api to 8", [WEB_1, WEB_2, API_TO_8]),
        ("restart the services web-1 and web-2", [WEB_1, WEB_2]),
        ("restart web-1 as well as api", [WEB_1, API]),
        ("1. restart web-1\n2. scale api to 8", [WEB_1, API_TO_8]),
        ("- restart web-1\n- restart web-2\n", [WEB_1, WEB_2]),
        ("restart web-1 because it hangs and rotate secret api", [WEB_1, SECRET]),
        ("web-1 hangs, so restart web-1 - please", [Unclear("web-1 hangs"), WEB_1]),
        ("scale api to 8", [API_TO_8]),
        ("please scale up the api to eight replicas, thank you", [API_TO_8]),
        ("set api to 8 instances and web-1 to 3", [API_TO_8, Wish("scale_service", "web-1", 3)]),
        ("scale api and web-1 to 8", [API_TO_8, Wish("scale_service", "web-1", 8)]),
        ("scale api to -1", [Wish("scale_service", "api", -1)]),
        ("rotate the secret of api", [SECRET]),
        ("rotate secret api", [SECRET]),
        ("Rotate the api's secrets.", [SECRET]),
        ("what is running?", [LIST]),
        ("What’s running right now?", [LIST]),
        ("list services", [LIST]),
        ("show me all the services please", [LIST]),
        ("status", [LIST]),
        ("what is the status of web-1?", [LIST]),
        ("is web-1 up?", [LIST]),
        ("how are the services doing?", [LIST]),
    ],
)
def test_a_request_is_understood(text: str, wishes: list[Wish | Unclear]) -> None:
    assert read_wishes(text) == wishes


@pytest.mark.parametrize(
    "text",
    [
        "do not restart web-1",
        "don't restart web-1",
        "never restart web-1",
        "restart web-1 tomorrow",
        "restart web-1 if it hangs",
        "restart it",
        "restart",
        "scale api to 8.5",
        "scale api to 99999999999999999999",
        "scale api",
        "rotate the secret",
        "why did you restart web-1",
        "what can you do?",
        "make coffee",
    ],
)
def test_what_is_not_clearly_a_request_is_none(text: str) -> None:
    assert [part for part in read_wishes(text) if isinstance(part, Wish)] == []


def test_greetings_and_thanks_ask_for_nothing() -> None:
    for text in ("", "hello", "Hi there!", "<@U0ASSENT>", "thanks :wave:", "thank you, team"):
        assert read_wishes(text) == []


def test_then_begins_the_next_step() -> None:
    assert read_wishes("restart web-1 and web-2, then scale api to 8. After that, list services") == [
        WEB_1,
        WEB_2,
        Wish("scale_service", "api", 8, step=1),
        Wish("list_services", step=2),
    ]


def test_a_quoted_name_is_taken_as_it_stands() -> None:
    assert read_wishes("restart `<!channel> AND *web*` and web-2") == [
        Wish("restart_service", "<!channel> AND *web*"),
        WEB_2,
    ]


def test_numbers_in_letters_of_other_alphabets_are_read_or_left() -> None:
    assert read_wishes("scale api to ſix") == [Wish("scale_service", "api", 6)]
    assert read_wishes("scale api to ٨") == [API_TO_8]
    assert read_wishes("scale api to ⑧") == [Unclear("scale api to ⑧")]


PIECES = [
    "restart",
    "scale",
    "rotate the secret of",
    "web-1",
    "api",
    "to",
    "8",
    ",",
    "and",
    "then",
    "\n",
    ".",
    "“",
    "'",
]


@given(st.one_of(st.text(), st.lists(st.sampled_from([*PIECES, "`", "*", "<@", ":", "because", "-"])).map(" ".join)))
def test_any_text_can_be_read(text: str) -> None:
    for part in read_wishes(text):
        assert not isinstance(part, Wish) or part.tool == "list_services" or part.service is not None


@pytest.mark.parametrize(
    "text",
    [
        "a, " * 16_000,
        "restart " + "a, " * 16_000 + "junk junk",
        "scale " + "a, " * 16_000,
        "scale a, " * 6_000,
        "rotate " + "a and " * 9_000,
        "restart “a " * 5_000,
        "restart *" + "~*" * 25_000,
        "restart a" + " " * 50_000 + "x",
        "what is up" + " of a" * 10_000 + " x",
        "because " * 7_000,
        "<@" * 25_000,
        "a " * 25_000 + ":",
    ],
)
def test_fifty_thousand_letters_take_no_time(text: str) -> None:
    began = time.process_time()
    read_wishes(text)
    assert time.process_time() - began < 1.0
