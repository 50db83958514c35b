"""Paging forward through what was missed: all that the server has, once, in order; how much it has no more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.commands import FetchHistory
from chat_protocol.events import Client, HistoryPage, Init, Message
from chat_tui.plain.catch_up import CatchUp, Part
from chat_tui.state.store import Store

YOU = Client("~you", "you")


def message(number):
    """What somebody said."""
    return Message(number, f"text {number}", None, "~b", "bob", None, 0.0, number)


class Kept:
    """A server that keeps messages with these numbers; a page has at most `fits` of them."""

    def __init__(self, numbers, fits=200):
        self.numbers = sorted(numbers)
        self.fits = fits
        self.asked = 0

    def page(self, command):
        """Its answer."""
        self.asked += 1
        older = [number for number in self.numbers if number < command.before]
        shown = older[-min(command.count, self.fits) :]
        return HistoryPage(command.before, tuple(map(message, shown)), len(shown) < len(older))


def store_after_return(numbers, seq, **limits):
    """A store that has come back to a room, and was given the newest 200."""
    store = Store("t-", conversations=False)
    newest = tuple(map(message, sorted(numbers)[-200:]))
    store.apply(Init(newest, "e", seq, False, (), len(newest) < len(numbers), limits, None, YOU, (YOU,)), 0.0)
    return store


def catch_up(store, server, after):
    """Everything that is told, and how much is missing."""
    behind = CatchUp(store, after)
    told, missing = [], 0
    while (command := behind.request()) is not None:
        while isinstance(command, FetchHistory):
            assert 0 < command.before <= store.seq + 1
            command = behind.answered(server.page(command))
        told += command.messages
        missing += command.missing
    last = behind.rest()
    return [each.id for each in told + last.messages], missing + last.missing


@given(
    st.sets(st.integers(1, 30_000), max_size=60),
    st.integers(0, 3_000),
    st.integers(0, 1_500),
    st.integers(1, 200),
    st.integers(1, 200),
)
def test_everything_is_told_once_and_in_order(sparse, start, dense, after, fits):
    """Wherever numbers lie, however few fit on a page."""
    numbers = sparse | set(range(start + 1, start + dense + 1))
    store = store_after_return(numbers, 30_000)
    told, missing = catch_up(store, Kept(numbers, fits), after)
    assert told == sorted(number for number in numbers if number > after)
    assert missing == 0, "where nothing is ever cut off, what is not there was deleted"


def test_pages_are_as_many_as_they_must_be():
    """One for 200 messages where they are dense; a few where there are none."""
    numbers = range(1, 20_001)
    server = Kept(numbers)
    assert catch_up(store_after_return(numbers, 20_000), server, 0) == (list(numbers), 0)
    assert server.asked == 99
    server = Kept([*range(900_000, 900_300)])
    told, _ = catch_up(store_after_return(server.numbers, 1_000_000), server, 0)
    assert told == server.numbers
    assert server.asked < 40


@pytest.mark.parametrize("kept", [10, 200, 500, 1_000])
def test_what_is_kept_no_more_is_counted(kept):
    """The numbers between the last that was told and the first that is kept."""
    numbers = range(10_001 - kept, 10_001)
    store = store_after_return(numbers, 10_000, history=float(kept))
    store.history.gaps.add(1, numbers[0])
    assert catch_up(store, Kept(numbers), 7) == (list(numbers), 10_000 - kept - 7)


def test_what_was_deleted_at_the_beginning_of_a_small_room_is_not_missing():
    """The server could keep more than there ever was."""
    numbers = range(5, 1_000)
    assert catch_up(store_after_return(numbers, 1_000, history=10_000.0), Kept(numbers), 0) == (list(numbers), 0)


def test_a_server_that_gives_no_pages():
    """What it did not send by itself is missing."""
    store = store_after_return(range(1, 1_001), 1_000)
    behind = CatchUp(store, 10)
    assert behind.request() == FetchHistory(211, 200)
    behind.give_up()
    assert behind.request() is None
    rest = behind.rest()
    assert (rest.missing, [each.id for each in rest.messages]) == (790, [*range(801, 1_001)])


@given(st.lists(st.builds(HistoryPage, st.integers(0, 2000), st.lists(
    st.integers(0, 3000).map(message), max_size=5).map(tuple), st.booleans()), max_size=50))  # fmt: skip
def test_a_server_that_answers_nonsense(pages):
    """Nothing is told twice or out of order, and every answer is followed by an end or another question."""
    store = store_after_return(range(1, 1_001), 1_000)
    behind, told = CatchUp(store, 0), [0]
    command = behind.request()
    for page in pages:
        if command is None:
            break
        answer = behind.answered(page)
        if isinstance(answer, Part):
            told += [each.id for each in answer.messages]
            answer = behind.request()
        command = answer
    assert told == sorted(set(told))
