"""What is found becomes what Textual and the app hear."""

import pytest
from textual import events
from textual.messages import InBandWindowResize, TerminalSupportsSynchronizedOutput

from chat_tui.toolkit.input.events import (
    DOWN,
    MOVE,
    UP,
    WHEEL,
    BackgroundColorReported,
    FocusChanged,
    KeyPressed,
    ModeReported,
    MouseReported,
    Pasted,
    SizeReported,
)
from chat_tui.toolkit.input.messages import BackgroundReported, Translator


@pytest.mark.parametrize(
    ("event", "kind", "fields"),
    [
        (KeyPressed("full_stop", "."), events.Key, {"key": "full_stop", "character": "."}),
        (Pasted("a\nb"), events.Paste, {"text": "a\nb"}),
        (FocusChanged(True), events.AppFocus, {}),
        (FocusChanged(False), events.AppBlur, {}),
        (SizeReported(80, 24, 800, 480), events.Resize, {"size": (80, 24), "pixel_size": (800, 480)}),
        (BackgroundColorReported(1, 2, 3), BackgroundReported, {"red": 1, "green": 2, "blue": 3}),
        (ModeReported(2026, 2), TerminalSupportsSynchronizedOutput, {}),
        (ModeReported(2048, 2), InBandWindowResize, {"supported": True, "enabled": False}),
        (MouseReported(DOWN, 3, 4, 1, ctrl=True), events.MouseDown, {"x": 3, "y": 4, "button": 1, "ctrl": True}),
        (MouseReported(MOVE, 3, 4, alt=True), events.MouseMove, {"screen_x": 3, "button": 0, "meta": True}),
        (MouseReported(WHEEL[0], 3, 4), events.MouseScrollUp, {}),
        (MouseReported(WHEEL[3], 3, 4), events.MouseScrollRight, {}),
    ],
)
def test_each_event_has_its_message(event, kind, fields):
    """With everything that it says."""
    message = Translator().message(event)
    assert type(message) is kind
    assert {name: getattr(message, name) for name in fields} == fields


def test_a_mode_that_is_unknown_is_told_to_nobody():
    """Nor is one that nobody asked for."""
    assert Translator().message(ModeReported(2026, 0)) is None
    assert Translator().message(ModeReported(25, 1)) is None


def test_the_mouse_tells_how_far_it_moved():
    """Since it was last heard of."""
    translator = Translator()
    moves = [translator.message(MouseReported(MOVE, x, y)) for x, y in ((5, 5), (8, 4), (8, 4))]
    assert [(move.delta_x, move.delta_y) for move in moves] == [(5, 5), (3, -1), (0, 0)]


def test_a_button_that_is_let_go_is_the_one_that_was_pressed():
    """Where the terminal does not say."""
    translator = Translator()
    translator.message(MouseReported(DOWN, 1, 1, 3))
    assert translator.message(MouseReported(UP, 1, 1, None)).button == 3


def test_the_mouse_in_pixels():
    """Where it is told in pixels, it is in parts of a cell; a terminal that does not know its pixels has one a cell."""
    translator = Translator()
    translator.message(SizeReported(80, 24, 800, 480))
    assert (translator.message(MouseReported(MOVE, 15, 30)).screen_x) == 15
    translator.mouse_in_pixels = True
    moved = translator.message(MouseReported(MOVE, 15, 30))
    assert (moved.pointer_screen_x, moved.pointer_screen_y, moved.x, moved.y) == (1.5, 1.5, 1, 1)
    translator.message(SizeReported(80, 24, 0, 0))
    assert translator.message(MouseReported(MOVE, 15, 20)).screen_y == 20
