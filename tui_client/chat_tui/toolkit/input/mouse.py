"""Mouse reports: xterm's SGR form, and urxvt's."""

from collections.abc import Sequence

from chat_tui.toolkit.input.events import DOWN, MOVE, UP, WHEEL, MouseReported

_SHIFT, _ALT, _CTRL, _MOTION, _WHEEL, _FURTHER = 4, 8, 16, 32, 64, 128
_NO_BUTTON = 3
_FURTHEST = 100_000
"""Cells or pixels; no screen is larger."""


def sgr_report(numbers: Sequence[int], *, pressed: bool) -> Sequence[MouseReported]:
    """`CSI < code ; x ; y M`, or `m` where a button is let go.

    The further buttons (8 to 11: back, forward) are nobody's here; a click of theirs is not to be one of the first.
    """
    if len(numbers) != 3:
        return ()
    return _report(*numbers, pressed=pressed)


def urxvt_report(numbers: Sequence[int]) -> Sequence[MouseReported]:
    """`CSI code ; x ; y M`, with 32 added to the code; it does not say which button is let go."""
    if len(numbers) != 3 or numbers[0] < 32:
        return ()
    code = numbers[0] - 32
    if code & _NO_BUTTON == _NO_BUTTON and not code & (_MOTION | _WHEEL | _FURTHER):
        return _mouse(UP, None, code, numbers[1], numbers[2])
    return _report(code, numbers[1], numbers[2], pressed=True)


def _report(code: int, x: int, y: int, *, pressed: bool) -> Sequence[MouseReported]:
    button = (code + 1) & 3
    if code & _FURTHER:
        return _mouse(MOVE, 0, code, x, y) if code & _MOTION else ()
    if code & _WHEEL:
        return _mouse(WHEEL[code & 3], 0, code, x, y) if pressed else ()
    if code & _MOTION or button == 0:
        return _mouse(MOVE, button, code, x, y)
    return _mouse(DOWN if pressed else UP, button, code, x, y)


def _mouse(action: str, button: int | None, code: int, x: int, y: int) -> Sequence[MouseReported]:
    """Some terminals report what is outside of them, too."""
    if not (0 < x <= _FURTHEST and 0 < y <= _FURTHEST):
        return ()
    flags = bool(code & _SHIFT), bool(code & _ALT), bool(code & _CTRL)
    return (MouseReported(action, x - 1, y - 1, button, *flags),)
