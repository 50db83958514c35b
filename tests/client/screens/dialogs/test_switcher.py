"""The switcher finds rooms and people by a few letters, and makes a room of a name that there is not."""

import pytest

from chat_tui.screens.dialogs.switcher import new_room
from chat_tui.widgets.lists.sidebar import Entry
from chat_tui.widgets.markup.ranking import matching

ENTRIES = [Entry("bob", "@b", unread=2), Entry("lobby", "#lobby"), Entry("dev", "#dev"), Entry("Robin", "@r")]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["bob", "lobby", "dev", "Robin"]),
        ("dv", ["dev"]),
        ("#de", ["dev"]),
        ("ob", ["bob", "lobby", "Robin"]),
        ("zzz", []),
    ],
)
def test_letters_in_this_order_are_enough(query, found):
    """Rooms and people alike; what is as good stays in its order."""
    assert sorted(entry.name for entry in matching(query.removeprefix("#"), ENTRIES)) == sorted(found)


@pytest.mark.parametrize(
    ("query", "made"),
    [("ops", "#ops"), ("#Ops", "#ops"), ("dev", None), ("", None), ("two words", None), ("metrics", None)],
)
def test_an_unknown_name_makes_a_room(query, made):
    """Unless no room can be called so, or one is."""
    entry = new_room(query, ENTRIES)
    assert (None if entry is None else (entry.id, entry.name)) == (None if made is None else (made, f"Join {made}"))
