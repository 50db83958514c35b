"""Key names: from the numbers and letters of a key report to the key as Textual spells it, and what it types.

The encodings are those of xterm, rxvt and the Linux console, of xterm's modifyOtherKeys, and of the kitty keyboard
protocol (https://sw.kovidgoyal.net/kitty/keyboard-protocol/).
"""

from collections.abc import Mapping, Sequence

from chat_tui.toolkit.input.events import KeyPressed
from chat_tui.toolkit.input.layouts import latin_key
from chat_tui.toolkit.key_names import key_name

SHIFT, ALT, CTRL = 1, 2, 4
_CAPS_LOCK = 64
_COMMAND = ALT | CTRL | 8 | 16 | 32
"""Modifiers with which a key types nothing: Alt, Ctrl, Super, Hyper, Meta."""
_NAMED = ((ALT, "alt+"), (CTRL, "ctrl+"), (16, "hyper+"), (32, "meta+"), (SHIFT, "shift+"), (8, "super+"))
"""In the order in which Textual spells them."""

_TYPES: Mapping[str, str] = {"enter": "\r", "tab": "\t", "backspace": "\x7f", "escape": "\x1b"}

CONTROLS: Mapping[int, KeyPressed] = {
    **{code: KeyPressed(f"ctrl+{chr(code + 96)}", chr(code)) for code in range(1, 27)},
    0x00: KeyPressed("ctrl+@", "\x00"),
    0x08: KeyPressed("backspace", "\x08"),
    0x09: KeyPressed("tab", "\t"),
    0x0D: KeyPressed("enter", "\r"),
    0x1C: KeyPressed("ctrl+backslash", "\x1c"),
    0x1D: KeyPressed("ctrl+right_square_bracket", "\x1d"),
    0x1E: KeyPressed("ctrl+circumflex_accent", "\x1e"),
    0x1F: KeyPressed("ctrl+underscore", "\x1f"),
    0x7F: KeyPressed("backspace", "\x7f"),
}
"""Keys that are one byte."""

AFTER_ESCAPE: Mapping[int, KeyPressed] = {
    **CONTROLS,
    # Alt+Enter breaks a line, as it does in other chats; as Enter it would send half of it.
    0x0D: KeyPressed("ctrl+j"),
    0x0A: KeyPressed("ctrl+j"),
    0x09: KeyPressed("shift+tab"),  # Linux console
    0x7F: KeyPressed("ctrl+w"),
    0x08: KeyPressed("ctrl+w"),
    ord("b"): KeyPressed("ctrl+left"),  # "natural editing" of iTerm and Terminal
    ord("f"): KeyPressed("ctrl+right"),
}
"""Keys that are Escape and one byte, where that is not simply Alt."""

FINALS: Mapping[str, str] = {
    "A": "up", "B": "down", "C": "right", "D": "left", "E": "kp_begin", "F": "end", "H": "home",
    "P": "f1", "Q": "f2", "R": "f3", "S": "f4",
}  # fmt: skip
"""CSI and SS3 keys by their last letter."""

NUMBERS: Mapping[int, str] = {
    1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown", 7: "home", 8: "end",
    **{11 + n: f"f{1 + n}" for n in range(5)}, **{17 + n: f"f{6 + n}" for n in range(5)},
    **{23 + n: f"f{11 + n}" for n in range(4)}, 28: "f15", 29: "f16", **{31 + n: f"f{17 + n}" for n in range(4)},
    57427: "kp_begin",
}  # fmt: skip
"""Keys that are a number and "~"."""

RXVT: Mapping[str, int] = {"$": SHIFT, "^": CTRL, "@": SHIFT | CTRL}
"""What stands in the place of "~" in rxvt, and is its way of telling modifiers."""
RXVT_FUNCTION: Mapping[tuple[int, str], str] = {
    (23, "$"): "f23", (24, "$"): "f24", (23, "@"): "ctrl+f21", (24, "@"): "ctrl+f22"
}  # fmt: skip
"""Of rxvt's Shift with a function key, those that Textual knows as further function keys."""

KEYPAD: Mapping[str, KeyPressed] = {
    **{chr(ord("p") + n): KeyPressed(str(n), str(n)) for n in range(10)},
    **{letter: KeyPressed(key_name(sign), sign) for letter, sign in zip("jklmnoX", "*+,-./=", strict=True)},
    "I": KeyPressed("tab", "\t"),
    "M": KeyPressed("enter", "\r"),
}
"""SS3 keys of the numeric pad."""

_KITTY: Mapping[int, str] = {
    9: "tab", 13: "enter", 27: "escape", 127: "backspace",
    57358: "caps_lock", 57359: "scroll_lock", 57360: "num_lock", 57361: "print_screen", 57362: "pause", 57363: "menu",
    **{57376 + n: f"f{13 + n}" for n in range(23)}, **{57399 + n: str(n) for n in range(10)},
    57409: "decimal", 57410: "divide", 57411: "multiply", 57412: "subtract", 57413: "add", 57414: "enter",
    57415: "equal", 57416: "separator", 57417: "left", 57418: "right", 57419: "up", 57420: "down", 57421: "pageup",
    57422: "pagedown", 57423: "home", 57424: "end", 57425: "insert", 57426: "delete", 57427: "kp_begin",
    57428: "media_play", 57429: "media_pause", 57430: "media_play_pause", 57431: "media_reverse", 57432: "media_stop",
    57433: "media_fast_forward", 57434: "media_rewind", 57435: "media_track_next", 57436: "media_track_previous",
    57437: "media_record", 57438: "lower_volume", 57439: "raise_volume", 57440: "mute_volume",
}  # fmt: skip
"""Keys that the kitty protocol has numbers for. A modifier alone (57441 and on) is no key."""
_KITTY_TYPES: Mapping[int, str] = {57399 + n: sign for n, sign in enumerate("0123456789./*-+\r=,")}

_PRIVATE_USE = range(0xE000, 0xF900)
_CONTROL_CODES = (*range(32), *range(127, 160))


def named(bits: int, key: str) -> str:
    """A key with its modifiers."""
    return "".join(name for bit, name in _NAMED if bits & bit) + key


def special_key(key: str, bits: int = 0) -> KeyPressed:
    """A key that has a name."""
    return KeyPressed(named(bits, key), None if bits & (_COMMAND | SHIFT) else _TYPES.get(key))


def text_key(character: str) -> KeyPressed:
    """A key that types."""
    return KeyPressed(key_name(character), character)


def letter_key(character: str, bits: int, base: str = "") -> KeyPressed:
    """A character with Ctrl, Alt or the like. `base` is the key of a Latin keyboard in its place, if that is known.

    A letter of another script is a shortcut by its place; those of Latin keyboards are what is written on them.
    """
    letter = character
    if ord(character) > 0x24F:
        letter = base if base.isascii() and base.isprintable() and base else latin_key(character)
    letter = lower if len(lower := letter.lower()) == 1 else letter
    return KeyPressed(named(bits, key_name(letter)))


def alt_key(character: str) -> KeyPressed:
    """A character behind an Escape."""
    return letter_key(character, ALT | SHIFT if character.isupper() else ALT)


def kitty_key(code: int, bits: int, shifted: int | None, base: int | None, text: str) -> Sequence[KeyPressed]:
    """What a key report of the kitty protocol or of modifyOtherKeys stands for; one key for each character typed.

    `code` is that of the key without modifiers, `shifted` and `base` those of the same key with Shift and on a Latin
    keyboard, `text` what it types; an input method commits any number of characters at once.
    """
    bits &= SHIFT | _COMMAND | _CAPS_LOCK
    typed = "" if bits & (_COMMAND & ~ALT) else "".join(filter(str.isprintable, text))
    if typed:
        return [text_key(character) for character in typed]
    if name := _KITTY.get(code):
        types = _KITTY_TYPES.get(code)
        if types is None or bits & (_COMMAND | SHIFT):
            return [special_key(name, bits)]
        return [KeyPressed(name, types)]
    if code in _PRIVATE_USE or code in _CONTROL_CODES:
        return []
    character = chr(code)
    if bits & _COMMAND:
        return [letter_key(character, bits, chr(base) if base else "")]
    if bits & SHIFT and shifted:
        character = chr(shifted)
    elif bool(bits & SHIFT) != bool(bits & _CAPS_LOCK) and len(character.upper()) == 1:
        character = character.upper()
    return [text_key(character)] if character.isprintable() else []
