"""Messages that the log had, for a page or a search: shown are those alone that the client may see now."""

import pytest

from chat_server.core.entries import NewDeletion, NewMessage, encode_draft
from rooms import NumberedRoom


@pytest.fixture
def room():
    """Ana, bob and cat are here; nothing was said since the server began."""
    room = NumberedRoom("ana", "bob", "cat")
    room.seq = 100
    return room


ENTRIES = [
    (number, encode_draft(NewMessage(text, "~ana", "ana", 1.0, **fields)))
    for number, (text, fields) in enumerate(
        [
            ("for everyone", {}),
            ("for bob", {"to_id": "~bob"}),
            ("to herself", {"to_id": "~ana"}),
            ("ends at 5", {"expires_at": 5.0}),
            ("for bob, ends at 9", {"to_id": "~bob", "expires_at": 9.0}),
        ],
        start=40,
    )
]


def shown(room, name, now=0.0, entries=ENTRIES):
    """The ids of those that somebody is shown."""
    return [message.id for message in room.sync.shown(entries, f"~{name}", now)]


@pytest.mark.parametrize(("name", "ids"), [("ana", [40, 41, 42, 43, 44]), ("bob", [40, 41, 43, 44]), ("cat", [40, 43])])
def test_a_page_has_no_message_that_is_for_others(room, name, ids):
    """Whatever the log has let through: a direct message is its sender's and its reader's alone."""
    assert shown(room, name) == ids
    assert shown(room, name, entries=ENTRIES[::-1]) == ids[::-1]


def test_a_page_has_nothing_that_has_ended(room):
    """From the moment on at which it does."""
    assert shown(room, "bob", 4.9) == [40, 41, 43, 44]
    assert shown(room, "bob", 5.0) == [40, 41, 44]
    assert shown(room, "bob", 9.0) == [40, 41]


def test_a_page_has_nothing_that_was_deleted_since_it_was_read(room):
    """The log was asked before; what is no message is passed over."""
    room.keep(NewDeletion(40))
    assert shown(room, "ana", entries=[*ENTRIES, (45, encode_draft(NewDeletion(41)))]) == [41, 42, 43, 44]


def test_nothing_older_than_is_kept_is_shown():
    """In no greeting, also one made before for others, in no resume and no page; and one is told of no more."""
    room = NumberedRoom("ana", "bob", keep=10.0)
    for now in (0.0, 4.0, 8.0):
        room.say("ana", now=now)
    assert room.seen_by("bob", 9.9) == [1, 2, 3]
    assert room.seen_by("bob", 10.0) == room.seen_by("bob", 13.9) == [2, 3]
    assert room.initial_sync("bob", 10.0, resume=0).messages == room.initial_sync("bob", 10.0).messages
    assert room.initial_sync("bob", 14.0).more is False
    assert room.seen_by("bob", 18.0) == []
    assert [room.timeline.is_too_old(4.0, now) for now in (13.9, 14.0)] == [False, True]
