"""Room names: what may be one, and which are the same."""

import pytest

from chat_protocol.commands import CommandError, Join, Leave, ListRooms, RoomPlace, parse_command
from chat_protocol.rooms import RESERVED, InvalidRoomError, check_beginning, check_room_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("dev", "dev"),
        ("Dev", "dev"),
        ("#dev", "dev"),
        ("a", "a"),
        ("x" * 32, "x" * 32),
        ("a-b_9", "a-b_9"),
        ("lobby", "lobby"),
    ],
)
def test_a_name_in_any_case_with_or_without_its_sign(written, name):
    """It is one room."""
    assert check_room_name(written) == name


@pytest.mark.parametrize(
    "written",
    [
        "",
        "#",
        "##dev",
        "x" * 33,
        "d.v",
        "a b",
        "dev/",
        "stra\u00dfe",
        "\ufb01x",
        "\u212aelvin",
        "\u0434\u0435\u0432",
        "dev\n",
    ],
)
def test_what_is_no_name(written):
    """The same letters in other alphabets, and what would fold to them, are none of a to z."""
    with pytest.raises(InvalidRoomError, match=r"^A room name has 1 to 32 of the letters a to z, digits, - and _"):
        check_room_name(written)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_reserved_word_is_no_room_but_a_beginning(name):
    """There may be a room webinars."""
    with pytest.raises(InvalidRoomError, match=f"^{name} is reserved; choose another room name"):
        check_room_name(name.upper())
    assert check_beginning(name) == name
    assert parse_command(f"/rooms {name}@{name}") == ListRooms(name, name)


def test_a_room_that_is_named_twice_is_one():
    """However it is written; the last place counts."""
    assert parse_command("/join dev@5,DEV@9 #ops") == Join((RoomPlace("dev", 9), RoomPlace("ops")))
    assert parse_command("/leave dev, DEV") == Leave(("dev",))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("/join", "Write /join <rooms>, for example /join dev."),
        ("/join ,", "/join takes 1 to 200 rooms, such as /join dev,ops."),
        ("/join dev@now", 'A place in a room is a whole number, as in dev@4711, not "dev@now".'),
        ("/leave web", "web is reserved; choose another room name."),
        ("/in dev /name ana", "/name is not about a room; write it without /in."),
        ("/in dev /to bob hi", "Direct messages are in no room; write /to without /in."),
        ("/topic \u3164", "A topic needs something to read; write /topic - for none."),
        ("/topic " + "x" * 201, "A topic has at most 200 characters; this one has 201."),
        ("/search in:dev", "Type words to search for in dev, or from:name."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(line, text):
    """For somebody at any WebSocket client."""
    with pytest.raises(CommandError) as refused:
        parse_command(line)
    assert refused.value.text == text
