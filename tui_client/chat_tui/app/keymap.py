"""Custom key bindings: checks that the keys in the settings exist, as do their bindings, and that none conflict.

Keys that two bindings share by default, because one steps back for the other, they may share elsewhere too.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations

from textual.app import App
from textual.dom import DOMNode
from textual.keys import Keys

from chat_protocol.text import clean_line
from chat_tui.screens.chat.screen import ChatScreen
from chat_tui.screens.dialogs.help import HelpScreen
from chat_tui.screens.dialogs.invitation import InvitationScreen
from chat_tui.screens.dialogs.login import LoginDialog
from chat_tui.screens.dialogs.people_picker import PeoplePicker
from chat_tui.screens.dialogs.question import Question
from chat_tui.screens.dialogs.search_dialog import SearchDialog
from chat_tui.screens.dialogs.switcher import Switcher
from chat_tui.screens.dialogs.theme_picker import ThemePicker
from chat_tui.screens.key_table import SIGNS, bound
from chat_tui.screens.start.screen import FirstRunScreen
from chat_tui.settings.settings import Settings
from chat_tui.settings.suggestions import did_you_mean
from chat_tui.toolkit.key_names import key_name
from chat_tui.widgets.bars.find import SearchBar
from chat_tui.widgets.composer.composer import Composer
from chat_tui.widgets.lists.sidebar import Sidebar
from chat_tui.widgets.messages.message_list import MessageList

TOGETHER: tuple[tuple[type[DOMNode], ...], ...] = (
    (ChatScreen, Composer),
    (ChatScreen, MessageList),
    (ChatScreen, Sidebar),
    (ChatScreen, SearchBar),
    (FirstRunScreen,),
    (HelpScreen,),
    (InvitationScreen,),
    (LoginDialog,),
    (PeoplePicker,),
    (SearchDialog,),
    (Switcher,),
    (Question,),
    (ThemePicker,),
)
"""Whose bindings hear the same key, besides the app's."""

_TYPED_INTO = ("app.", "chat.", "composer.", "first.", "login.", "people.", "go.")
_MODIFIERS = {"ctrl", "alt", "shift", "super", "meta", "hyper"}
_NAMED = {key.value for key in Keys if key.value.isalnum()} | {"space"}
_ALIASES = {"esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "del": "delete", "ins": "insert"}
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+h": "backspace", "ctrl+left_square_bracket": "escape"}


def checked_keys(settings: Settings, app: type[App[None]]) -> dict[str, str]:
    """Return the keys by binding id, as Textual spells them.

    Raises:
        SettingsError: when there is no such binding or key, or when two bindings would want the same key.
    """
    groups = [(app, *classes) for classes in TOGETHER]
    defaults = {str(binding.id): set(binding.key.split(",")) for group in groups for binding in bound(group)}
    keymap: dict[str, str] = {}
    for name, keys in settings.keys.items():
        if name not in defaults:
            meant = did_you_mean(name, defaults)
            raise settings.refuse(f"keys.{name}", f"isn't a key binding.{meant} `chat-tui config` lists them all.")
        keymap[name] = ",".join(_key(settings, name, key) for key in keys.split(","))
    for group in groups:
        _check_clashes(settings, [str(binding.id) for binding in bound(group)], defaults, keymap)
    return keymap


def default_keys(app: type[App[None]]) -> dict[str, str]:
    """The keys by binding id that hold when nothing is set."""
    return {str(binding.id): binding.key for group in TOGETHER for binding in bound((app, *group))}


def _key(settings: Settings, name: str, text: str) -> str:
    """One key, in Textual's spelling."""
    text = text.strip()
    *modifiers, key = [text] if len(text) == 1 else text.casefold().split("+")
    key = _ALIASES.get(key, key)
    typed = len(key) == 1 or key == "space" or key in SIGNS
    if not (set(modifiers) <= _MODIFIERS and (typed or key in _NAMED) and key.isprintable()):
        why = f'can\'t be "{clean_line(text[:60])}": no such key. Write keys like f2, ctrl+b or alt+up.'
        raise settings.refuse(f"keys.{name}", why)
    if len(key) == 1 and [*modifiers, key] != ["ctrl", "@"]:  # that one has its name from the terminals
        key = key_name(key)
    whole = "+".join([*sorted(modifiers), key])  # as Textual has them
    if whole in _SAME:
        raise settings.refuse(f"keys.{name}", f"can't be {whole}: to a terminal, that's the same as {_SAME[whole]}.")
    if name.startswith(_TYPED_INTO) and not {"ctrl", "alt"} & set(modifiers) and typed:
        raise settings.refuse(f"keys.{name}", f"can't be {text}: you need that key to type messages.")
    return whole


def _check_clashes(
    settings: Settings, names: Iterable[str], defaults: Mapping[str, set[str]], keymap: Mapping[str, str]
) -> None:
    for one, other in combinations(names, 2):
        if one == other or defaults[one] & defaults[other] or not {one, other} & keymap.keys():
            continue
        keys = [set(keymap[name].split(",")) if name in keymap else defaults[name] for name in (one, other)]
        if both := keys[0] & keys[1]:
            culprit, victim = (one, other) if one in keymap else (other, one)
            raise settings.refuse(f"keys.{culprit}", f"can't be {min(both)}: {victim} already uses it.")
