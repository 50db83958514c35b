"""Command table: a row for each command, which reads and writes it, and says how it is offered."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from msgspec import Struct

from chat_protocol.commands import arguments
from chat_protocol.commands.types import (
    Command,
    Delete,
    Exit,
    FetchHistory,
    Join,
    Leave,
    ListPeople,
    ListRooms,
    MarkRead,
    Search,
    SetTopic,
    TakeName,
)

__all__ = ["COMMANDS", "TYPED_COMMANDS", "CommandSpec"]


class CommandSpec(Struct, frozen=True):
    """One row of the command table: feeds parsing, usage texts, help and completion.

    A modifier has `field`, the name of what it sets, and `parse`, which reads its one argument; `format` writes it.
    The others have `verb`, the type of the command, and `build`, which makes it from everything after the name;
    `format` writes that.
    """

    name: str
    arguments: str
    summary: str
    example: str
    field: str = ""
    parse: Callable[[str], str | int | float] = str
    verb: type[Command] | None = None
    build: Callable[[str, str | None], Command] | None = None
    format: Callable[[Any], str] = str
    for_programs: bool = False
    """Nobody types it: not in help and not in completion."""
    takes_name: bool = False
    """Its argument is the name of somebody who is here."""
    in_room: bool = False
    """It is about a room, so that `/in` may stand before it."""
    may_be_bare: bool = False
    """It means something without an argument."""

    @property
    def usage(self) -> str:
        """The command with its arguments, as in `/reply <id> <text>`."""
        return f"{self.name} {self.arguments}".strip()

    @property
    def is_modifier(self) -> bool:
        """Does it stand before another line, rather than being one?"""
        return bool(self.field)


COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec(
        "/reply", "<id> <text>", "reply to a message", "/reply 12 me too",
        field="reply_to", parse=arguments.parse_id,
    ),
    CommandSpec(
        "/temp", "<seconds> <text>", "send a message that deletes itself", "/temp 30 code 4471",
        field="lifetime", parse=arguments.parse_lifetime, format=arguments.format_lifetime,
    ),
    CommandSpec(
        "/to", "<name> <text>", "send a direct message", "/to bob hi",
        field="to", parse=arguments.parse_target, takes_name=True,
    ),
    CommandSpec(
        "/delete", "<id or last>", "delete a message; last is the newest, by anyone", "/delete last",
        verb=Delete, build=arguments.build_delete, format=arguments.format_delete, in_room=True,
    ),
    CommandSpec(
        "/name", "<name>", "take a user name", "/name ana",
        verb=TakeName, build=arguments.build_name, format=attrgetter("name"),
    ),
    CommandSpec(
        "/search", "<words>", 'find messages: words, "a phrase", begin*, from:name', "/search green from:ana",
        verb=Search, build=arguments.build_search, format=attrgetter("query"),
    ),
    CommandSpec(
        "/join", "<rooms>", "go to a room, or make it", "/join dev",
        verb=Join, build=arguments.build_join, format=arguments.format_join,
    ),
    CommandSpec(
        "/leave", "<rooms>", "leave a room", "/leave dev",
        verb=Leave, build=arguments.build_leave, format=arguments.format_leave,
    ),
    CommandSpec(
        "/in", "<room> <line>", "say something in a room", "/in dev hello",
        field="room", parse=arguments.parse_room,
    ),
    CommandSpec(
        "/rooms", "[beginning]", "list the rooms", "/rooms",
        verb=ListRooms, build=arguments.build_rooms, format=arguments.format_rooms, may_be_bare=True,
    ),
    CommandSpec(
        "/who", "[after]", "list who is here", "/who",
        verb=ListPeople, build=arguments.build_who, format=attrgetter("after"), in_room=True, may_be_bare=True,
    ),
    CommandSpec(
        "/topic", "<text or ->", "say what a room is about; - for nothing", "/topic the release",
        verb=SetTopic, build=arguments.build_topic, format=arguments.format_topic, in_room=True,
    ),
    CommandSpec(
        "/read", "<id>", "remember that you have read up to this message", "/read 120",
        verb=MarkRead, build=arguments.build_read, format=arguments.format_read, for_programs=True, in_room=True,
    ),
    CommandSpec(
        "/history", "<id> [count]", "fetch messages older than this one", "/history 120 50",
        verb=FetchHistory, build=arguments.build_history, format=arguments.format_history,
        for_programs=True, in_room=True,
    ),
    CommandSpec("/exit", "", "leave and give up your name", "/exit", verb=Exit, build=arguments.build_exit),
    CommandSpec(
        "/txn", "<token> <line>", "send a line with a token that its echo carries", "/txn k7 hello",
        field="txn", parse=arguments.parse_token, for_programs=True,
    ),
)  # fmt: skip
TYPED_COMMANDS = tuple(spec for spec in COMMANDS if not spec.for_programs)
"""The rows that a person types, as help and completion show them."""
