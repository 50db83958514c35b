"""A verb says of itself what may be done with it; the table says what a person is offered."""

from typing import get_args

import pytest
from hypothesis import given

from chat_protocol.commands import (
    COMMANDS,
    TYPED_COMMANDS,
    Command,
    CommandSpec,
    Delete,
    Exit,
    FetchHistory,
    Join,
    Leave,
    ListPeople,
    ListRooms,
    MarkRead,
    RoomPlace,
    Say,
    Search,
    SetTopic,
    TakeName,
)
from protocol.strategies import commands

TRAITS = (
    "outlives_restart", "speaks_of_message", "can_be_repeated", "is_idempotent", "is_undone_by_deletion", "is_answered",
    "waits_for_own_lines",
)  # fmt: skip


def traits(command):
    """Those that a command has."""
    return {trait for trait in TRAITS if getattr(command, trait)}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (Say("hello"), {"outlives_restart", "can_be_repeated", "is_undone_by_deletion", "is_answered"}),
        (
            Say("hello", reply_to=3),
            set(TRAITS) - {"is_idempotent"},
        ),
        (Delete(3), set(TRAITS) - {"is_undone_by_deletion"}),
        (Delete(None), {"speaks_of_message", "is_idempotent", "is_answered", "waits_for_own_lines"}),
        (TakeName("ana"), {"can_be_repeated", "is_idempotent", "is_answered"}),
        (FetchHistory(3), {"can_be_repeated", "is_idempotent", "is_answered", "waits_for_own_lines"}),
        (Search("words"), {"can_be_repeated", "is_idempotent", "is_answered", "waits_for_own_lines"}),
        (Join((RoomPlace("dev", 3),)), {"can_be_repeated", "is_idempotent", "is_answered"}),
        (Leave(("dev",)), {"can_be_repeated", "is_idempotent", "is_answered", "waits_for_own_lines"}),
        (ListRooms(), {"can_be_repeated", "is_idempotent", "is_answered", "waits_for_own_lines"}),
        (ListPeople(), {"can_be_repeated", "is_idempotent", "is_answered"}),
        (SetTopic("x"), {"can_be_repeated", "is_idempotent", "is_answered", "waits_for_own_lines"}),
        (MarkRead(3), {"can_be_repeated", "is_idempotent", "speaks_of_message"}),
        (Exit(), {"can_be_repeated", "is_idempotent", "waits_for_own_lines"}),
    ],
)
def test_a_verb_says_of_itself_how_it_may_be_delivered(command, expected):
    """A message is kept and never said twice; "the newest" means nothing later; what looks at the room waits."""
    assert traits(command) == expected


@given(commands)
def test_what_outlives_a_restart_can_be_said_again(command):
    """And it gets an answer, or it would wait for ever."""
    if command.outlives_restart:
        assert command.can_be_repeated
        assert command.is_answered


def test_every_verb_has_a_row_that_writes_it():
    """All but a text, which has no name."""
    verbs = {spec.verb for spec in COMMANDS if not spec.is_modifier}
    assert verbs == set(get_args(Command)) - {Say}


def test_a_row_is_a_modifier_or_a_command():
    """What stands before another line sets something; everything else makes a command."""
    assert {spec.name for spec in COMMANDS if spec.is_modifier} == {"/reply", "/temp", "/to", "/in", "/txn"}
    assert all(spec.is_modifier == (spec.build is None) for spec in COMMANDS)
    assert [spec.name for spec in COMMANDS if spec.takes_name] == ["/to"]


def test_what_programs_write_is_offered_to_nobody():
    """The others are, in the order of the table."""
    assert {spec.name for spec in COMMANDS if spec not in TYPED_COMMANDS} == {"/txn", "/history", "/read"}
    assert sorted(TYPED_COMMANDS, key=COMMANDS.index) == list(TYPED_COMMANDS)


def test_a_command_of_a_client_alone_is_a_row_like_any_other():
    """It sets nothing, and nothing builds it."""
    spec = CommandSpec("/mute", "<name>", "hide somebody's messages", "/mute bob", takes_name=True)
    assert (spec.usage, spec.is_modifier, spec.for_programs) == ("/mute <name>", False, False)
