"""Numbers that a server makes up: whatever they are, the client applies them, draws them, and goes on."""

import json
import math
from collections import defaultdict
from datetime import datetime
from itertools import cycle

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.style import Style

from chat_protocol.commands import Say
from chat_protocol.events import MOST_AMOUNT, MOST_NUMBER, EventError, decode_event
from chat_tui.plain.journal import Journal
from chat_tui.screens.chat.rows import actions_for, details_of, found_of, row_of
from chat_tui.state.store import Store
from chat_tui.widgets.messages.drawing import Frame, clock_text, draw
from chat_tui.widgets.messages.styles import Palette
from chat_tui.wording.page_edges import retention

NOW = datetime(2026, 3, 5, 10, 2).timestamp()  # noqa: DTZ001 - ten in the morning wherever the test runs
PALETTE = Palette(Style(), defaultdict(Style), (Style(),), Style(), Style(), Style(), (), None)


def message(numbers):
    """A message in which every number is somebody's choice."""
    return {
        "type": "message", "id": numbers(1), "text": "hello", "reply_to": numbers(1), "from_id": "~b",
        "from_name": "bob", "to_id": None, "sent_at": numbers(NOW), "seq": numbers(1), "expires_at": numbers(NOW + 60),
    }  # fmt: skip


def conversation(numbers):
    """Every event that there is, one after the other."""
    yield {
        "type": "init", "messages": [message(numbers), message(numbers)], "epoch": "e", "seq": numbers(9),
        "resumed": True, "deleted": [numbers(3)], "more": True, "now": numbers(NOW), "missed": numbers(2),
        "you": {"id": "~a", "name": "ana"}, "clients": [{"id": "~a", "name": "ana"}],
        "limits": {name: numbers(20.0) for name in ("text", "lines", "rate", "burst", "keep", "history")},
    }  # fmt: skip
    yield message(numbers)
    yield {"type": "delete", "id": numbers(1), "seq": numbers(10)}
    yield {"type": "history", "before": numbers(9), "messages": [message(numbers)], "more": True, "txn": "t-p1"}
    yield {"type": "search", "query": "hello", "messages": [message(numbers)], "more": False, "txn": "s1"}
    yield message(numbers)


JSON_NUMBERS = st.one_of(
    st.integers(-(10**30), 10**30),
    st.integers(0, 12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(0, 1e6),
    st.sampled_from([0, -1, 1e308, -1e308, 5e-324, 10**300, 2**63, 2**64, MOST_NUMBER, MOST_NUMBER + 1, 253402300800]),
)


def look(store, journal, change, now):
    """Make every picture of the store that there is."""
    journal.lines(change, now)
    retention(store)
    for number, each in store.messages.items():
        row = row_of(store, number, now)
        draw(row, None, Frame(80), PALETTE, store.server_now(now))
        clock_text(row.expires_at or 0.0, store.server_now(now))
        details_of(store, number, now)
        actions_for(store, number)
        found_of(store, each, now)


def meet(numbers, now=NOW):
    """A client hears a conversation twice, the second time after a lost connection, and says something."""
    store = Store("t-")
    journal = Journal(store, "here", history=9, limit=50)
    for _ in range(2):
        journal.greeting()
        for event in conversation(numbers):
            try:
                decoded = decode_event(json.dumps(event))
            except EventError:
                continue
            look(store, journal, store.apply(decoded, now), now)
            store.request_page(9)
        store.say(Say("one"), "one")
        store.say(Say("two"), "two")
        assert all(store.outbox.to_send(now))
        wait, due = store.outbox.wait(now), store.next_expiry()
        assert wait is None or wait >= 0
        assert due is None or math.isfinite(due)
        look(store, journal, store.expire(now + 1), now + 1)
        look(store, journal, store.disconnected(), now + 2)
    return store


@given(st.lists(st.none() | JSON_NUMBERS, min_size=1, max_size=20))
def test_no_number_in_any_event_ends_the_client(numbers):
    """It is applied, drawn, written and timed like any other; None is the usual one."""
    each = cycle(numbers)
    meet(lambda usual: usual if (number := next(each)) is None else number)


@pytest.mark.parametrize("number", [-1e308, 1e308, -1, 5e-324, 10**300, MOST_NUMBER, 253402300800.0, -62135596800])
def test_the_same_number_everywhere(number):
    """Where each of them is out of all bounds, or just inside."""
    meet(lambda _: number)


def test_a_clock_before_all_time_and_an_end_after_it():
    """Their distance is beyond every number."""
    store = meet(lambda usual: {NOW: -1e308, NOW + 60: 1e308}.get(usual, usual))
    assert store.server_now(NOW) == NOW, "such a clock is not followed"


def numbers_of(event):
    """Every number in an event, with its field."""
    for name, value in event.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from numbers_of(one)
            elif isinstance(one, int | float) and not isinstance(one, bool):
                yield name, one


@given(JSON_NUMBERS)
@example(1e308)
@example(-(10**30))
def test_what_comes_through_is_within_bounds(number):
    """Ids and counts up to what a command can name; times up to what is a date everywhere."""
    for event in conversation(lambda _: number):
        try:
            decoded = decode_event(json.dumps(event))
        except EventError:
            continue
        for _, value in numbers_of(msgspec.to_builtins(decoded)):
            assert 0 <= value <= (MOST_NUMBER if isinstance(value, int) else MOST_AMOUNT)
