"""Input events: what a terminal can say, as the parser understands it."""

import msgspec


class KeyPressed(msgspec.Struct, frozen=True, gc=False):
    """A key: its name as Textual spells it ("ctrl+f", "full_stop"), and the character that it types, if it does."""

    key: str
    character: str | None = None


class Pasted(msgspec.Struct, frozen=True, gc=False):
    """A bracketed paste, whole: text whose only controls are line feeds and tabs."""

    text: str


class FocusChanged(msgspec.Struct, frozen=True, gc=False):
    """The terminal's window has got the focus, or lost it."""

    gained: bool


class MouseReported(msgspec.Struct, frozen=True, gc=False):
    """The mouse: `action` is one of ACTIONS; `x` and `y` count from 0, in cells, or in pixels where asked for.

    `button` is 1 left, 2 middle, 3 right, 0 none, or None where the terminal does not say which was let go.
    """

    action: str
    x: int
    y: int
    button: int | None = 0
    shift: bool = False
    alt: bool = False
    ctrl: bool = False


DOWN, UP, MOVE = "down", "up", "move"
WHEEL = ("scroll up", "scroll down", "scroll left", "scroll right")
ACTIONS = (DOWN, UP, MOVE, *WHEEL)


class SizeReported(msgspec.Struct, frozen=True, gc=False):
    """The terminal's size, in cells and in pixels (0 where it does not know)."""

    columns: int
    rows: int
    pixel_width: int = 0
    pixel_height: int = 0


class ModeReported(msgspec.Struct, frozen=True, gc=False):
    """What became of a question for a mode (DECRPM): 0 unknown, 1 set, 2 reset, 3 always set, 4 always reset."""

    mode: int
    setting: int


class BackgroundColorReported(msgspec.Struct, frozen=True, gc=False):
    """The terminal's background (the answer to OSC 11), each part from 0 to 255."""

    red: int
    green: int
    blue: int


InputEvent = KeyPressed | Pasted | FocusChanged | MouseReported | SizeReported | ModeReported | BackgroundColorReported
