"""The address on a button: it comes back as it was, and nothing else comes in."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.address import Address, BadAddress
from bot.store.thread import Thread
from tests.approvals.makers import NONCE, request

PART = st.from_regex(r"[A-Za-z0-9_.-]{1,32}", fullmatch=True)
SEGMENT = st.from_regex(r"t[0-9]{1,4}\.c[0-9]{1,2}", fullmatch=True)
ADDRESSES = st.builds(
    Address,
    thread=st.builds(Thread, PART, PART, PART),
    run=st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True),
    path=st.lists(SEGMENT, min_size=1, max_size=8).map("/".join),
    round=st.integers(1, 9999),
    revision=st.integers(1, 999_999),
    nonce=st.from_regex(r"[A-Za-z0-9_-]{22}", fullmatch=True),
)
GOOD = f"T0HOME:C0OPS:1777800000.000100:r_01HZ:t0.c1/t2.c0:3:4:{NONCE}"


@given(ADDRESSES)
def test_an_address_comes_back_from_a_value_and_from_a_block_id(address: Address) -> None:
    assert Address.parse(address.to_value()) == address
    assert Address.parse_block_id(address.to_block_id("12345678")) == address
    assert len(address.to_block_id("12345678")) <= 255


def test_the_longest_address_fits_into_a_block_id() -> None:
    longest = Address(
        thread=Thread("T" * 32, "C" * 32, "1" * 32),
        run="r" * 32,
        path="/".join(["t9999.c99"] * 8),
        round=9999,
        revision=999_999,
        nonce=NONCE,
    )
    assert len(longest.to_value()) == 246
    assert len(longest.to_block_id("999999")) <= 255
    assert Address.parse(longest.to_value()) == longest


def test_an_address_names_its_request() -> None:
    assert Address.of(request()).name == request().name
    assert Address.parse(GOOD).thread == Thread("T0HOME", "C0OPS", "1777800000.000100")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "view",
        GOOD + ":",
        GOOD + "\n",
        " " + GOOD,
        GOOD[:-1],
        GOOD + "A",
        GOOD.replace(":3:", ":0:"),
        GOOD.replace(":3:", ":03:"),
        GOOD.replace(":3:", ":-3:"),
        GOOD.replace(":3:", ":99999:"),
        GOOD.replace(":3:", ":٣:"),
        GOOD.replace("t0.c1", "t0/../x"),
        GOOD.replace("t0.c1/t2.c0", "/".join(["t0.c1"] * 9)),
        GOOD.replace("r_01HZ", "r{01HZ}"),
        GOOD.replace("r_01HZ", ""),
        GOOD.replace("C0OPS", "C0{OPS}"),
        GOOD.replace("C0OPS", "C" * 33),
        GOOD.replace("A" * 22, "A" * 21 + "="),
        "x" * 10_000,
    ],
)
def test_another_text_is_no_address(value: str) -> None:
    with pytest.raises(BadAddress):
        Address.parse(value)


@pytest.mark.parametrize("block_id", ["", GOOD, f"{GOOD}:", f"{GOOD}:123456789", f"x{GOOD}:1:1", "Ab3"])
def test_another_block_id_is_no_address(block_id: str) -> None:
    with pytest.raises(BadAddress):
        Address.parse_block_id(block_id)


@given(st.text())
def test_whatever_comes_is_an_address_or_refused(value: str) -> None:
    with suppress(BadAddress):
        assert Address.parse(value).to_value() == value
