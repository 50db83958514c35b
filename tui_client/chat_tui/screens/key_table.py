"""Key table: what keys do, in words for the bottom row and the help page. Which keys those are, the bindings say."""

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from textual.binding import Binding
from textual.dom import DOMNode

from chat_protocol.patterns import deferred
from chat_tui.screens.chat.rows import COPY, DELETE, JUMP, MESSAGE, OPEN, REPLY
from chat_tui.toolkit.key_names import key_name

SIGNS = {key_name(sign): sign for sign in string.punctuation}
"""Signs by the names that Textual has for their keys: where "." is pressed with Ctrl, that is ctrl+full_stop."""

Place = Literal["writing", "picked", "finding", "reading finds", "people"]
"""Where the keys go."""
_BARS: Mapping[Place, Sequence[tuple[str, str, str]]] = {
    "writing": [
        ("composer.send", "Send", "send"),
        ("chat.help", "Help", "help"),
        ("chat.to", "To", "pick_target"),
        ("chat.people", "People", "people"),
        ("chat.find", "Find", "find"),
        ("composer.temp", "Temp", "temp"),
        ("app.quit", "Quit", "app.quit"),
        ("composer.pick", "Pick", "pick_message"),
    ],
    "picked": [
        ("list.activate", "Do it", "focused.activate"),
        ("list.action-next", "Next action", "focused.move_focus(1)"),
        ("list.up", "Older", "focused.up"),
        ("list.down", "Newer", "focused.down"),
        ("list.close", "Close", "focused.close_pick"),
        ("chat.help", "Help", "help"),
    ],
    "finding": [
        ("find.bar-older", "Older", "find_on(1)"),
        ("find.bar-newer", "Newer", "find_on(-1)"),
        ("find.pick", "Pick", "pick_found"),
        ("find.close", "Close", "write"),
        ("chat.help", "Help", "help"),
    ],
    "reading finds": [
        ("find.older", "Older", "find_on(1)"),
        ("find.newer", "Newer", "find_on(-1)"),
        ("find.pick", "Pick", "pick_found"),
        ("chat.write", "Close", "write"),
        ("chat.help", "Help", "help"),
    ],
    "people": [
        ("roster.choose", "Open", "focused.choose"),
        ("roster.mute", "Mute", "focused.mute"),
        ("roster.close", "Leave", "focused.take_away"),
        ("roster.leave", "Back", "focused.leave"),
        ("chat.help", "Help", "help"),
    ],
}
"""Binding, word and action of the bottom row for each place, the most needed first."""

_EDGE = ("app.palette", "palette", "app.command_palette")

_PICKED = (
    (REPLY, "reply"),
    (DELETE, "delete"),
    (COPY, "copy"),
    (MESSAGE, "message"),
    (OPEN, "open a link"),
    (JUMP, "go to the quote"),
)
"""Actions of a picked message, and what their letters do; the strip itself has the rest."""

_HELP = [
    ("{composer.send}", "send"),
    ("{composer.newline}", "add a line (Shift+Enter: some terminals)"),
    (
        "{composer.pick!}, or {composer.up} in an empty composer",
        "pick a message: ↑ ↓ to move, " + ", ".join(f"{action.key} {does}" for action, does in _PICKED),
    ),
    ("{chat.back} in an empty composer", "go back after a jump"),
    ("{chat.undo} in an empty composer", "undo a deletion, for a few seconds"),
    ("{composer.up} while writing, {composer.older}", "bring back what you sent"),
    ("{chat.empty} while writing", "clear the composer (Ctrl+Z brings it back)"),
    ("{chat.to}", "message one person"),
    ("{chat.help}", "show this page; {app.quit} quits"),
    ("{composer.cancel}", "go back one step: drop the picked message, the reply, the private recipient"),
    ("{composer.temp}", "send temporary messages: 30 s, 5 min, 1 h"),
    ("{chat.go}; {chat.go-at-end} at the end of a line", "go to a room, a person or what is to you"),
    ("{chat.next-unread}, {chat.previous-unread}", "go to the next or previous unread room or conversation"),
    ("{chat.people}", "see rooms and people; {roster.mute} mutes or unmutes, {roster.close} leaves a room"),
    ("{chat.find}", "find: Enter, {find.older!} older, {find.newer!} newer, {find.close} close"),
    ("{chat.record}", "search all messages"),
    ("{chat.page-up}, {chat.page-down}, {chat.newest}", "see older, newer, or the newest messages"),
    ("{chat.first-unread} in an empty composer", "go to the first unread message"),
    ("{composer.complete}", "complete a command or a name"),
    ("{app.palette}, {app.density}", "open all commands; switch density"),
    ("{chat.connect}", "reconnect now, without waiting"),
]
"""Bindings by id, and what they do; with ! the first key of several alone."""

_PLACE = deferred(r"\{([a-z._-]+)(!?)\}")
_NAMES = {
    "escape": "Esc",
    "pageup": "PageUp",
    "pagedown": "PageDown",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
_SHORT = {"enter": "⏎", "escape": "esc", "up": "↑", "down": "↓", "left": "←", "right": "→"}


def bound(classes: Iterable[type[DOMNode]]) -> Iterator[Binding]:
    """The bindings that can be told by their id, of these classes and what they are made of."""
    for one in (base for each in classes for base in each.__mro__ if base.__module__.startswith("chat_tui.")):
        yield from (each for each in vars(one).get("BINDINGS", ()) if isinstance(each, Binding) and each.id)


def spelled(key: str) -> str:
    """A key as the help page has it: Ctrl+O, Alt+↑, PageUp, n (which is not N)."""
    if len(key) == 1:
        return key
    return "+".join(_NAMES.get(part) or SIGNS.get(part) or part.capitalize() for part in key.split("+"))


def abbreviated(key: str) -> str:
    """A key as the bottom row has it: ^o, ⌥↑."""
    *modifiers, name = key.split("+")
    signs = {"ctrl": "^", "alt": "⌥", "shift": "⇧"}
    pressed = "".join(signs.get(modifier, f"{modifier}+") for modifier in modifiers)
    return pressed + (_SHORT.get(name) or SIGNS.get(name, name))


class KeyTable:
    """Which keys are in force: those of the classes, with `keymap` (binding id to keys, by commas) in their place."""

    def __init__(self, classes: Iterable[type[DOMNode]], keymap: Mapping[str, str]) -> None:
        self._keys = {str(binding.id): binding.key.split(",") for binding in bound(classes)}
        self._keys |= {name: keys.split(",") for name, keys in keymap.items()}

    def bar(self, place: Place = "writing") -> list[tuple[str, str, str]]:
        """Key, word and action of the bottom row."""
        return [self._item(*item) for item in _BARS[place]]

    def edge(self) -> tuple[str, str, str]:
        """The same of the item at its right edge."""
        return self._item(*_EDGE)

    def help(self) -> list[tuple[str, str]]:
        """Keys and what they do."""
        return [(_PLACE.sub(self._shown, keys), _PLACE.sub(self._shown, words)) for keys, words in _HELP]

    def key(self, name: str) -> str:
        """The first key of a binding, spelled."""
        return spelled(self._keys[name][0])

    def _item(self, name: str, word: str, action: str) -> tuple[str, str, str]:
        return abbreviated(self._keys[name][0]), word, action

    def _shown(self, place: re.Match[str]) -> str:
        keys = self._keys[place[1]]
        return ", ".join(spelled(key) for key in (keys[:1] if place[2] else keys))
