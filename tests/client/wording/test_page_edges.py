"""What is said where the loaded messages end."""

import pytest

from chat_tui.screens.chat.rows import actions_for, quote_of, row_of
from chat_tui.wording.page_edges import LOADING, edge_of, span_words
from client.state.test_store import init, message, store_with


def edge(store, number):
    """The words above a message, and whether more can be loaded there."""
    return edge_of(store, store.messages[number], store.history.before(number))


def test_nothing_is_older():
    """The first message says so; the others say nothing."""
    store = store_with(message(1), message(2))
    assert [edge(store, number) for number in (1, 2)] == [("Start of the conversation", False), ("", False)]


@pytest.mark.parametrize(
    ("limits", "first", "words"),
    [
        ({"keep": 2592000}, 5, "Messages are kept for 30 days"),
        ({"keep": 86400, "history": 10}, 5, "Messages are kept for 1 day"),
        ({"keep": 86400}, 1, "Start of the conversation"),
        ({"history": 10000}, 5, "Start of the conversation"),
        ({"history": 10000}, 20_001, "The newest 10,000 messages are kept"),
    ],
)
def test_what_is_older_is_not_kept(limits, first, words):
    """How long or how many are kept is said, but where nothing can have gone for that."""
    assert edge(store_with(message(first), seq=30_000 if first > 10_000 else 9, limits=limits), first) == (words, False)


def test_others_are_not_loaded():
    """Above the first, between two, and while they are on their way; a plain server is asked for nothing."""
    store = store_with(message(50), message(60), more=True)
    store.disconnected()
    store.apply(init(message(90), message(91), resumed=True, more=True), 0.0)
    assert edge(store, 50) == ("Older messages: click to load them", True)
    assert edge(store, 90) == ("Messages missing here: click to load, or l on the next one", True)
    store.pages.request(90)
    assert [edge(store, number)[0] == LOADING for number in (50, 90)] == [False, True]
    assert edge(store, 91) == ("", False)
    assert edge(store_with(message(50), epoch="", you=None, more=True), 50) == ("", False)


def test_keys_load_what_is_beside():
    """On both sides of what is missing; nothing else offers it."""
    store = store_with(message(50), message(60), more=True)
    store.disconnected()
    store.apply(init(message(90), message(91), resumed=True, more=True), 0.0)
    offered = {
        key: [one.label for one in actions_for(store, key) if one.name.startswith("load")] for key in store.messages
    }
    assert offered == {50: ["Load older"], 60: ["Load newer"], 90: ["Load older"], 91: []}


def test_a_reply_to_what_is_not_loaded_says_so():
    """It is not deleted, as far as is known; once it is, that is said."""
    store = store_with(message(50, reply_to=20), more=True)
    assert row_of(store, 20, 0.0).folded == quote_of(store, 20)[1] == "an older message, not loaded"
    store.apply(init(message(50, reply_to=20)), 0.0)
    assert row_of(store, 20, 0.0) is None
    assert quote_of(store, 20)[1] == "deleted message"


def test_spans_are_in_the_largest_unit_that_fits():
    """And in the singular where it is one."""
    spans = {86_400 * 30: "30 days", 86_400: "1 day", 36_000: "10 hours", 5400: "90 minutes", 90: "90 seconds"}
    assert {seconds: span_words(seconds) for seconds in spans} == spans
