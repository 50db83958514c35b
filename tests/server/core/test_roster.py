"""Presence, and who owns a name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.events import Client, ClientsChanged
from chat_server.core.roster import Roster

GRACE = 60.0


@pytest.fixture
def roster():
    """A roster with ana and bob, whose coming has been told."""
    roster = Roster(GRACE)
    roster.join("~a", "ana")
    roster.join("~b", "bob")
    roster.take_changes()
    return roster


def test_those_with_a_connection_are_listed(roster):
    """In the order of their coming."""
    assert roster.clients() == (Client("~a", "ana"), Client("~b", "bob"))


def test_two_connections_are_one_client(roster):
    """Listed once, and here until the last of them is gone."""
    roster.join("~a", "ana")
    assert roster.clients() == (Client("~a", "ana"), Client("~b", "bob"))
    assert roster.leave("~a", 0.0, keep_name=False) is None
    assert roster.clients() == (Client("~a", "ana"), Client("~b", "bob"))
    assert roster.leave("~a", 0.0, keep_name=False) == "ana"
    assert roster.clients() == (Client("~b", "bob"),)


def test_a_second_connection_may_bring_another_name(roster):
    """The client then has that one; the old one is free."""
    roster.join("~a", "anna")
    assert roster.name_of("~a") == "anna"
    assert roster.owner_of("ana") is None
    assert roster.take_changes() == ClientsChanged((Client("~a", "anna"),), ())


def test_somebody_is_found_by_name_or_id(roster):
    """Names whatever their case; ids begin with ~, so that they are never names."""
    assert roster.find("ana") == roster.find("ANA") == roster.find("Ａｎａ") == roster.find("~a") == "~a"
    assert roster.find("carl") is None
    assert roster.find("~c") is None
    assert roster.find("~ana") is None


def test_a_name_given_up_is_free_at_once(roster):
    """And who had it is unknown."""
    assert roster.leave("~a", 0.0, keep_name=False) == "ana"
    assert roster.owner_of("ana") is None
    assert roster.name_of("~a") is None
    assert roster.find("~a") is None
    assert roster.next_due() is None


def test_a_name_is_kept_for_a_time_of_grace(roster):
    """Not listed meanwhile, but found; then the name is free."""
    assert roster.leave("~a", 100.0, keep_name=True) is None
    assert roster.clients() == (Client("~b", "bob"),)
    assert roster.find("ana") == roster.find("~a") == "~a"
    assert roster.next_due() == 100.0 + GRACE
    assert roster.expire_names(100.0 + GRACE - 0.001) == []
    assert roster.expire_names(100.0 + GRACE) == ["ana"]
    assert roster.find("ana") is None
    assert roster.next_due() is None
    assert roster.expire_names(1e9) == []


def test_who_comes_back_in_time_keeps_the_name(roster):
    """The time of grace ends with the new connection."""
    roster.leave("~a", 100.0, keep_name=True)
    roster.join("~a", "ana")
    assert roster.next_due() is None
    assert roster.expire_names(1e9) == []
    assert roster.name_of("~a") == "ana"


def test_no_grace_frees_a_name_at_once():
    """A grace of 0 keeps nothing."""
    roster = Roster(0.0)
    roster.join("~a", "ana")
    assert roster.leave("~a", 0.0, keep_name=True) == "ana"


def test_a_new_name_frees_the_old(roster):
    """Also when both are the same but for their case."""
    roster.rename("~a", "ANA")
    assert roster.owner_of("ana") == "~a"
    roster.rename("~a", "carla")
    assert roster.owner_of("ana") is None
    assert roster.owner_of("Carla") == "~a"
    assert roster.clients()[0] == Client("~a", "carla")


def test_a_guest_gets_a_name_that_nobody_has(roster):
    """Numbers that are taken are passed over, and none is given twice."""
    roster.rename("~a", "user2")
    assert [roster.guest_name() for _ in range(3)] == ["User1", "User3", "User4"]


def test_changes_are_gathered(roster):
    """A crowd's coming and going is one change, in which each client stands once."""
    roster.join("~c", "carl")
    roster.join("~c", "carl")
    roster.rename("~b", "bobby")
    roster.leave("~a", 0.0, keep_name=True)
    assert roster.take_changes() == ClientsChanged((Client("~c", "carl"), Client("~b", "bobby")), ("~a",))
    assert roster.take_changes() is None


def test_a_second_connection_going_changes_nothing(roster):
    """Nobody needs to hear of it."""
    roster.join("~a", "ana")
    roster.take_changes()
    roster.leave("~a", 0.0, keep_name=True)
    assert roster.take_changes() is None


def test_who_went_and_came_back_is_here(roster):
    """Between two looks: told as somebody who is here."""
    roster.leave("~a", 0.0, keep_name=True)
    roster.join("~a", "ana")
    assert roster.take_changes() == ClientsChanged((Client("~a", "ana"),), ())


_steps = st.lists(
    st.tuples(st.sampled_from(["join", "leave", "exit", "rename", "give back", "look", "list"]), st.integers(0, 3)),
    max_size=40,
)


def listed(roster):
    """Everybody who is here, as JSON has it."""
    return [{"id": client.id, "name": client.name} for client in roster.clients()]


@given(_steps)
def test_the_changes_add_up_to_the_list(steps):
    """Whoever began with a list and followed the changes has the list, which is the same in JSON at any time."""
    roster = Roster(3.0)
    connected = dict.fromkeys("abcd", 0)
    seen = {}
    for now, (step, number) in enumerate([*steps, ("look", 0)]):
        who = "abcd"[number]
        match step:
            case "join":
                roster.join(who, roster.name_of(who) or f"{who}0")
                connected[who] += 1
            case "leave" | "exit" if connected[who]:
                connected[who] -= 1
                roster.leave(who, float(now), keep_name=step == "leave")
            case "rename" if connected[who]:
                roster.rename(who, f"{who}{now}")
            case "give back":
                roster.expire_names(float(now))
            case "list":
                assert json.loads(roster.encoded_clients()) == listed(roster)
            case "look" if changes := roster.take_changes():
                seen.update({client.id: client.name for client in changes.joined})
                for client_id in changes.left:
                    seen.pop(client_id, None)
    assert seen == {client.id: client.name for client in roster.clients()}
    assert json.loads(roster.encoded_clients()) == listed(roster)
    assert set(seen) == {who for who, connections in connected.items() if connections}
    for client in roster.clients():
        assert roster.find(client.name) == client.id


def test_names_from_before_are_kept_for_the_time_of_grace(roster):
    """Theirs are not listed and not given away; what nobody can come back for is free at once."""
    before = {"cat": "~c", "dan": "~d", "anna": "~a", "another": "~c"}
    assert roster.restore(before, 100.0) == ["anna", "another"]
    assert roster.clients() == (Client("~a", "ana"), Client("~b", "bob"))
    assert roster.take_changes() is None
    assert (roster.owner_of("Cat"), roster.name_of("~c"), roster.next_due()) == ("~c", "cat", 100.0 + GRACE)
    roster.join("~c", "Cat")
    assert roster.expire_names(100.0 + GRACE) == ["dan"]
    assert roster.name_of("~c") == "Cat"
    assert Roster(0.0).restore(before, 100.0) == list(before)
