"""How long a room keeps what is said there, in words."""

import pytest

from chat_protocol.events import Client, Init
from chat_tui.state.store import Store
from chat_tui.wording.page_edges import retention

ANA = Client("~ana", "ana")


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({}, "Messages are kept until someone deletes them."),
        ({"history": 10_000.0}, "The newest 10,000 messages are kept."),
        ({"keep": 30 * 86400.0}, "Messages are kept for 30 days."),
        ({"keep": 5400.0, "history": 500.0}, "The newest 500 messages are kept for 90 minutes."),
    ],
)
def test_what_the_server_keeps_is_told(limits, words):
    """By its limits; who has not met it, or meets one that says nothing of itself, says nothing either."""
    store = Store("t-")
    assert retention(store) == ""
    store.apply(Init((), "e1", 0, False, (), False, limits, you=ANA), 0.0)
    assert retention(store) == words
    store.apply(Init((), "", 0, False, (), False, {}), 0.0)
    assert retention(store) == ""
