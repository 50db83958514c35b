"""Muting goes by the name as well as by the id: who has no secret comes back under another id."""

from chat_protocol.events import Client, ClientsChanged, HistoryPage
from chat_tui.state.store import Change, Store
from client.state.test_store import ANA, ZOE, direct, init, message, store_with

MALLORY, AGAIN = Client("~m1", "mallory"), Client("~m2", "Mallory")


def store_without_mallory():
    """A store in which mallory was muted, and has left."""
    store = store_with(message(1, sender=MALLORY), message(2, sender=ZOE), clients=(ANA, ZOE, MALLORY))
    store.mute(MALLORY.id, muted=True)
    store.apply(ClientsChanged((), (MALLORY.id,)), 0.0)
    return store


def muted_ids(store):
    """Whose messages are folded."""
    held = [each for view in store.views for each in view.history.messages.values()]
    return {each.from_id for each in held if store.people.is_muted(each)}


def test_a_guest_who_comes_back_is_muted():
    """The list of people says so, and nothing that they write is unread; whoever comes with them is heard."""
    store = store_without_mallory()
    store.apply(ClientsChanged((AGAIN, Client("~eve", "eve")), ()), 0.0)
    assert AGAIN.id in store.people.muted
    assert store.people.names_by_muting() == (["Mallory"], ["zoë", "eve"])
    change = store.apply_all([message(3, sender=AGAIN, to_id=ANA.id), message(4, sender=ZOE)], 0.0)
    assert (change.added, direct(store)) == ([4], {})
    assert muted_ids(store) == {"~m1", "~m2"}


def test_a_guest_whose_line_comes_before_their_name_is_muted():
    """The name in the message is enough."""
    store = store_without_mallory()
    change = store.apply(message(3, sender=AGAIN, to_id=ANA.id), 0.0)
    assert (change.added, change.roster, direct(store), muted_ids(store)) == ([], True, {}, {"~m1", "~m2"})


def test_a_guest_who_takes_the_name_later_is_muted_with_all_they_said():
    """A guest has a number first; what they wrote meanwhile folds, and is not unread any more."""
    store = store_without_mallory()
    store.apply(ClientsChanged((Client(AGAIN.id, "User7"),), ()), 0.0)
    store.apply(message(3, sender=Client(AGAIN.id, "User7"), to_id=ANA.id), 0.0)
    assert direct(store) == {AGAIN.id: 1}
    assert store.apply(ClientsChanged((AGAIN,), ()), 0.0) == Change(changed=[3], roster=True, views=True)
    assert (direct(store), muted_ids(store)) == ({}, {"~m1", "~m2"})


def test_who_is_muted_is_not_missed_under_another_id():
    """After a reconnect and after a restart; nor are they in older messages or in what a search finds."""
    for fields in ({"resumed": True}, {"epoch": "e2"}):
        store = store_without_mallory()
        store.disconnected()
        greeting = init(message(3, sender=AGAIN, to_id=ANA.id), message(4, sender=ZOE), clients=(ANA, AGAIN), **fields)
        assert (store.apply(greeting, 0.0).missed, direct(store)) == (1, {})
        assert store.people.is_muted(message(9, sender=Client("~m3", "MALLORY")))
    store = store_with(message(9, sender=MALLORY), message(10, sender=ZOE), more=True)
    store.mute(MALLORY.id, muted=True)
    store.request_page(9)
    page = HistoryPage(before=9, messages=(message(5, sender=AGAIN),), more=False, txn=store.pages.pending.txn)
    store.apply(page, 0.0)
    assert muted_ids(store) == {"~m1", "~m2"}


def test_muting_folds_what_was_said_under_the_same_name_before():
    """By an earlier id of the same guest, here or from an earlier run; listening again shows all of it."""
    store = Store("t", names={"~m0": "mallory"})
    people = (ANA, ZOE, AGAIN)
    store.apply(init(message(1, sender=MALLORY), message(2, sender=AGAIN), message(3, sender=ZOE), clients=people), 0.0)
    assert store.mute(AGAIN.id, muted=True) == Change(changed=[1, 2], roster=True)
    assert store.people.names_by_muting()[1] == ["zoë"]
    assert store.mute(MALLORY.id, muted=False) == Change(changed=[1, 2], roster=True)
    assert not store.people.muted


def test_a_mute_follows_whoever_takes_another_name():
    """They stay muted, by the name that they have now; the one that they gave up is anybody's."""
    store = store_with(message(1, sender=MALLORY), clients=(ANA, MALLORY))
    store.mute(MALLORY.id, muted=True)
    store.apply(ClientsChanged((Client(MALLORY.id, "eve"),), ()), 0.0)
    store.apply(ClientsChanged((Client("~other", "mallory"),), (MALLORY.id,)), 0.0)
    assert store.people.names_by_muting() == (["eve"], ["mallory"])
    store.apply(ClientsChanged((Client("~m9", "Eve"),), ()), 0.0)
    assert "~m9" in store.people.muted


def test_we_are_never_muted():
    """Not by the name of somebody who was, when we take it ourselves."""
    store = store_without_mallory()
    store.apply(ClientsChanged((Client(ANA.id, "mallory"),), ()), 0.0)
    store.apply(message(3, sender=Client(ANA.id, "mallory")), 0.0)
    assert muted_ids(store) == {"~m1"}
    store.mute(ANA.id, muted=True)
    assert muted_ids(store) == {"~m1"}
