"""Terminal key sequences: teach Textual Alt with a key as terminals without the Kitty protocol send it."""

import string
from typing import Any, NamedTuple, cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.keys import Keys

from chat_tui.toolkit.key_names import key_name

_BEGIN_MORE = "[]OPNX^_\\"
"""What begins a longer sequence after Escape."""


class _Key(NamedTuple):
    """What Textual's table has of a key."""

    value: str


def learn_terminal_keys() -> None:
    """Teach Textual's table what it takes for something else.

    Alt+Enter would be Enter: who breaks a line with it, as in other chats, would send half of it. It is Ctrl+J. Alt
    with a letter would be told only after a while; with another Escape in that time it would type "^" and the letter.
    """
    table = cast("dict[str, Any]", ANSI_SEQUENCES_KEYS)  # which its annotation does not say
    table["\x1b\r"] = table["\x1b\n"] = (Keys.ControlJ,)
    for char in string.ascii_letters + string.digits + string.punctuation:
        known = table.get(f"\x1b{char}")
        if char not in _BEGIN_MORE and (known is None or isinstance(known, str)):
            name = char if char.isalnum() else key_name(char)
            table[f"\x1b{char}"] = (_Key(f"alt+shift+{name.lower()}" if char.isupper() else f"alt+{name}"),)
