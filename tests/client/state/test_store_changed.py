"""Messages that are here already and look different now: what comes again in a newer state takes its own place."""

import tracemalloc

from chat_protocol.commands import Delete
from chat_protocol.events import Deleted, HistoryPage, Refusal
from chat_tui.state.store import Change, Store
from client.state.test_store import ANA, BOB, ZOE, direct, init, message, store_with


def test_a_newer_state_takes_the_place_of_the_older():
    """It is told as changed and nothing else, and the next connection goes on behind it."""
    store = store_with(message(1), message(2), message(3))
    assert store.apply(message(2, "anew", seq=4), 0.0) == Change(changed=[2])
    assert [(one.id, one.text) for one in store.messages.values()] == [(1, "hi"), (2, "anew"), (3, "hi")]
    assert store.resume_point == "e1.4"


def test_a_state_that_is_not_newer_changes_nothing():
    """Neither one that is seen twice, nor the one before it."""
    store = store_with(message(1), message(2))
    store.apply(message(1, "anew", seq=3), 0.0)
    assert store.apply_all([message(1, "anew", seq=3), message(1)], 0.0) == Change()
    assert store.messages[1].text == "anew"


def test_without_an_epoch_there_is_no_newer_state():
    """Such a server may use a number again for whatever it likes."""
    store = store_with(message(1), epoch="")
    assert store.apply(message(1, "anew", seq=9), 0.0) == Change()
    assert store.messages[1].text == "hi"


def test_in_one_frame_only_the_outcome_is_told():
    """What came, changed and went in one go: each is told as what it is at the end."""
    store = store_with(message(1), message(2))
    events = [message(3), message(3, "anew", seq=4), message(1, "anew", seq=5), message(1, "again", seq=6)]
    assert store.apply_all(events, 0.0) == Change(changed=[1], added=[3])
    assert (store.messages[1].text, store.messages[3].text) == ("again", "anew")


def test_the_end_is_that_of_the_newer_state():
    """Earlier, later or never."""
    store = store_with(message(1, expires_at=50.0), message(2, expires_at=60.0))
    store.apply_all([message(1, seq=3), message(2, seq=4, expires_at=40.0)], 0.0)
    assert store.next_expiry() == 40.0
    assert store.expire(55.0).removed == [2]
    assert store.next_expiry() is None


def test_what_changes_is_no_news():
    """It is not unread once more, and the mark stays above it."""
    store = store_with(message(1), message(2))
    store.apply(message(3, to_id=ANA.id), 0.0)
    store.mark_unread_from(2)
    store.apply_all([message(2, "anew", seq=4), message(3, "anew", seq=5, to_id=ANA.id)], 0.0)
    assert (direct(store), store.unread.first_unread) == ({BOB.id: 1}, 2)


def test_what_changed_while_there_was_no_connection_is_not_missed():
    """It comes among the others and is told as changed; the gap before the first new one is where it would be."""
    store = store_with(message(1), message(2))
    store.disconnected()
    change = store.apply(init(message(1, "anew", seq=90), message(80), resumed=True, more=True, missed=9), 0.0)
    assert (change.changed, change.added, change.removed) == ([1], [80], [])
    assert store.history.gap_above(80) == (3, 80)
    assert store.history.gap_above(2) is None


def test_a_change_that_an_init_overtakes_is_told_as_another_message():
    """Its older text may still stand somewhere."""
    store = store_with(message(1), message(2))
    newer = message(1, "anew", seq=3)
    change = store.apply_all([newer, init(newer, message(2))], 0.0)
    assert (change.reset, change.removed, change.changed) == (True, [1], [])


def test_what_is_not_loaded_changes_unseen():
    """It comes with the others, when somebody asks; a page that was made before leaves it to be asked for again."""
    store = store_with(message(30), more=True)
    assert store.apply(message(20, "anew", seq=31), 0.0) == Change()
    store.request_page(30)
    store.apply(message(21, "anew", seq=32), 0.0)
    page = (message(20, "anew", seq=31), message(21), message(22))
    change = store.apply(HistoryPage(30, page, True, store.pages.pending.txn), 0.0)
    assert (change.inserted, store.history.gap_above(22)) == ([20, 22], (21, 22))
    assert store.resume_point == "e1.32"


def test_who_changes_something_for_ever_fills_no_memory():
    """The ends that a message has had are forgotten, and none is remembered twice."""
    store = Store("t", history_limit=10)
    store.apply(init(message(1, expires_at=1.0)), 0.0)
    tracemalloc.start()
    for seq in range(2, 20_000, 2):
        store.apply_all([message(1, seq=seq, expires_at=6.0), message(1, seq=seq + 1, expires_at=5.0)], 0.0)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 200_000
    assert store.next_expiry() == 5.0
    assert store.expire(5.0).removed == [1]


def test_what_is_being_deleted_looks_different():
    """From when it is asked for until it is done, refused, or taken back; each is told once."""
    store = store_with(message(1), message(2), message(3))
    pending = store.say(Delete(2), "/delete 2")
    store.say(Delete(9), "/delete 9")
    store.say(Delete(), "/delete last")
    assert store.take_changes() == Change(changed=[2])
    assert store.take_changes() == Change()
    store.outbox.discard(pending.key)
    assert store.take_changes() == Change(changed=[2])
    pending = store.say(Delete(2), "/delete 2")
    refused = store.apply(Refusal("no", "No.", pending.txn), 0.0)
    assert refused.changed == [], "nobody was told in between"
    pending = store.say(Delete(3), "/delete 3")
    store.take_changes()
    assert store.apply(Refusal("no", "No.", pending.txn), 0.0).changed == [3]
    store.say(Delete(1), "/delete 1")
    store.take_changes()
    assert store.apply(Deleted(1, 4), 0.0) == Change(removed=[1])


def test_what_was_said_by_who_is_muted_looks_different():
    """And again when they are listened to; nobody else's does."""
    store = store_with(message(1), message(2, sender=ZOE), message(3))
    assert store.mute(BOB.id, muted=True) == Change(changed=[1, 3], roster=True)
    assert store.mute(BOB.id, muted=False) == Change(changed=[1, 3], roster=True)
