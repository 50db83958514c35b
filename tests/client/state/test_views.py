"""Rooms and conversations: where each event is shown, what of it is unread, and how each goes on after a reconnect."""

import msgspec

from chat_protocol.commands import Say, SetTopic
from chat_protocol.events import Client, ClientsChanged, Deleted, HistoryPage, LeftRoom, Refusal, RoomView, Unread
from chat_protocol.events import ReadPlace as Seen
from chat_tui.state.read_place import ReadPlace
from chat_tui.state.remembered import restore_views, saved_views
from chat_tui.state.store import Store
from chat_tui.state.view import TO_YOU, person_key, room_key
from chat_tui.state.views import KEPT, WHOLE_VIEWS
from client.state.test_store import ANA, BOB, ZOE, direct, init, message, store_with

DEV, OPS, LOBBY = room_key("dev"), room_key("ops"), room_key(None)


def entered(room, *messages, seq=None, **fields):
    """What the server says of a room that was joined."""
    messages = tuple(msgspec.structs.replace(one, room=room) for one in messages)
    known = {"resumed": False, "deleted": (), "more": False, "here": (ANA, BOB), "people": 2} | fields
    return RoomView(seq or max((one.seq for one in messages), default=0), room, messages, **known)


def store_in(*rooms, **fields):
    """A store that is in the lobby and in these rooms, with one message in each."""
    store = store_with(message(1), **fields)
    for at, room in enumerate(rooms, 2):
        store.join(room)
        lines(store)
        store.apply(entered(room, message(at)), 0.0)
    return store


def lines(store):
    """What is to be said about rooms."""
    return list(store.joins.to_send(store.place_in))


def held(store, key):
    """The ids in a view."""
    return list(store.views.by_key[key].history.messages)


def count(store, key):
    """Unread there, and of them to us."""
    unread = store.views.by_key[key].unread
    return unread.count, unread.to_you


def test_each_room_gets_its_own_messages():
    """What comes to a room that is not on the screen is told as a count, and as nothing else."""
    store = store_in("dev")
    change = store.apply(message(5, room="dev"), 0.0)
    assert (change.added, change.views, change.reset) == ([], True, False)
    assert (held(store, LOBBY), held(store, DEV), count(store, DEV)) == ([1], [2, 5], (1, 0))
    assert store.apply(message(6), 0.0).added == [6]
    assert [one.id for one in store.arrived] == [6]


def test_a_room_that_is_not_joined_is_ignored():
    """Nor does anything make it anew: what comes after one has left it, and what was never asked for."""
    store = store_in("dev")
    store.leave(DEV)
    events = [message(5, room="dev"), Deleted(5, 6, room="dev"), entered("dev", message(7)), entered("ops", message(8))]
    change = store.apply_all([*events, ClientsChanged((ZOE,), (), room="dev")], 0.0)
    assert (change.added, change.removed, list(store.views.by_key)) == ([], [], [LOBBY, TO_YOU])


def test_an_own_line_in_a_room_that_is_not_joined_is_settled():
    """Its echo is the receipt, wherever it is."""
    store = store_with()
    pending = store.say(Say("hi", room="dev"), "/in dev hi")
    assert store.apply(message(3, sender=ANA, txn=pending.txn, room="dev"), 0.0).settled == [pending.key]
    assert not len(store.outbox)


def test_to_switch_asks_nothing_and_shows_everything():
    """The picture is drawn anew, with the people of that room; what is unread begins where it did."""
    store = store_in("dev")
    store.apply_all([message(5, room="dev"), message(6, "ana?", room="dev")], 0.0)
    change = store.switch(DEV)
    assert (change.reset, change.switched, change.unread_from, change.removed) == (True, True, 5, [])
    assert (list(store.messages), store.people.room, count(store, DEV)) == ([2, 5, 6], "dev", (2, 1))
    assert lines(store) == []
    assert store.seen()
    assert count(store, DEV) == (0, 0)


def test_people_are_those_of_the_room_on_the_screen():
    """Who comes to another room is no change of what is shown; but it may be somebody whose conversation is open."""
    store = store_in("dev")
    change = store.apply(ClientsChanged((ZOE,), (BOB.id,), room="dev"), 0.0)
    assert (change.roster, change.views) == (False, True)
    assert store.people.clients == {"~ana": "ana", "~bob": "bob"}
    assert store.people.is_here(ZOE.id)
    store.switch(DEV)
    assert store.people.clients == {"~ana": "ana", "~zoe": "zoë"}


def test_rooms_are_joined_with_one_line_and_anew_after_each_connection():
    """Each from its place on, which is that of the newest event that told where it is."""
    store = store_with(message(1))
    store.join("dev")
    store.join("ops")
    assert [line.split(" ", 2)[2] for line in lines(store)] == ["/join dev,ops"]
    assert lines(store) == [], "it is asked once"
    store.apply_all([entered("dev", message(2)), entered("ops", seq=7), message(9, room="dev")], 0.0)
    store.disconnected()
    assert lines(store) == []
    store.apply(init(resumed=True, seq=1), 0.0)
    assert [line.split(" ", 2)[2] for line in lines(store)] == ["/join dev@9,ops@7"]


def test_a_room_goes_on_where_it_was():
    """What was missed there is counted, and what was deleted is gone; the lobby is no part of it."""
    store = store_in("dev", "ops")
    store.disconnected()
    store.apply(init(resumed=True, seq=1), 0.0)
    back = entered("dev", message(5), message(6, sender=ANA), seq=8, resumed=True, deleted=(2,), missed=1)
    change = store.apply(back, 0.0)
    assert (change.missed, change.reset, held(store, DEV), count(store, DEV)) == (1, False, [5, 6], (1, 0))
    change = store.apply(entered("ops", message(9), resumed=False), 0.0)
    assert (change.missed, held(store, OPS), count(store, OPS)) == (1, [9], (1, 0))


def test_another_life_of_the_log_has_no_places():
    """Its numbers mean other entries: rooms are joined from their newest messages."""
    store = store_in("dev")
    store.disconnected()
    store.apply(init(message(1, "new"), epoch="e2"), 0.0)
    assert [line.split(" ", 2)[2] for line in lines(store)] == ["/join dev"]
    store.apply(entered("dev", message(2, "other")), 0.0)
    assert store.views.by_key[DEV].history.messages[2].text == "other"


def test_a_room_from_an_earlier_run_goes_on_where_it_had_been_read():
    """What came meanwhile is unread, and what was before is to be fetched."""
    store = store_with(message(1))
    store.join("dev", ReadPlace("e1", 40))
    assert lines(store)[0].endswith("/join dev@40")
    change = store.apply(entered("dev", message(41), message(42), resumed=True, missed=2), 0.0)
    assert (change.missed, count(store, DEV), store.views.by_key[DEV].history.more) == (2, (2, 0), True)


def test_what_was_said_before_one_came_is_no_news_at_the_next_start():
    """A room that was joined and never looked at goes on from there: what comes after is missed."""
    saved = saved_views(store_in("dev", "ops"))
    assert (saved.rooms, saved.read["#dev"], saved.read["#ops"]) == (("dev", "ops"), 2, 3)
    store = Store("t")
    restore_views(store, saved)
    store.apply(init(message(1), seq=9), 0.0)
    assert lines(store) == ["/txn tj1 /join dev@2,ops@3"]
    change = store.apply(entered("ops", message(7), seq=9, resumed=True, missed=1), 0.0)
    assert (count(store, OPS), change.missed) == ((1, 0), 1)


def test_what_the_server_remembers_as_read_is_not_unread():
    """Who reads on another computer goes on there."""
    store = store_with(message(1))
    store.join("dev")
    lines(store)
    said = entered("dev", message(2), message(3), message(4), read=3, more=True)
    change = store.apply(msgspec.structs.replace(said, unread=Unread(1, 0)), 0.0)
    assert (change.missed, count(store, DEV)) == (1, (1, 0))


def test_a_topic_alone_changes_no_message():
    """A room event without messages tells what was set."""
    store = store_in("dev")
    store.switch(DEV)
    change = store.apply(RoomView(9, "dev", topic="the release"), 0.0)
    assert (store.views.shown.topic, change.roster, held(store, DEV)) == ("the release", True, [2])


def test_a_room_that_may_not_be_joined_goes_away():
    """With the server's words; one among several is found by asking for each alone."""
    store = store_with(message(1))
    store.join("dev")
    store.join("ops")
    token = lines(store)[0].split()[1]
    store.apply(entered("dev", message(2)), 0.0)
    change = store.apply(Refusal("no_such_room", "There is no room ops.", token), 0.0)
    assert (change.errors, list(store.views.by_key)) == (["There is no room ops."], [LOBBY, TO_YOU, DEV])


def test_rooms_that_are_refused_together_are_asked_for_alone():
    """Nobody knows yet which of them it was."""
    store = store_with(message(1))
    store.join("dev")
    store.join("ops")
    token = lines(store)[0].split()[1]
    assert store.apply(Refusal("no_such_room", "No.", token), 0.0).errors == []
    assert [line.split(" ", 2)[2] for line in lines(store)] == ["/join dev", "/join ops"]


def test_a_server_without_rooms_says_so_once():
    """The rooms are gone from the list, and the one on the screen is the lobby again."""
    store = store_with(message(1))
    store.join("dev")
    store.switch(DEV)
    token = lines(store)[0].split()[1]
    change = store.apply(Refusal("unknown_command", "There is no /join.", token), 0.0)
    assert (change.errors, change.switched) == (["This server has no other rooms."], True)
    assert (store.views.shown, list(store.messages)) == (store.views.home, [1])


def test_who_leaves_a_room_is_back_in_the_lobby():
    """The server is told, and nothing of the room is held any more; the lobby can't be left."""
    store = store_in("dev")
    store.apply(message(5, "ana!", room="dev"), 0.0)
    store.switch(DEV)
    change = store.leave(DEV)
    assert (change.switched, list(store.messages), held(store, TO_YOU)) == (True, [1], [])
    assert lines(store) == ["/leave dev"]
    assert not store.leave(LOBBY).views


def test_who_is_taken_out_of_a_room_is_back_in_the_lobby():
    """And does not come back to it by themselves."""
    store = store_in("dev")
    store.switch(DEV)
    assert store.apply(LeftRoom("dev"), 0.0).switched
    store.disconnected()
    store.apply(init(resumed=True), 0.0)
    assert lines(store) == []


def test_a_home_may_have_a_name():
    """The path of the address is where a connection is; the lobby is a room like others then."""
    store = store_with(message(1, room="dev"), room="dev")
    assert (store.views.home.key, held(store, DEV), store.people.clients) == (DEV, [1], {"~ana": "ana", "~bob": "bob"})
    store.join("lobby")
    assert lines(store)[0].endswith("/join lobby")
    store.apply_all([entered(None, message(2)), message(3), message(4, room="dev")], 0.0)
    assert (held(store, LOBBY), held(store, DEV), store.views.wire_room(store.views.home)) == ([2, 3], [1, 4], None)


# -- conversations --------------------------------------------------------------------------------------------------


def test_a_direct_message_is_in_its_conversation_alone():
    """The room has a pointer to it, with nothing of its text, one for several in a row."""
    store = store_with(message(1))
    change = store.apply_all([message(2, "secret", to_id=ANA.id), message(3, "more", to_id=ANA.id), message(4)], 0.0)
    assert change.added == [2, 4]
    assert [one.text for one in store.messages.values()] == ["hi", "", "hi"]
    assert (held(store, person_key(BOB.id)), direct(store)) == ([2, 3], {BOB.id: 2})
    assert count(store, LOBBY) == (1, 0), "a pointer is no message"


def test_our_own_line_to_somebody_is_in_the_conversation_with_them():
    """Whoever reads the room sees nothing of it."""
    store = store_with(message(1))
    store.apply(message(2, sender=ANA, to_id=BOB.id), 0.0)
    assert (held(store, person_key(BOB.id)), list(store.messages), direct(store)) == ([2], [1], {})


def test_a_deleted_direct_message_is_gone_everywhere():
    """From the conversation, from *To you*, and its pointer."""
    store = store_with(message(1))
    store.apply(message(2, to_id=ANA.id), 0.0)
    assert held(store, TO_YOU) == [2]
    assert store.apply(Deleted(2, 3), 0.0).removed == [2]
    assert (held(store, person_key(BOB.id)), held(store, TO_YOU), store.gone) == ([], [], {2})


def test_a_direct_message_that_reaches_its_end_is_gone_everywhere():
    """No connection is needed for that."""
    store = store_with(message(1))
    store.apply(message(2, to_id=ANA.id, expires_at=5.0), 0.0)
    store.expire(6.0)
    assert (held(store, person_key(BOB.id)), held(store, TO_YOU), list(store.messages)) == ([], [], [1])


def test_a_conversation_fetches_older_lines_with_those_of_the_home():
    """A page of the home has what was said there and privately; each gets its part."""
    store = store_with(message(90, to_id=ANA.id), message(91), more=True)
    store.switch(person_key(BOB.id))
    assert store.history.more
    line = store.request_page(90)
    page = (message(80), message(81, to_id=ANA.id))
    change = store.apply(HistoryPage(90, page, False, line.split()[1]), 0.0)
    assert (change.inserted, change.page, list(store.messages), store.history.more) == ([81], "loaded", [81, 90], False)
    assert held(store, LOBBY)[:2] == [80, 81]


def test_a_page_of_a_room_is_asked_for_there():
    """By its name, and with a token of its own."""
    store = store_in("dev")
    store.apply(entered("dev", message(50), more=True), 0.0)
    store.switch(DEV)
    line = store.request_page(50)
    assert line.split()[2:] == ["/in", "dev", "/history", "50", "200"]
    change = store.apply(HistoryPage(50, (message(40, room="dev"),), False, line.split()[1], "dev"), 0.0)
    assert (change.inserted, held(store, LOBBY)) == ([40], [1])


def test_unsent_lines_stand_in_their_own_view():
    """A line that waits for a connection holds its room or its person."""
    store = store_in("dev")
    store.disconnected()
    for command in (Say("a"), Say("b", room="dev"), Say("c", to="bob"), Say("d", to="nobody")):
        store.say(command, command.text)
    assert [line.command.text for line in store.unsent()] == ["a", "d"], "of what nobody knows, the home says it"
    store.switch(DEV)
    assert [line.command.text for line in store.unsent()] == ["b"]
    store.switch(person_key(BOB.id))
    assert [line.command.text for line in store.unsent()] == ["c"]
    assert [line.line(plain=True) for line in store.outbox][1] == "/in dev b"


def test_a_line_for_a_room_outlives_a_restart():
    """It goes to the same room in a later run."""
    store = store_with()
    store.disconnected()
    store.say(Say("hello", room="dev"), "hello", now=1.0)
    later = Store("u")
    later.outbox.restore(store.outbox.saved_lines(0.0))
    assert [line.command for line in later.outbox] == [Say("hello", room="dev")]


# -- to you ---------------------------------------------------------------------------------------------------------


def test_to_you_has_what_is_for_us_from_everywhere():
    """In the order in which it was said; not our own, and nothing of who is muted."""
    store = store_in("dev")
    store.mute(ZOE.id, muted=True)
    said = [message(5, "ana: hm", room="dev"), message(6, "no"), message(7, to_id=ANA.id), message(8, "ana"),
            message(9, "ana", sender=ZOE), message(10, "I am ana", sender=ANA)]  # fmt: skip
    store.apply_all(said, 0.0)
    assert held(store, TO_YOU) == [5, 7, 8]
    store.switch(TO_YOU)
    assert list(store.messages) == [5, 7, 8]
    assert store.request_page(5) is None


def test_to_you_loses_what_a_room_does_not_have_any_more():
    """A room that begins anew says what there is; what was deleted meanwhile is not held on to."""
    store = store_in("dev")
    store.apply_all([message(5, "ana", room="dev"), message(6, "ana", room="dev"), message(7, "ana")], 0.0)
    store.disconnected()
    store.apply_all([init(message(7, "ana")), entered("dev", message(6, "ana"))], 0.0)
    assert held(store, TO_YOU) == [6, 7]


# -- bounds ---------------------------------------------------------------------------------------------------------


def test_views_that_were_shown_long_ago_keep_less():
    """The newest eight keep all that was loaded."""
    rooms = [f"r{number}" for number in range(WHOLE_VIEWS + 1)]
    store = store_with(message(1))
    for room in rooms:
        store.join(room)
        store.switch(room_key(room))
    lines(store)
    store.apply(entered(rooms[0], *(message(number) for number in range(10, 10 + KEPT + 300))), 0.0)
    assert len(held(store, room_key(rooms[0]))) == KEPT
    store.switch(room_key(rooms[0]))
    assert store.history.more
    assert store.history.limit > KEPT


def test_the_same_person_reads_elsewhere():
    """What was read on another connection is not unread here."""
    store = store_in("dev")
    store.apply_all([message(5, room="dev"), message(6, room="dev")], 0.0)
    assert store.apply(Seen(5, "dev"), 0.0).views
    assert count(store, DEV) == (1, 0)


def test_a_client_id_is_a_person_in_any_room():
    """Whoever is in one of our rooms can be written to by name."""
    store = store_in("dev")
    store.apply(ClientsChanged((Client("~carl", "carl"),), (), room="dev"), 0.0)
    assert store.say(Say("hi", to="carl"), "/to carl hi").command.to == "~carl"


def test_a_topic_that_we_have_set_is_settled():
    """Its event says who has set it, and is all the answer there is."""
    store = store_in("dev")
    store.say(SetTopic("the release", room="dev"), "/topic the release")
    list(store.outbox.to_send(0.0))
    store.apply(RoomView(9, "dev", topic="the release", by=BOB), 0.0)
    assert len(store.outbox) == 1
    store.apply(RoomView(10, "dev", topic="the release", by=ANA), 0.0)
    assert len(store.outbox) == 0


def test_a_conversation_that_was_put_away_can_be_had_again():
    """Nothing of it is held, and all of it may be fetched; what comes is there at once."""
    store = store_with(message(1), message(2, to_id=ANA.id))
    store.leave(person_key(BOB.id))
    assert store.views.people == []
    store.apply(message(5, to_id=ANA.id), 0.0)
    store.switch(person_key(BOB.id))
    assert (list(store.messages), store.history.more, store.history.gap_above(5)) == ([5], True, (1, 3))
    assert lines(store) == []


def test_what_was_read_elsewhere_is_read_with_all_that_comes_with_the_home():
    """A conversation goes with it."""
    store = store_with(message(1))
    store.apply_all([message(2), message(3, to_id=ANA.id), message(4)], 0.0)
    store.apply(Seen(3), 0.0)
    assert (count(store, LOBBY), direct(store)) == ((1, 0), {})
