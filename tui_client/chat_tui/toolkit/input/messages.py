"""Input messages: turns what the parser has found into what Textual hears, and into a message of our own."""

from collections.abc import Mapping

from textual import constants, events
from textual._xterm_parser import IS_ITERM
from textual.message import Message
from textual.messages import InBandWindowResize, TerminalSupportsSynchronizedOutput

from chat_tui.toolkit.input.events import (
    DOWN,
    MOVE,
    UP,
    WHEEL,
    BackgroundColorReported,
    FocusChanged,
    InputEvent,
    KeyPressed,
    ModeReported,
    MouseReported,
    Pasted,
    SizeReported,
)

_SYNCHRONIZED_OUTPUT, _IN_BAND_RESIZE = 2026, 2048
_MOUSE: Mapping[str, type[events.MouseEvent]] = {
    DOWN: events.MouseDown,
    UP: events.MouseUp,
    MOVE: events.MouseMove,
    **dict(
        zip(
            WHEEL,
            (events.MouseScrollUp, events.MouseScrollDown, events.MouseScrollLeft, events.MouseScrollRight),
            strict=True,
        )
    ),
}


class BackgroundReported(Message):
    """The terminal has said its background colour, each part from 0 to 255; posted to the app.

    It says so when it is asked: `write_to_terminal(app, ASK_BACKGROUND)`. Many terminals never answer.
    """

    def __init__(self, red: int, green: int, blue: int) -> None:
        super().__init__()
        self.red, self.green, self.blue = red, green, blue


class Translator:
    """Makes Textual's messages of input events; where the mouse is told in pixels, it knows how many a cell has."""

    def __init__(self) -> None:
        self.mouse_in_pixels = False
        self._cell = (1.0, 1.0)  # pixels
        self._mouse_was = (0, 0)
        self._button = 0  # the last one that was pressed

    def message(self, event: InputEvent) -> Message | None:  # noqa: PLR0911 - one for each event
        """The message of an event; None where nobody is to hear of it."""
        match event:
            case KeyPressed(key, character):
                return events.Key(key, character)
            case MouseReported():
                return self._mouse(event)
            case Pasted(text):
                return events.Paste(text)
            case FocusChanged(gained):
                return events.AppFocus() if gained else events.AppBlur()
            case BackgroundColorReported(red, green, blue):
                return BackgroundReported(red, green, blue)
            case SizeReported(columns, rows, width, height):
                self._cell = (width / columns or 1.0, height / rows or 1.0)
                return events.Resize.from_dimensions((columns, rows), (width, height))
            case ModeReported(mode, setting):
                return _mode(mode, setting)

    def _mouse(self, event: MouseReported) -> Message:
        x, y = float(event.x), float(event.y)
        if self.mouse_in_pixels:
            x, y = x / self._cell[0], y / self._cell[1]
        was, self._mouse_was = self._mouse_was, (int(x), int(y))
        button = self._button if event.button is None else event.button
        if event.action == DOWN:
            self._button = button
        return _MOUSE[event.action](
            None, x, y, int(x) - was[0], int(y) - was[1], button, event.shift, event.alt, event.ctrl,
            screen_x=x, screen_y=y,
        )  # fmt: skip


def _mode(mode: int, setting: int) -> Message | None:
    if mode == _SYNCHRONIZED_OUTPUT and setting > 0:
        return TerminalSupportsSynchronizedOutput()
    # iTerm's pixels are wrong.
    if mode == _IN_BAND_RESIZE and constants.SMOOTH_SCROLL and not IS_ITERM:
        return InBandWindowResize.from_setting_parameter(setting)
    return None
