"""Rooms besides the home, as lines: each says which room it is of."""

import pytest

from chat_protocol.events import Client, ClientsChanged, Deleted, PeoplePage, RoomsPage, RoomState, RoomView
from chat_tui.plain import wording
from chat_tui.plain.rooms import RoomsJournal
from chat_tui.state.store import Store
from chat_tui.state.view import room_key
from client.state.test_store import ANA, BOB, ZOE, init, message
from client.state.test_views import entered

NOW = 5.0


class Told:
    """Ana's store with one room beside the lobby, and what is told of it."""

    def __init__(self) -> None:
        self.store = Store("t-", conversations=False)
        self.journal = RoomsJournal(self.store)
        self.come(init(message(1)))
        self.store.join("dev")
        list(self.store.joins.to_send(self.store.place_in))
        self.first = self.come(entered("dev", message(2)))

    def come(self, *events):
        """Take events; what is told of them, without the time."""
        self.store.apply_all(events, NOW)
        return [line.split(" ", 1)[1] for line in self.journal.lines(NOW)]


def test_a_room_is_told_in_brackets():
    """That it was joined, what is said there, to what it replies, and what is deleted."""
    told = Told()
    assert told.first == ["[dev] joined. Also here: bob."]
    said = told.come(message(4721, "the build is green", room="dev"), message(4722, "re", reply_to=2, room="dev"))
    assert said == ["[dev] #4721 bob: the build is green", '[dev] #4722 bob, replying to #2 of bob "hi": re']
    assert told.come(Deleted(4721, 4723, room="dev")) == ["[dev] deleted: message 4721 of bob"]
    assert told.come(message(5000)) == [], "the lobby is told elsewhere"


def test_who_comes_and_goes_and_what_it_is_about():
    """In the room alone."""
    told = Told()
    assert told.come(ClientsChanged((ZOE,), (BOB.id,), room="dev")) == ["[dev] zoë joined", "[dev] bob left"]
    assert told.come(ClientsChanged((Client("~x", "x"),), ())) == []
    assert told.come(RoomView(9, "dev", topic="the release")) == ["[dev] topic: the release"]
    told.store.leave(room_key("dev"))
    assert told.come() == ["[dev] you left"]


def test_what_was_missed_in_a_room_is_told_when_it_comes():
    """After the line that says that there is a connection again."""
    told = Told()
    told.store.disconnected()
    told.come(init(resumed=True, seq=1))
    assert told.come(entered("dev", message(7), resumed=True, missed=1)) == ["[dev] #7 bob: hi"]


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (RoomsPage((), more=False), ["there are no other rooms"]),
        (
            RoomsPage((RoomState("dev", 2, topic="x"), RoomState("ops", 0)), more=True),
            ["dev: 2 here, x", "ops: 0 here", "there are others: /rooms @ops"],
        ),
        (PeoplePage((ANA, BOB), more=False, room="dev"), ["[dev] 2 here: ana, bob"]),
        (PeoplePage((ANA,), more=True), ["[lobby] 1 here: ana", "there are others: /in lobby /who ~ana"]),
    ],
)
def test_lists_are_lines(event, lines):
    """And say how to go on."""
    assert [line.split(" ", 1)[1] for line in wording.listed(event, NOW)] == lines
