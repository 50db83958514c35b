"""Countdowns of what goes by itself: laid over finished lines, so that a second costs its own cells alone."""

from textual.timer import Timer

from chat_tui.toolkit.line_view import LineView
from chat_tui.widgets.messages.drawing import clock_text, with_clock
from chat_tui.widgets.messages.pane import MessagePane, PanePart

PERIOD = 1.0
"""Seconds between two looks at the visible countdowns."""


class Countdown(PanePart):
    """The countdowns in view, brought up to date each `period` seconds; no timer runs while there is none."""

    def __init__(self, pane: MessagePane, surface: LineView, period: float) -> None:
        self._pane, self._surface, self._period = pane, surface, period
        self._clocks: dict[int, str] = {}  # line on the screen -> the countdown that it shows
        self._timer: Timer | None = None

    def collected(self) -> None:
        """Find the countdowns among the lines, and lay the present time over them."""
        pane = self._pane
        self._clocks = {}
        top = 0
        for key, start, end in pane.viewport.visible:
            drawn = pane.canvas.drawn(key)
            if drawn.clock and start <= drawn.clock_row < end:
                self._show(top + drawn.clock_row - start)
            top += end - start
        self._run_timer()

    def _run_timer(self) -> None:
        """One timer while a countdown is in view, none otherwise."""
        if self._clocks and self._timer is None:
            self._timer = self._surface.set_interval(self._period, self._tick, name="countdown")
        elif not self._clocks and self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        pane = self._pane
        if pane.stale:
            return  # the paint that is on its way shows the present time
        for line, shown in list(self._clocks.items()):
            drawn = pane.canvas.drawn(pane.rows[line][0])
            if drawn.expires_at is not None and clock_text(drawn.expires_at, pane.now()) != shown:
                self._show(line)
                self._surface.refresh_cells(drawn.clock.start, line, len(drawn.clock), 1)

    def _show(self, line: int) -> None:
        """Lay the present countdown over a row that has one."""
        pane = self._pane
        key = pane.rows[line][0]
        drawn, palette = pane.canvas.drawn(key), pane.canvas.palette
        if drawn.expires_at is None or palette is None:
            return
        self._clocks[line] = text = clock_text(drawn.expires_at, pane.now())
        if drawn.has_room(text):
            over = pane.canvas.over(key)
            pane.strips[line] = with_clock(pane.strips[line], drawn.clock, text, palette, over)
        else:  # "1 d 0 h" has become "23 h 59 m": the rest of the row must move
            pane.canvas.forget({key})
            pane.invalidate()
