"""Parsing and addressing of a typed line: the command in it; recipient, reply and lifetime from around it. Pure."""

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from chat_protocol.commands import TYPED_COMMANDS, Command, CommandSpec, Say, parse_command, split_command
from chat_protocol.text import clean
from chat_protocol.unknown import OTHER_NAMES, unknown_command
from chat_tui.state.view import TO_YOU, View, ViewKey, room_key
from chat_tui.state.views import Views
from chat_tui.widgets.composer.frame import NOWHERE
from chat_tui.widgets.composer.sent_history import ROOM_MARK

TEMPS: dict[str, float | None] = {"off": None, "30 s": 30.0, "5 min": 300.0, "1 h": 3600.0}
"""The times to live that the composer offers, in seconds."""

LOCAL_COMMANDS = (
    CommandSpec("/help", "", "show this page", "/help"),
    CommandSpec("/mute", "<name>", "hide somebody's messages, no notifications", "/mute bob", takes_name=True),
    CommandSpec("/unmute", "<name>", "show somebody's messages again", "/unmute bob", takes_name=True),
)
"""Commands that never reach the server."""

_LOCAL = ("/help", "/search", "/mute", "/unmute", "/join", "/leave", "/rooms", "/who")
_INSTEAD = (
    ("/ignore /block", "", "use /mute bob"),
    ("/unignore /unblock", "", "use /unmute bob"),
    ("/names /users /nicks /people /online /here", "chat.people", "press {key} to see who's here"),
    ("/theme /color /colour /colors", "app.palette", "press {key} and choose Theme"),
    ("/set /settings /config /preferences /bind /alias", "", "run `chat-tui config` in a shell to list the settings"),
    ("/clear /cls /reset", "chat.newest", "press {key} for the newest message; /delete deletes for everyone"),
    ("/undo", "chat.undo", "press {key} to undo a deletion"),
    ("/copy /yank", "", "pick the message and press y, or drag over it"),
    ("/kick /ban /unban", "", "use /mute bob to hide what bob says"),
    ("/server /connect /open", "", "start `chat-tui` with another address"),
    ("/j /room /channel /switch /go", "", "use /join dev"),
    ("/part /close", "", "use /leave"),
    ("/reconnect", "chat.connect", "press {key} to reconnect now"),
    ("/h /commands /man /keys", "chat.help", "use /help, or press {key}"),
    ("/quote", "", "use /reply 12 text, or pick the message and press r"),
)


class Addressing(msgspec.Struct):
    """Whom and what the next line is for: `key` is the view on the screen, `label` what the composer says of its room.

    `names` knows which id every name stood for that the composer has shown, so that a line goes to the person whose
    name was to be read when it was sent; `rooms` knows the same of rooms.
    """

    key: ViewKey = room_key(None)
    label: str = ""
    reply_to: int | None = None
    names: dict[str, str] = msgspec.field(default_factory=lambda: {"": ""})
    rooms: dict[str, str | None] = msgspec.field(default_factory=lambda: {"": None})

    @property
    def target(self) -> str:
        """The client to whom is written privately, "" for Everyone."""
        return self.key.name if self.key.kind == "person" else ""

    def addressed(self, command: Say, shown_target: str, shown_temp: str, shown_room: str = "") -> Say:
        """Return the message with what the composer showed; what was typed out wins over it."""
        to = command.to
        if to is None and command.room is None:
            to = self.names.get(shown_target, shown_target) or None
        return msgspec.structs.replace(
            command,
            to=to,
            room=None if to is not None else command.room or self.rooms.get(shown_room),
            reply_to=self.reply_to if command.reply_to is None else command.reply_to,
            lifetime=TEMPS[shown_temp] if command.lifetime is None else command.lifetime,
        )


def label_of(views: Views, view: View) -> str:
    """What the composer says of a view; "" where everyone is, and for what is in no room."""
    if view.key == TO_YOU:
        return NOWHERE
    if not view.is_room or (view is views.home and view.key == room_key(None)):
        return ""
    return f"{ROOM_MARK}{view.key.name}"


def said_in(command: Command, room: str | None) -> Command:
    """The command as one about a room, if it is about any and no other was typed out."""
    if room is None or isinstance(command, Say) or getattr(command, "room", room) is not None:
        return command
    return msgspec.structs.replace(command, room=room)


class LocalCommand(NamedTuple):
    """A command for this program alone, and what was typed behind it."""

    name: str
    argument: str


def parse_line(text: str) -> LocalCommand | Command:
    """Return what a line asks for; `/to` with a name and nothing else only turns to somebody.

    Raises:
        CommandError: when it begins like a command and is none.
    """
    word, rest = split_command(text)
    if word in _LOCAL or (word == "/to" and len(rest.split()) == 1):
        return LocalCommand(word, rest)
    return parse_command(text)


def typed_commands() -> tuple[CommandSpec, ...]:
    """What can be typed: the server's commands, of which `/leave` alone means the room on the screen, then our own."""
    bare = (
        msgspec.structs.replace(spec, may_be_bare=True) if spec.name == "/leave" else spec for spec in TYPED_COMMANDS
    )
    return (*bare, *LOCAL_COMMANDS)


def command_table() -> list[tuple[str, str]]:
    """What can be typed, and what it does: the server's commands, then this program's."""
    return [(spec.usage, spec.summary) for spec in (*TYPED_COMMANDS, *LOCAL_COMMANDS)]


def no_such_command(name: str, key_for: Callable[[str], str]) -> str:
    """What is wrong with a command that neither the server nor this program knows.

    `key_for` gives the key of a binding, by its id, as it is written in a sentence.
    """
    local = [spec.name for spec in LOCAL_COMMANDS]
    if name in local:
        return f"{name} takes nothing after it."
    known = [spec.name for spec in TYPED_COMMANDS] + local
    here = {
        other: instead.format(key=key_for(binding) if binding else "")
        for others, binding, instead in _INSTEAD
        if name.lower() in others.split()
        for other in others.split()
    }
    return unknown_command(name, known, {**OTHER_NAMES, **here}, "; see /help")


def spelled_out(command: Say, typed: str, shown_temp: str, *, alone: bool) -> str:
    """Return a refused line with what it said by where it was typed, as far as the composer does not show that.

    `alone`: it comes back into an empty composer, below its reply bar; else it is recalled at some other time.
    """
    said = parse_command(clean(typed))
    if not isinstance(said, Say):
        return typed
    words = ""
    shown = alone and TEMPS[shown_temp] == command.lifetime
    if said.lifetime is None and command.lifetime is not None and not shown:
        words += f"/temp {command.lifetime:g} "
    if said.reply_to is None and command.reply_to is not None and not alone:
        words += f"/reply {command.reply_to} "
    return words + typed
