"""Command arguments: reads what stands behind the name of a command, and writes it. Each pair are inverses."""

import re

from chat_protocol.commands.types import (
    HISTORY_MOST,
    MOST_ROOMS,
    TOPIC_LENGTH,
    Command,
    Delete,
    Exit,
    FetchHistory,
    Join,
    Leave,
    ListPeople,
    ListRooms,
    MarkRead,
    RoomPlace,
    Search,
    SetTopic,
    TakeName,
)
from chat_protocol.patterns import deferred
from chat_protocol.queries import QueryError, parse_query
from chat_protocol.rooms import InvalidRoomError, check_beginning, check_room_name
from chat_protocol.text import DRAWN_AS_NOTHING
from chat_protocol.unknown import quoted

__all__ = ["LIFETIME_MAX", "LIFETIME_MIN", "CommandError"]

LIFETIME_MIN = 1.0
LIFETIME_MAX = 30 * 86400.0
TOKEN = deferred(r"[!-~]{1,64}")
_SPACE = deferred(r"[ \t\n]")
_ID = deferred(r"[1-9][0-9]{0,17}", re.ASCII)
_SECONDS = deferred(r"[0-9]{1,7}(?:\.[0-9]{1,3})?", re.ASCII)
_TARGET = deferred(r"\S{1,64}")
_BETWEEN_ROOMS = deferred(r"[,\s]+")
_NO_TOPIC = "-"
_NOTHING = deferred(rf"[\s{DRAWN_AS_NOTHING}]*")


class CommandError(Exception):
    """A line that is no command.

    `text` is for the person who wrote it; `txn` is the line's token, if it had one; `unknown` is the command that there
    is not, "" where something else is wrong.
    """

    def __init__(self, code: str, text: str, txn: str | None = None, unknown: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.txn = txn
        self.unknown = unknown


def word_and_rest(text: str) -> tuple[str, str]:
    """Split at the first white space, which belongs to neither part."""
    space = _SPACE.search(text)
    return (text[: space.start()], text[space.end() :]) if space else (text, "")


def parse_id(word: str) -> int:
    if not _ID.fullmatch(word):
        raise CommandError("bad_id", f"A message id is a whole number such as 12, not {quoted(word)}.")
    return int(word)


def parse_lifetime(word: str) -> float:
    seconds = float(word) if _SECONDS.fullmatch(word) else 0.0
    if not LIFETIME_MIN <= seconds <= LIFETIME_MAX:
        raise CommandError(
            "bad_seconds",
            f"/temp takes {LIFETIME_MIN:.0f} to {LIFETIME_MAX:.0f} seconds (30 days), such as 30 or 2.5, "
            f"not {quoted(word)}.",
        )
    return seconds


def format_lifetime(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def parse_token(word: str) -> str:
    if not TOKEN.fullmatch(word):
        raise CommandError("bad_token", "A /txn token is 1 to 64 visible ASCII characters.")
    return word


def parse_target(word: str) -> str:
    if not _TARGET.fullmatch(word):
        raise CommandError("no_such_client", f"Nobody here is called {quoted(word)}.")
    return word


def build_delete(rest: str, txn: str | None) -> Command:
    word = rest.strip()
    return Delete(None if word == "last" else parse_id(word), txn)


def format_delete(command: Delete) -> str:
    return "last" if command.id is None else str(command.id)


def build_name(rest: str, txn: str | None) -> Command:
    return TakeName(rest.strip(), txn)


def build_history(rest: str, txn: str | None) -> Command:
    before, count = word_and_rest(rest.strip())
    if not count.strip():
        return FetchHistory(parse_id(before), txn=txn)
    if not _ID.fullmatch(count.strip()) or int(count) > HISTORY_MOST:
        raise CommandError("bad_argument", f"/history shows 1 to {HISTORY_MOST} messages, not {quoted(count)}.")
    return FetchHistory(parse_id(before), int(count), txn)


def format_history(command: FetchHistory) -> str:
    return f"{command.before} {command.count}"


def build_search(rest: str, txn: str | None) -> Command:
    try:
        parse_query(rest)
    except QueryError as error:
        raise CommandError("bad_query", str(error)) from error
    return Search(rest.strip(), txn)


def parse_room(word: str) -> str:
    try:
        return check_room_name(word)
    except InvalidRoomError as error:
        raise CommandError("bad_room", str(error)) from error


def parse_beginning(word: str) -> str:
    try:
        return check_beginning(word) if word else ""
    except InvalidRoomError as error:
        raise CommandError("bad_room", str(error)) from error


def parse_place(written: str) -> RoomPlace:
    name, at, seq = written.partition("@")
    if at and not (seq == "0" or _ID.fullmatch(seq)):
        raise CommandError("bad_id", f"A place in a room is a whole number, as in dev@4711, not {quoted(written)}.")
    return RoomPlace(parse_room(name), int(seq) if at else None)


def listed(rest: str, name: str) -> list[str]:
    words = [word for word in _BETWEEN_ROOMS.split(rest) if word]
    if not words or len(words) > MOST_ROOMS:
        raise CommandError("bad_argument", f"{name} takes 1 to {MOST_ROOMS} rooms, such as {name} dev,ops.")
    return words


def build_join(rest: str, txn: str | None) -> Command:
    places = {place.room: place for place in map(parse_place, listed(rest, "/join"))}
    return Join(tuple(places.values()), txn)


def format_join(command: Join) -> str:
    return ",".join(place.room if place.seq is None else f"{place.room}@{place.seq}" for place in command.places)


def build_leave(rest: str, txn: str | None) -> Command:
    return Leave(tuple(dict.fromkeys(map(parse_room, listed(rest, "/leave")))), txn)


def format_leave(command: Leave) -> str:
    return ",".join(command.rooms)


def build_rooms(rest: str, txn: str | None) -> Command:
    beginning, _, last = rest.strip().partition("@")
    return ListRooms(parse_beginning(beginning), parse_beginning(last), txn)


def format_rooms(command: ListRooms) -> str:
    return command.beginning + (f"@{command.after}" if command.after else "")


def build_who(rest: str, txn: str | None) -> Command:
    after = rest.strip()
    return ListPeople(parse_target(after) if after else "", txn)


def build_topic(rest: str, txn: str | None) -> Command:
    topic = " ".join(rest.split())
    if _NOTHING.fullmatch(topic):
        raise CommandError("empty", "A topic needs something to read; write /topic - for none.")
    if len(topic) > TOPIC_LENGTH:
        raise CommandError("too_long", f"A topic has at most {TOPIC_LENGTH} characters; this one has {len(topic)}.")
    return SetTopic("" if topic == _NO_TOPIC else topic, txn)


def format_topic(command: SetTopic) -> str:
    return command.topic or _NO_TOPIC


def build_read(rest: str, txn: str | None) -> Command:
    return MarkRead(parse_id(rest.strip()), txn)


def format_read(command: MarkRead) -> str:
    return str(command.id)


def build_exit(rest: str, txn: str | None) -> Command:
    if rest.strip():
        raise CommandError("bad_argument", "/exit takes nothing after it. To send it as text, start with //.")
    return Exit(txn)
