"""Presence, and who owns a name."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.events import Client, ClientsChanged
from chat_server.core.roster import Roster
from hall import Hall

GRACE = 60.0


@pytest.fixture
def roster():
    """A roster with ana and bob, whose coming has been told."""
    roster = Hall(GRACE)
    roster.join("~a", "ana", 0.0)
    roster.join("~b", "bob", 0.0)
    roster.take_changes()
    return roster


def test_those_with_a_connection_are_listed(roster):
    """In the order of their coming."""
    assert roster.clients() == (Client("~a", "ana"), Client("~b", "bob"))


def test_two_connections_are_one_client(roster):
    """Listed once, and here until the last of them is gone."""
    roster.join("~a", "ana", 0.0)
    assert roster.clients() == (Client("~a", "ana"), Client("~b", "bob"))
    assert roster.leave("~a", 0.0, keep_name=False) == []
    assert roster.clients() == (Client("~a", "ana"), Client("~b", "bob"))
    assert roster.leave("~a", 0.0, keep_name=False) == ["ana"]
    assert roster.clients() == (Client("~b", "bob"),)


def test_a_second_connection_may_bring_another_name(roster):
    """The client then has that one."""
    roster.join("~a", "anna", 0.0)
    assert roster.name_of("~a") == "anna"
    assert roster.owner_of("anna") == "~a"
    assert roster.take_changes() == ClientsChanged((Client("~a", "anna"),), ())


def test_somebody_is_found_by_name_or_id(roster):
    """Names whatever their case; ids begin with ~, so that they are never names."""
    assert roster.find("ana") == roster.find("ANA") == roster.find("Ａｎａ") == roster.find("~a") == "~a"
    assert roster.find("carl") is None
    assert roster.find("~c") is None
    assert roster.find("~ana") is None


def test_a_name_given_up_is_free_at_once(roster):
    """And who had it is unknown."""
    assert roster.leave("~a", 0.0, keep_name=False) == ["ana"]
    assert roster.owner_of("ana") is None
    assert roster.name_of("~a") is None
    assert roster.find("~a") is None
    assert roster.next_due() is None


def test_a_name_is_kept_for_a_time_of_grace(roster):
    """Not listed meanwhile, but found; then the name is free."""
    assert roster.leave("~a", 100.0, keep_name=True) == []
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
    roster.join("~a", "ana", 0.0)
    assert roster.next_due() is None
    assert roster.expire_names(1e9) == []
    assert roster.name_of("~a") == "ana"


def test_no_grace_frees_a_name_at_once():
    """A grace of 0 keeps nothing."""
    roster = Roster(0.0)
    roster.join("~a", "ana", 0.0)
    assert roster.rename("~a", "anna", 0.0) == ["ana"]
    assert roster.leave("~a", 0.0, keep_name=True) == ["anna"]
    assert roster.restore({"cat": "~c"}, 0.0) == ["cat"]


def test_a_former_name_is_kept_for_the_time_of_grace(roster):
    """What is said to it reaches who had it, and nobody else may take it; then it is free."""
    assert roster.rename("~a", "carla", 100.0) == []
    assert roster.clients()[0] == Client("~a", "carla")
    assert roster.find("ANA") == roster.find("carla") == "~a"
    assert roster.next_due() == 100.0 + GRACE
    assert roster.expire_names(100.0 + GRACE - 0.001) == []
    assert roster.expire_names(100.0 + GRACE) == ["ana"]
    assert roster.find("ana") is None
    assert roster.find("carla") == "~a"
    assert roster.next_due() is None


def test_who_takes_a_former_name_back_has_it_for_good(roster):
    """The other one is the former then; and a name in other letters is the same name."""
    roster.rename("~a", "carla", 100.0)
    roster.rename("~a", "Ana", 110.0)
    assert roster.expire_names(100.0 + GRACE) == []
    assert roster.name_of("~a") == "Ana"
    assert roster.rename("~a", "ANA", 120.0) == []
    assert roster.expire_names(110.0 + GRACE) == ["carla"]
    assert roster.next_due() is None
    assert roster.owner_of("ana") == "~a"


def test_three_former_names_are_kept(roster):
    """Who takes one after the other does not take them all; the oldest is free."""
    freed = [roster.rename("~a", f"ana{number}", float(number)) for number in range(2, 8)]
    assert freed == [[], [], [], ["ana"], ["ana2"], ["ana3"]]
    assert roster.find("ana7") == roster.find("ana4") == "~a"


def test_all_names_go_with_who_gives_them_up(roster):
    """And with who is forgotten; who comes back in time has them all."""
    roster.rename("~a", "carla", 0.0)
    roster.rename("~b", "dan", 0.0)
    assert roster.leave("~a", 10.0, keep_name=False) == ["carla", "ana"]
    assert roster.leave("~b", 10.0, keep_name=True) == []
    roster.join("~b", "dan", 20.0)
    assert roster.find("bob") == "~b"
    roster.leave("~b", 30.0, keep_name=True)
    assert roster.expire_names(30.0 + GRACE) == ["dan", "bob"]


def test_of_one_household_so_many_names_are_kept():
    """Who goes beyond that is forgotten at once; a place is free again when one comes back or is forgotten."""
    roster = Roster(GRACE, most_kept=2)

    def come_and_go(client_id, household):
        roster.join(client_id, client_id[1:], 0.0)
        return roster.leave(client_id, 0.0, keep_name=True, household=household)

    assert [come_and_go(f"~{name}", "home") for name in "abc"] == [[], [], ["c"]]
    assert come_and_go("~d", "elsewhere") == []
    assert [come_and_go(f"~{name}", "") for name in "efg"] == [[], [], []]
    roster.join("~a", "a", 0.0)
    assert come_and_go("~h", "home") == []
    assert roster.leave("~a", 0.0, keep_name=True, household="home") == ["a"]
    assert len(roster.expire_names(GRACE)) == 6
    assert come_and_go("~a", "home") == []


@pytest.mark.parametrize(
    ("taken", "wanted"),
    [
        ("joe", "јое"), ("Bob", "BꓳB"), ("ana", "ɑnɑ"), ("alice", "alıce"), ("alice", "aIice"), ("mike", "rnike"),
        ("bob", "b0b"), ("User102", "UserlO2"), ("User11", "Userll"), ("zoë", "zoё"),
    ],
)  # fmt: skip
def test_names_that_look_alike_are_found(taken, wanted):
    """Both ways round, whoever was first; one's own is no look-alike, nor is one that is free again."""
    for first, second in ((taken, wanted), (wanted, taken)):
        roster = Roster(GRACE)
        roster.join("~x", first, 0.0)
        assert roster.looks_like(second, "~y") == first
        assert roster.looks_like(second, "~x") is None
        roster.rename("~x", "other", 0.0)
        assert roster.looks_like(second, "~y") is not None, "a former name is kept"
        roster.expire_names(GRACE)
        assert roster.looks_like(second, "~y") is None


@pytest.mark.parametrize("name", ["Анна", "Ελλάδα", "漢字", "zoe", "anna", "an", "User12", "מרים", "ana2"])
def test_names_that_collide_with_nothing_are_free(name):
    """Of one script, whatever letters of others look like some of them."""
    roster = Roster(GRACE)
    for number, other in enumerate(("ana", "zoë", "User1", "User2", "bob", "Aнна", "汉字")):
        roster.join(f"~{number}", other, 0.0)
    assert roster.looks_like(name, "~x") in {None, "Aнна" if name == "Анна" else None}


def test_a_guest_gets_a_name_that_nobody_has(roster):
    """Numbers that are taken are passed over, and none is given twice."""
    roster.rename("~a", "user2", 0.0)
    assert [roster.guest_name() for _ in range(3)] == ["User1", "User3", "User4"]


def test_changes_are_gathered(roster):
    """A crowd's coming and going is one change, in which each client stands once."""
    roster.join("~c", "carl", 0.0)
    roster.join("~c", "carl", 0.0)
    roster.rename("~b", "bobby", 0.0)
    roster.leave("~a", 0.0, keep_name=True)
    assert roster.take_changes() == ClientsChanged((Client("~c", "carl"), Client("~b", "bobby")), ("~a",))
    assert roster.take_changes() is None


def test_a_second_connection_going_changes_nothing(roster):
    """Nobody needs to hear of it."""
    roster.join("~a", "ana", 0.0)
    roster.take_changes()
    roster.leave("~a", 0.0, keep_name=True)
    assert roster.take_changes() is None


def test_who_went_and_came_back_is_here(roster):
    """Between two looks: told as somebody who is here."""
    roster.leave("~a", 0.0, keep_name=True)
    roster.join("~a", "ana", 0.0)
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
    roster = Hall(3.0)
    connected = dict.fromkeys("abcd", 0)
    seen = {}
    for now, (step, number) in enumerate([*steps, ("look", 0)]):
        who = "abcd"[number]
        match step:
            case "join":
                roster.join(who, roster.name_of(who) or f"{who}0", 0.0)
                connected[who] += 1
            case "leave" | "exit" if connected[who]:
                connected[who] -= 1
                roster.leave(who, float(now), keep_name=step == "leave")
            case "rename" if connected[who]:
                roster.rename(who, f"{who}{now}", 0.0)
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
    """Theirs are not listed and not given away, former ones included; who is here has other names."""
    before = {"cat": "~c", "dan": "~d", "anna": "~a", "another": "~c"}
    assert roster.restore(before, 100.0) == ["anna"]
    assert roster.find("another") == "~c"
    assert roster.clients() == (Client("~a", "ana"), Client("~b", "bob"))
    assert roster.take_changes() is None
    assert (roster.owner_of("Cat"), roster.name_of("~c"), roster.next_due()) == ("~c", "cat", 100.0 + GRACE)
    roster.join("~c", "Cat", 0.0)
    assert roster.expire_names(100.0 + GRACE) == ["dan", "another"]
    assert roster.name_of("~c") == "Cat"
    assert Roster(0.0).restore(before, 100.0) == list(before)
