r"""Command grammar: reads and writes the lines of a client. `parse_command` and `format_command` are inverses.

A line that does not begin with `/` is a public message. The modifiers `/to`, `/reply`, `/temp` and `/txn` stand
before a message, in any order, each once; `/txn` may stand before any command. `//` at the place of a command is a
text that begins with one `/`. What is drawn as nothing before the `/` changes nothing, and the wide `\uff0f` is one
too, so that a slip of the finger (` /to bob secret`) never makes a command public. One space, tab or line feed ends a
word; the text after it is kept as it is, line breaks and indentation included.
"""

import re
import unicodedata
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from msgspec import Struct

from chat_protocol.commands.types import HISTORY_MOST, Command, Delete, Exit, FetchHistory, Say, Search, TakeName
from chat_protocol.patterns import deferred
from chat_protocol.queries import QueryError, parse_query
from chat_protocol.text import DRAWN_AS_NOTHING, REPLACEMENT
from chat_protocol.unknown import OTHER_NAMES, quoted, unknown_command

__all__ = [
    "COMMANDS",
    "LIFETIME_MAX",
    "LIFETIME_MIN",
    "TYPED_COMMANDS",
    "CommandError",
    "CommandSpec",
    "find_token",
    "format_command",
    "parse_command",
    "split_command",
]

LIFETIME_MIN = 1.0
LIFETIME_MAX = 30 * 86400.0
_SPACE = deferred(r"[ \t\n]")
# What is drawn as nothing, or stands for something that was made harmless: it may not hide that a line is a command.
_LEADING_SPACE = deferred(rf"[\s{DRAWN_AS_NOTHING}{REPLACEMENT}]*")
_MARKS = ("Mn", "Me")  # categories of what is drawn upon the letter before, or as nothing where there is none
_NOTHING = deferred(rf"[\s{DRAWN_AS_NOTHING}]*")
# Keyboards for Chinese and Japanese write the wide one.
_SLASHES = ("/", "\uff0f")
_ID = deferred(r"[1-9][0-9]{0,17}", re.ASCII)
_SECONDS = deferred(r"[0-9]{1,7}(?:\.[0-9]{1,3})?", re.ASCII)
_TOKEN = deferred(r"[!-~]{1,64}")
_TARGET = deferred(r"\S{1,64}")


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

    @property
    def usage(self) -> str:
        """The command with its arguments, as in `/reply <id> <text>`."""
        return f"{self.name} {self.arguments}".strip()

    @property
    def is_modifier(self) -> bool:
        """Does it stand before another line, rather than being one?"""
        return bool(self.field)


def _parse_id(word: str) -> int:
    if not _ID.fullmatch(word):
        raise CommandError("bad_id", f"A message id is a whole number such as 12, not {quoted(word)}.")
    return int(word)


def _parse_lifetime(word: str) -> float:
    seconds = float(word) if _SECONDS.fullmatch(word) else 0.0
    if not LIFETIME_MIN <= seconds <= LIFETIME_MAX:
        raise CommandError(
            "bad_seconds",
            f"/temp takes {LIFETIME_MIN:.0f} to {LIFETIME_MAX:.0f} seconds (30 days), such as 30 or 2.5, "
            f"not {quoted(word)}.",
        )
    return seconds


def _format_lifetime(seconds: float) -> str:
    return f"{seconds:.3f}".rstrip("0").rstrip(".")


def _parse_token(word: str) -> str:
    if not _TOKEN.fullmatch(word):
        raise CommandError("bad_token", "A /txn token is 1 to 64 visible ASCII characters.")
    return word


def _parse_target(word: str) -> str:
    if not _TARGET.fullmatch(word):
        raise CommandError("no_such_client", f"Nobody here is called {quoted(word)}.")
    return word


def _build_delete(rest: str, txn: str | None) -> Command:
    word = rest.strip()
    return Delete(None if word == "last" else _parse_id(word), txn)


def _format_delete(command: Delete) -> str:
    return "last" if command.id is None else str(command.id)


def _build_name(rest: str, txn: str | None) -> Command:
    return TakeName(rest.strip(), txn)


def _build_history(rest: str, txn: str | None) -> Command:
    before, count = _word(rest.strip())
    if not count.strip():
        return FetchHistory(_parse_id(before), txn=txn)
    if not _ID.fullmatch(count.strip()) or int(count) > HISTORY_MOST:
        raise CommandError("bad_argument", f"/history shows 1 to {HISTORY_MOST} messages, not {quoted(count)}.")
    return FetchHistory(_parse_id(before), int(count), txn)


def _format_history(command: FetchHistory) -> str:
    return f"{command.before} {command.count}"


def _build_search(rest: str, txn: str | None) -> Command:
    try:
        parse_query(rest)
    except QueryError as error:
        raise CommandError("bad_query", str(error)) from error
    return Search(rest.strip(), txn)


def _build_exit(rest: str, txn: str | None) -> Command:
    if rest.strip():
        raise CommandError("bad_argument", "/exit takes nothing after it. To send it as text, start with //.")
    return Exit(txn)


COMMANDS: tuple[CommandSpec, ...] = (
    CommandSpec("/reply", "<id> <text>", "reply to a message", "/reply 12 me too", field="reply_to", parse=_parse_id),
    CommandSpec(
        "/temp", "<seconds> <text>", "send a message that deletes itself", "/temp 30 code 4471",
        field="lifetime", parse=_parse_lifetime, format=_format_lifetime,
    ),
    CommandSpec(
        "/to", "<name> <text>", "send a direct message", "/to bob hi", field="to", parse=_parse_target, takes_name=True,
    ),
    CommandSpec(
        "/delete", "<id or last>", "delete a message; last is the newest, by anyone", "/delete last",
        verb=Delete, build=_build_delete, format=_format_delete,
    ),
    CommandSpec(
        "/name", "<name>", "take a user name", "/name ana",
        verb=TakeName, build=_build_name, format=attrgetter("name"),
    ),
    CommandSpec(
        "/search", "<words>", 'find messages: words, "a phrase", begin*, from:name', "/search green from:ana",
        verb=Search, build=_build_search, format=attrgetter("query"),
    ),
    CommandSpec(
        "/history", "<id> [count]", "fetch messages older than this one", "/history 120 50",
        verb=FetchHistory, build=_build_history, format=_format_history, for_programs=True,
    ),
    CommandSpec("/exit", "", "leave and give up your name", "/exit", verb=Exit, build=_build_exit),
    CommandSpec(
        "/txn", "<token> <line>", "send a line with a token that its echo carries", "/txn k7 hello",
        field="txn", parse=_parse_token, for_programs=True,
    ),
)  # fmt: skip
TYPED_COMMANDS = tuple(spec for spec in COMMANDS if not spec.for_programs)
"""The rows that a person types, as help and completion show them."""
_BY_NAME = {spec.name: spec for spec in COMMANDS}
_BY_VERB = {spec.verb: spec for spec in COMMANDS if spec.verb}
_MODIFIERS = tuple(spec for spec in reversed(COMMANDS) if spec.is_modifier)  # the token is written first


def parse_command(line: str) -> Command:
    """Read one line.

    Raises:
        CommandError: when the line is not a command; its text says what would be.
    """
    if "!" <= line[:1] <= "~" and line[0] != "/":  # most lines: visible from the first, and no command
        return Say(line)
    try:
        return _parse(line)
    except CommandError as error:
        error.txn = find_token(line)
        raise


def split_command(line: str) -> tuple[str, str]:
    """Return the command that a line begins with, and what stands behind it: "/to" and "bob hi"; "" for a text."""
    start = _lead(line)
    slash = line[start : start + 1]
    if slash not in _SLASHES or line[start + 1 : start + 2] == slash:
        return "", line[:start] + line[start + 1 :] if slash in _SLASHES else line
    return _word("/" + line[start + 1 :])


def _parse(whole: str) -> Command:
    line = whole
    fields: dict[str, str | int | float] = {}
    while True:
        name, rest = split_command(line)
        if not name:
            return _say(rest, fields)
        spec = _BY_NAME.get(name)
        if spec is None:
            raise _unknown(name)
        if spec.build is not None:
            if before := [other.name for other in COMMANDS if other.field in fields and other.field != "txn"]:
                verb = "go" if len(before) > 1 else "goes"
                raise CommandError("bad_argument", f"{' and '.join(before)} {verb} before text, not before {name}.")
            if not rest.strip() and spec.arguments:
                raise CommandError("missing_argument", f"Write {spec.usage}, for example {spec.example}.")
            return spec.build(rest, find_token(whole))
        if spec.field in fields:
            raise CommandError("twice", f"{name} appears twice in this line.")
        word, line = _word(rest)
        if not word or not line.strip():
            raise CommandError("missing_argument", f"Write {spec.usage}, for example {spec.example}.")
        fields[spec.field] = spec.parse(word)


def _say(text: str, fields: dict[str, str | int | float]) -> Say:
    if not "!" <= text[:1] <= "~" and _NOTHING.fullmatch(text):
        raise CommandError("empty", "Can't send an empty message.")
    return Say(text, **fields)  # type: ignore[arg-type]  # the table gives each field its type


def _word(text: str) -> tuple[str, str]:
    """Split at the first white space, which belongs to neither part."""
    space = _SPACE.search(text)
    return (text[: space.start()], text[space.end() :]) if space else (text, "")


def find_token(line: str) -> str | None:
    """The token of a line, wherever among its modifiers it stands and whatever is wrong with the rest."""
    while True:
        name, rest = split_command(line)
        spec = _BY_NAME.get(name)
        if spec is None or spec.build is not None:
            return None
        word, line = _word(rest)
        if spec.field == "txn":
            return word if _TOKEN.fullmatch(word) else None


def _unknown(name: str) -> CommandError:
    known = [spec.name for spec in TYPED_COMMANDS]
    text = unknown_command(name, known, OTHER_NAMES, f", only {', '.join(known)}")
    return CommandError("unknown_command", text, unknown=name)


def format_command(command: Command) -> str:
    """Return the line that `parse_command` reads as `command`."""
    if isinstance(command, Say):
        line = ""
        for spec in _MODIFIERS:
            if (value := getattr(command, spec.field)) is not None:
                line += f"{spec.name} {spec.format(value)} "
        return line + _escaped(command.text)
    spec = _BY_VERB[type(command)]
    token = f"/txn {command.txn} " if command.txn else ""
    return f"{token}{spec.name} {spec.format(command)}" if spec.arguments else token + spec.name


def _escaped(text: str) -> str:
    if "!" <= text[:1] <= "~" and text[0] != "/":  # most texts, as in `parse_command`
        return text
    start = _lead(text)
    slash = text[start : start + 1]
    return text[:start] + slash + text[start:] if slash in _SLASHES else text


def _lead(line: str) -> int:
    """Where a line begins to show something."""
    start = _past_blanks(line, 0)
    while start < len(line) and unicodedata.category(line[start]) in _MARKS:
        start = _past_blanks(line, start + 1)
    return start


def _past_blanks(line: str, start: int) -> int:
    match = _LEADING_SPACE.match(line, start)
    return match.end() if match else start
