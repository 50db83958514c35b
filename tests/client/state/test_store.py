"""What the client knows after each event, and what it says has changed."""

import pytest

from chat_protocol.events import Client, ClientsChanged, Deleted, Init, Message, Refusal, decode_event
from chat_tui.state.store import Change, Store
from chat_tui.state.view import person_key

ANA, BOB, ZOE = Client("~ana", "ana"), Client("~bob", "bob"), Client("~zoe", "zoë")


def message(number, text="hi", sender=BOB, **fields):
    """A message of bob's, numbered and timed by its id."""
    fields = {"reply_to": None, "to_id": None, "sent_at": float(number), "seq": number} | fields
    return Message(id=number, text=text, from_id=sender.id, from_name=sender.name, **fields)


def init(*messages, seq=None, **fields):
    """A first event, for ana."""
    defaults = {
        "epoch": "e1", "resumed": False, "deleted": (), "more": False, "limits": {}, "now": 0.0, "you": ANA,
        "clients": (ANA, BOB),
    }  # fmt: skip
    return Init(messages=messages, seq=seq if seq is not None else max([m.seq for m in messages], default=0),
                **(defaults | fields))  # fmt: skip


def store_with(*messages, **fields):
    """A store that has been greeted."""
    store = Store("t")
    store.apply(init(*messages, **fields), 0.0)
    return store


def texts(store):
    """What a reader would see."""
    return [message.text for message in store.messages.values()]


def direct(store):
    """How many direct messages nobody has read, by who wrote them."""
    return {view.key.name: view.unread.count for view in store.views.people if view.unread.count}


def with_person(store, client_id):
    """The ids of what was said privately to and by somebody."""
    return list(store.views.open_conversation(client_id).history.messages)


def test_init_replaces_everything():
    """After `init` the store holds what it says, and the picture is to be drawn anew."""
    store = Store("t")
    assert store.resume_point is None
    change = store.apply(init(message(3), message(7), more=True, limits={"text": 4096}), 0.0)
    assert (change.reset, change.roster, change.you_changed, change.missed) == (True, True, True, None)
    assert list(store.messages) == [3, 7]
    assert store.people.clients == {"~ana": "ana", "~bob": "bob"}
    assert (store.people.you, store.history.more, store.limits, store.resume_point) == (
        ANA,
        True,
        {"text": 4096},
        "e1.7",
    )


def test_messages_and_deletions_are_told_once():
    """What comes is told as added, what goes as removed; the resume point follows both."""
    store = store_with(message(1))
    assert store.apply(message(2), 0.0) == Change(added=[2])
    assert store.apply(Deleted(1, 3), 0.0) == Change(removed=[1])
    assert (texts(store), store.resume_point) == (["hi"], "e1.3")


def test_an_event_seen_twice_changes_nothing():
    """Messages and deletions may come again, a deleted message stays deleted."""
    store = store_with(message(1), message(2))
    assert store.apply_all([message(2), Deleted(1, 3), Deleted(1, 3), message(1)], 0.0) == Change(removed=[1])
    assert store.apply_all([Deleted(1, 3), message(1), ClientsChanged((BOB,), ())], 0.0) == Change()
    assert (list(store.messages), store.seq) == ([2], 3)


def test_what_came_and_went_in_one_frame_was_never_there():
    """The changes of many events are merged."""
    store = store_with(message(1))
    assert store.apply_all([message(2), message(3), Deleted(2, 4)], 0.0) == Change(added=[3])


def test_a_message_from_further_back_is_put_in_its_place():
    """Order is by id; rows that can't be appended are to be read anew."""
    store = store_with(message(5), message(9))
    change = store.apply(message(7), 0.0)
    assert list(store.messages) == [5, 7, 9]
    assert change.reset
    assert store.resume_point == "e1.9"


def test_only_so_many_messages_are_kept():
    """Above the limit the oldest go, and the store says that there were older ones."""
    store = Store("t", history_limit=3)
    store.apply(init(message(1), message(2)), 0.0)
    assert not store.history.more
    change = store.apply_all([message(n) for n in (3, 4, 5)], 0.0)
    assert (change.added, change.removed, list(store.messages), store.history.more) == (
        [3, 4, 5],
        [1, 2],
        [3, 4, 5],
        True,
    )


def test_resuming_continues():
    """A resumed `init` adds what came meanwhile, removes what went, and counts what others said."""
    store = store_with(message(1), message(2))
    store.disconnected()
    change = store.apply(init(message(4), message(5, sender=ANA), resumed=True, deleted=(1,), seq=6), 0.0)
    assert change == Change(added=[4, 5], removed=[1], missed=1, unread_from=4, greeted=True)
    assert (list(store.messages), store.resume_point) == ([2, 4, 5], "e1.6")


def test_a_full_init_of_the_same_epoch_counts_what_is_new():
    """Where the server can't continue, only messages after the last known one count as missed."""
    store = store_with(message(1), message(2))
    change = store.apply(init(message(2), message(8), message(9, sender=ANA)), 0.0)
    assert (change.reset, change.missed, list(store.messages)) == (True, 1, [2, 8, 9])
    assert change.removed == [1], "its text may still stand somewhere"
    change = store.apply(init(message(2, "another"), epoch="e2"), 0.0)
    assert change.removed == [2, 8, 9]


def test_another_epoch_is_another_life():
    """Numbers of another epoch mean nothing here: everything is new but what we said ourselves."""
    store = store_with(message(50), message(60))
    store.apply(Deleted(50, 61), 0.0)
    store.mark_unread_from(60)
    change = store.apply(init(message(1), message(2, sender=ANA), message(50), epoch="e2", resumed=True), 0.0)
    assert (change.reset, change.missed, change.rule) == (True, 2, True)
    assert (change.added, change.removed) == ([], [60]), "what an old id stood for is gone"
    assert (change.anew, change.lost) == (True, 0)
    assert (list(store.messages), store.resume_point, store.unread.first_unread) == ([1, 2, 50], "e2.50", None)


def test_a_record_restored_from_a_backup_is_the_same_record():
    """What it still has is not news and not unread again; what it has no more is counted, however many are older."""
    store = store_with(*(message(number) for number in range(50, 70)))
    store.apply(message(70, to_id="~ana"), 0.0)
    store.mark_unread_from(60)
    again = [message(number) for number in range(55, 66)]
    change = store.apply(init(*again, message(66, "since"), more=True, epoch="e2"), 0.0)
    assert (change.anew, change.lost, change.missed, change.rule) == (False, 5, 1, False)
    assert (store.unread.first_unread, direct(store)) == (60, {})
    assert (store.history.more, store.resume_point) == (True, "e2.66")


@pytest.mark.parametrize("different", [{"text": "another"}, {"sender": ZOE}, {"sent_at": 7.5}])
def test_a_number_alone_does_not_make_it_the_same_record(different):
    """Numbers begin with 1 in every record."""
    store = store_with(message(1))
    change = store.apply(init(message(1, **different), epoch="e2"), 0.0)
    assert (change.anew, change.lost, change.missed) == (True, 0, 1)


def test_the_roster_follows_joins_leaves_and_new_names():
    """Who joins twice has a new name; who left is still known by name."""
    store = store_with(message(1, sender=ZOE))
    assert store.people.name_of("~zoe") == "zoë"
    change = store.apply(ClientsChanged((Client("~ana", "anna"), ZOE), ("~bob",)), 0.0)
    assert (change.roster, change.you_changed) == (True, True)
    assert store.people.clients == {"~ana": "anna", "~zoe": "zoë"}
    assert store.people.you == Client("~ana", "anna")
    assert (store.people.name_of("~bob"), store.people.name_of("~nobody")) == ("bob", "somebody who left")


def test_a_full_list_replaces_the_roster():
    """Servers that send everybody each time are understood."""
    store = store_with()
    assert store.apply(ClientsChanged((), (), (ZOE,)), 0.0).roster
    assert store.people.clients == {"~zoe": "zoë"}
    assert not store.apply(ClientsChanged((), (), (ZOE,)), 0.0).roster


def test_direct_messages_to_us_are_unread_until_read():
    """They count in the conversation with their sender until they are seen there, and no longer when they are gone."""
    store = store_with(message(1, to_id="~ana"))
    assert direct(store) == {}, "what was there at the start counts as read"
    change = store.apply_all([message(n, to_id="~ana") for n in (2, 3)], 0.0)
    assert (direct(store), change.views) == ({"~bob": 2}, True)
    store.apply_all([message(4, sender=ANA, to_id="~bob"), message(5)], 0.0)
    assert direct(store) == {"~bob": 2}
    assert store.apply(Deleted(2, 6), 0.0).views
    assert direct(store) == {"~bob": 1}
    change = store.switch(person_key("~bob"))
    assert (change.reset, change.switched, change.unread_from, list(store.messages)) == (True, True, 3, [1, 3, 4])
    assert store.seen()
    assert direct(store) == {}


def test_direct_messages_missed_while_away_are_unread():
    """A reconnect counts them as if they had come live."""
    store = store_with(message(1))
    store.apply(init(message(2, to_id="~ana"), resumed=True), 0.0)
    assert direct(store) == {"~bob": 1}


def test_the_unread_mark_moves_on_when_its_message_goes():
    """It stands at the first message from there on that still exists."""
    store = store_with(message(1), message(2), message(5))
    assert store.mark_unread_from(2).rule
    assert store.apply(Deleted(2, 6), 0.0).rule
    assert store.unread.first_unread == 5
    assert store.clear_unread().rule
    assert store.unread.first_unread is None


def test_the_unread_mark_is_at_what_is_listened_to():
    """Muting moves it on, over own lines too, and takes it away where nothing of anybody else's follows."""
    store = store_with(message(1), message(2), message(3, sender=ANA), message(4, sender=ZOE), message(5))
    store.mark_unread_from(2)
    assert not store.mute("~zoe", muted=True).rule
    assert store.mute("~bob", muted=True).rule
    assert store.unread.first_unread is None
    store.mute("~zoe", muted=False)
    store.mark_unread_from(1)
    store.mute("~bob", muted=True)
    assert store.unread.first_unread == 4


def test_expired_text_goes_without_a_connection():
    """The server's clock decides, and what has expired does not come back by an old event."""
    store = store_with(message(1, expires_at=1030.0), message(2), now=1000.0)
    store.disconnected()
    assert store.server_now(5.0) == 1005.0
    assert store.next_expiry() == 30.0
    assert store.expire(29.9) == Change()
    assert store.expire(30.0) == Change(removed=[1])
    assert store.next_expiry() is None
    assert store.apply(message(1, expires_at=1030.0), 31.0) == Change()


def test_the_expiry_of_a_deleted_message_rings_for_nobody():
    """The next expiry is that of a message that is still here."""
    store = store_with(message(1, expires_at=10.0), message(2, expires_at=20.0), now=0.0)
    store.apply(Deleted(1, 3), 0.0)
    assert store.next_expiry() == 20.0


def test_an_error_about_no_line_of_ours_is_told():
    """A refusal without a token, or with one that is not ours, is a sentence for the person."""
    store = store_with()
    change = store.apply_all([Refusal("rate", "Too fast.", None), Refusal("x", "No.", "theirs")], 0.0)
    assert change.errors == ["Too fast.", "No."]


class TestPlainServer:
    """Servers that speak only type, id, text and reply_to."""

    def feed(self, store, *frames):
        """Apply frames as they came."""
        events = [decode_event(frame) for frame in frames]
        return store.apply_all([event for event in events if event is not None], 0.0)

    @pytest.fixture
    def store(self):
        """A store that met such a server."""
        store = Store("t")
        self.feed(store, '{"type":"init","messages":[{"id":4,"text":"old","reply_to":null}]}')
        return store

    def test_it_is_recognised(self, store):
        """No epoch and nobody said who we are: nothing to resume, no identities."""
        assert (store.plain, store.resume_point, store.people.you, texts(store)) == (True, None, None, ["old"])

    def test_its_events_are_never_too_old(self, store):
        """Without numbering, a small id is as good as a large one, and may be used again."""
        self.feed(store, '{"type":"message","id":5,"text":"new","reply_to":4}', '{"type":"delete","id":4}')
        assert texts(store) == ["new"]
        change = self.feed(store, '{"type":"message","id":4,"text":"again","reply_to":null}')
        assert (texts(store), change.reset) == (["again", "new"], True)

    def test_its_clients_may_be_a_list_of_names(self, store):
        """Names stand for themselves."""
        self.feed(store, '{"type":"clients","clients":["ana",{"id":"7","name":"bob"}]}')
        assert store.people.clients == {"ana": "ana", "7": "bob"}

    def test_missed_is_what_was_not_here_before(self, store):
        """A server that sends its whole history again does not make it news."""
        store.disconnected()
        change = self.feed(
            store,
            '{"type":"init","messages":[{"id":4,"text":"old","reply_to":null},{"id":5,"text":"b","reply_to":null}]}',
        )
        assert change.missed == 1


def test_who_is_muted_is_neither_unread_nor_missed():
    """What was unread of theirs is not any more, and what comes is not; it is there all the same."""
    store = store_with()
    store.apply(message(1, to_id="~ana"), 0.0)
    store.mute("~bob", muted=True)
    assert direct(store) == {}
    store.apply_all([message(2, to_id="~ana"), message(3, sender=ZOE, to_id="~ana")], 0.0)
    assert direct(store) == {"~zoe": 1}
    store.disconnected()
    change = store.apply(init(message(4, to_id="~ana"), message(5, sender=ZOE), seq=5, resumed=True), 0.0)
    assert (change.added, change.missed, direct(store)) == ([5], 1, {"~zoe": 1})
    store.mute("~bob", muted=False)
    store.apply(message(6, to_id="~ana"), 0.0)
    assert direct(store) == {"~zoe": 1, "~bob": 1}


def test_a_name_stands_for_who_bears_it_now_or_bore_it_last():
    """Capitals don't matter; nobody is known by a name that was never heard."""
    store = store_with(message(1, sender=ZOE))
    assert [store.people.bearer(name) for name in ("BOB", "zoë", "carl")] == ["~bob", "~zoe", None]
    store.apply(ClientsChanged(joined=(Client("~new", "bob"),), left=("~bob",)), 0.0)
    assert store.people.bearer("bob") == "~new"
