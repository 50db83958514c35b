"""Who was here in an earlier run goes on where they had read: a start is like a reconnect."""

from chat_protocol.events import Client, Init, Message
from chat_tui.state.read_place import ReadPlace
from chat_tui.state.store import Store
from client.state.test_store import direct

ANA, BOB = Client("~ana", "ana"), Client("~bob", "bob")


def said(number, text="hi", sender=BOB, to_id=None):
    """A message, numbered and timed by its id."""
    return Message(
        id=number, text=text, from_id=sender.id, from_name=sender.name, reply_to=None, to_id=to_id,
        sent_at=float(number), seq=number,
    )  # fmt: skip


def greeted(store, *messages, seq, **fields):
    """The change that a first event makes."""
    known = {"epoch": "e1", "resumed": True, "deleted": (), "more": False, "limits": {}, "now": 0.0, "you": ANA}
    return store.apply(Init(messages=messages, seq=seq, clients=(ANA, BOB), **(known | fields)), 0.0)


def test_what_came_meanwhile_is_missed_and_what_was_before_is_to_be_fetched():
    """Our own is not missed, what is for us is counted by itself; a direct message is unread."""
    store = Store("t", read=ReadPlace("e1", 10))
    assert store.resume_point == "e1.10"
    fresh = (said(11), said(12, sender=ANA), said(13, "ana: look"), said(14, to_id="~ana"))
    change = greeted(store, *fresh, seq=15)
    assert (change.first, change.reset, change.missed, change.missed_to_you) == (True, True, 3, 2)
    assert (store.unread.away_since, direct(store), store.history.more) == (11, {"~bob": 1}, True)
    assert store.request_page(11) is not None


def test_nothing_missed_is_still_to_be_fetched():
    """There is something to be seen, though nothing is new."""
    store = Store("t", read=ReadPlace("e1", 10))
    change = greeted(store, seq=12)
    assert (change.missed, store.history.more, store.resume_point) == (0, True, "e1.12")


def test_more_than_a_first_event_holds_is_counted_and_is_a_gap():
    """As after a reconnect: the mark goes up as the pages come."""
    store = Store("t", read=ReadPlace("e1", 10))
    change = greeted(store, said(300), said(301), seq=301, more=True, missed=250)
    assert (change.missed, store.history.more) == (250, True)


def test_a_record_that_was_empty_has_nothing_before():
    """Somebody was the first one here."""
    store = Store("t", read=ReadPlace("e1", 0))
    change = greeted(store, said(1), seq=1)
    assert (change.missed, store.history.more) == (1, False)


def test_a_server_that_can_not_say_what_was_missed_sends_the_newest():
    """Of those, what is newer than the place counts."""
    store = Store("t", read=ReadPlace("e1", 10))
    change = greeted(store, said(9), said(11), seq=11, resumed=False, more=True)
    assert (change.missed, list(store.messages), store.history.more) == (1, [9, 11], True)


def test_another_life_of_the_record_has_nothing_to_say_of_the_old_place():
    """It is a first time there; so is it for whoever was never here."""
    for store in (Store("t", read=ReadPlace("e0", 10)), Store("t")):
        change = greeted(store, said(11), said(12, to_id="~ana"), seq=12, resumed=False)
        assert (change.first, change.missed, direct(store)) == (True, None, {})
        assert store.resume_point == "e1.12"


def test_a_connection_that_is_lost_later_is_a_reconnect():
    """The first event of a run is told from all others."""
    store = Store("t", read=ReadPlace("e1", 10))
    greeted(store, seq=10)
    store.disconnected()
    change = greeted(store, said(11), seq=11)
    assert (change.first, change.reset, change.missed) == (False, False, 1)


def test_names_from_before_are_known_and_nobody_is_called_by_an_id():
    """Whom we have written to, under the name known last; of others it is said that they have left."""
    store = Store("t", names={"~bob": "bob"})
    greeted(store, seq=1, resumed=False)
    assert [store.people.name_of(who) for who in ("~bob", "~zoe", "zoe")] == ["bob", "somebody who left", "zoe"]
