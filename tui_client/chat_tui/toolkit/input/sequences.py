"""Control sequences: what each CSI, SS3 and OSC sequence of a terminal means, by a table; what is in none is nothing.

Answers to questions that nobody here asks (device attributes, clipboard, cursor position) are such nothing: they are
never typed.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from chat_protocol.patterns import deferred
from chat_tui.toolkit.input import keys, mouse
from chat_tui.toolkit.input.events import (
    BackgroundColorReported,
    FocusChanged,
    InputEvent,
    KeyPressed,
    ModeReported,
    SizeReported,
)

_SEQUENCE = deferred(r"([<=>?]?)([0-9:;]*)([ -/]*)([@-~]|(?<=[0-9])\$)")  # in rxvt "$" is a last letter, too
_LARGEST = 0x10FFFF
"""No number in a report is larger than a code point; what is, is nonsense."""
_DIGITS = 7
_RELEASED = 3
_MOST_COLUMNS, _MOST_ROWS = 2000, 1000
"""A terminal that says it is larger is not believed: the screen would be drawn for it."""

_MINTTY_DIGITS = "pqrstuvwxy"
_COLOUR = r"(?i)11;(?:rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})|#([0-9a-f]{6})$)"


class Parameters:
    """The numbers of a CSI sequence: parameters, each of which may have parts; None where one is left out."""

    __slots__ = ("values",)

    def __init__(self, values: Sequence[tuple[int | None, ...]]) -> None:
        self.values = values

    def get(self, index: int, part: int = 0) -> int | None:
        """One of them, or None."""
        if index >= len(self.values) or part >= len(self.values[index]):
            return None
        return self.values[index][part]

    @property
    def simple(self) -> list[int]:
        """The numbers without their further parts; 0 for one that is left out."""
        return [value[0] or 0 for value in self.values]


def _parameters(text: str) -> Parameters | None:
    """Read them; None where a number is too large to be meant."""
    if not text:
        return Parameters(())
    values: list[tuple[int | None, ...]] = []
    for parameter in text.split(";"):
        parts = parameter.split(":")
        if max(map(len, parts)) > _DIGITS:
            return None
        values.append(tuple(int(part) if part else None for part in parts))
    return Parameters(values)


def csi_events(body: str) -> Sequence[InputEvent]:
    """What a sequence behind `ESC [` stands for, its last letter included."""
    match = _SEQUENCE.fullmatch(body)
    if match is None:
        return ()
    prefix, numbers, between, final = match.groups()
    handler = _CSI.get((prefix, between, final))
    parameters = _parameters(numbers) if handler is not None else None
    return () if handler is None or parameters is None else handler(parameters, final)


def ss3_events(body: str) -> Sequence[InputEvent]:
    """What a sequence behind `ESC O` stands for, its last letter included; some have a modifier in between."""
    final, modifier = body[-1], body[:-1].rpartition(";")[2]
    if key := keys.KEYPAD.get(final):
        return (key,)
    bits = _bits(int(modifier)) if modifier.isdecimal() and len(modifier) <= _DIGITS else 0
    if bits is None:
        return ()
    if name := keys.FINALS.get(final):
        return (keys.special_key(name, bits),)
    if final in "abcd":  # rxvt: Ctrl with an arrow
        return (keys.special_key(keys.FINALS[final.upper()], keys.CTRL),)
    return ()


def osc_events(body: str) -> Sequence[InputEvent]:
    """What an answer behind `ESC ]` says, without its end."""
    match = re.match(_COLOUR, body)
    if match is None:
        return ()
    whole = match[4]
    parts = [whole[0:2], whole[2:4], whole[4:6]] if whole else match.groups()[:3]
    red, green, blue = (round(int(part, 16) * 255 / (16 ** len(part) - 1)) for part in parts)
    return (BackgroundColorReported(red, green, blue),)


# -- the table ------------------------------------------------------------------------------------------------------


def _bits(modifiers: int | None) -> int | None:
    """The modifiers of a report as bits; None where they are none."""
    bits = (modifiers or 1) - 1
    return bits if bits < 256 else None


def _modifiers(parameters: Parameters, index: int = 1) -> int | None:
    """Those of a key that is pressed; None for one that is let go."""
    return None if parameters.get(index, 1) == _RELEASED else _bits(parameters.get(index))


def _cursor_key(parameters: Parameters, final: str) -> Sequence[InputEvent]:
    """`CSI A`, `CSI 1;5 A`, and `CSI 5 A` of old."""
    only = len(parameters.values) == 1
    bits = _modifiers(parameters, 0 if only else 1)
    return () if bits is None else (keys.special_key(keys.FINALS[final], bits),)


def _f3_key(parameters: Parameters, final: str) -> Sequence[InputEvent]:
    """F3, unless it is where the cursor is (CPR): who asks for no position has none in the first row."""
    if parameters.values and (parameters.get(0) != 1 or (parameters.get(1) or 0) < 2):
        return ()
    return _cursor_key(parameters, final)


def _back_tab(parameters: Parameters, _: str) -> Sequence[InputEvent]:
    bits = _modifiers(parameters)
    return () if bits is None else (keys.special_key("tab", bits | keys.SHIFT),)


def _rxvt_arrow(parameters: Parameters, final: str) -> Sequence[InputEvent]:
    return () if parameters.values else (keys.special_key(keys.FINALS[final.upper()], keys.SHIFT),)


def _numbered_key(parameters: Parameters, _: str) -> Sequence[InputEvent]:
    """`CSI 3 ~`, `CSI 3;5 ~`, and `CSI 27;5;102 ~` of modifyOtherKeys."""
    if not parameters.values:  # the console of Windows
        return (keys.special_key("tab", keys.SHIFT),)
    number, bits = parameters.get(0) or 0, _modifiers(parameters)
    if bits is None:
        return ()
    if number == 27 and len(parameters.values) == 3:
        return _key(parameters.get(2), bits)
    name = keys.NUMBERS.get(number)
    return () if name is None else (keys.special_key(name, bits),)


def _rxvt_key(parameters: Parameters, final: str) -> Sequence[InputEvent]:
    number = parameters.get(0) or 0
    if len(parameters.values) != 1 or number not in keys.NUMBERS:
        return ()
    if name := keys.RXVT_FUNCTION.get((number, final)):
        return (KeyPressed(name),)
    return (keys.special_key(keys.NUMBERS[number], keys.RXVT[final]),)


def _kitty_key(parameters: Parameters, final: str) -> Sequence[InputEvent]:
    if parameters.get(0) == 1 and len(parameters.values) == 2:
        return _mintty_digit(parameters, final)
    bits = _modifiers(parameters)
    if bits is None or not parameters.values:
        return ()
    codes = parameters.values[2] if len(parameters.values) > 2 else ()
    text = "".join(chr(code) for code in codes if code and _is_character(code))
    return _key(parameters.get(0), bits, parameters.get(0, 1), parameters.get(0, 2), text)


def _key(
    code: int | None, bits: int, shifted: int | None = None, base: int | None = None, text: str = ""
) -> Sequence[InputEvent]:
    code = code or 0
    if not _is_character(code):
        return ()
    shifted = shifted if shifted and _is_character(shifted) else None
    base = base if base and _is_character(base) else None
    return keys.kitty_key(code, bits, shifted, base, text)


def _is_character(code: int) -> bool:
    return code <= _LARGEST and not 0xD800 <= code < 0xE000


def _mintty_digit(parameters: Parameters, final: str) -> Sequence[InputEvent]:
    """`CSI 1;5 p` is Ctrl+0, and so on."""
    bits = _modifiers(parameters)
    if parameters.get(0) != 1 or len(parameters.values) != 2 or not bits:
        return ()
    return (keys.special_key(str(_MINTTY_DIGITS.index(final)), bits),)


def _window_report(parameters: Parameters, final: str) -> Sequence[InputEvent]:
    """The size of the terminal, where it has said that it tells it (mode 2048)."""
    if parameters.get(0) != 48:
        return _mintty_digit(parameters, final)
    _, rows, columns, height, width, *_ = (*parameters.simple, 0, 0, 0, 0)
    if not (0 < rows <= _MOST_ROWS and 0 < columns <= _MOST_COLUMNS):
        return ()
    return (SizeReported(columns, rows, width, height),)


def _focus(parameters: Parameters, final: str) -> Sequence[InputEvent]:
    return () if parameters.values else (FocusChanged(final == "I"),)


def _mode(parameters: Parameters, _: str) -> Sequence[InputEvent]:
    return (ModeReported(parameters.get(0) or 0, parameters.get(1) or 0),)


def _sgr_mouse(parameters: Parameters, final: str) -> Sequence[InputEvent]:
    return mouse.sgr_report(parameters.simple, pressed=final == "M")


def _urxvt_mouse(parameters: Parameters, _: str) -> Sequence[InputEvent]:
    return mouse.urxvt_report(parameters.simple)


_CSI: Mapping[tuple[str, str, str], Callable[[Parameters, str], Sequence[InputEvent]]] = {
    **{("", "", final): _cursor_key for final in keys.FINALS},
    **{("", "", final): _rxvt_arrow for final in "abcd"},
    **{("", "", final): _mintty_digit for final in _MINTTY_DIGITS},
    **{("", "", final): _rxvt_key for final in keys.RXVT},
    ("", "", "R"): _f3_key,
    ("", "", "Z"): _back_tab,
    ("", "", "~"): _numbered_key,
    ("", "", "u"): _kitty_key,
    ("", "", "t"): _window_report,
    ("", "", "I"): _focus,
    ("", "", "O"): _focus,
    ("", "", "M"): _urxvt_mouse,
    ("<", "", "M"): _sgr_mouse,
    ("<", "", "m"): _sgr_mouse,
    ("?", "$", "y"): _mode,
}
"""By the sign in front of the numbers, those behind them, and the last letter."""
