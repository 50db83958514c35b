"""Counting down what goes by itself: laid over finished lines, so that a second costs its own cells alone."""

from typing import Any

from textual.geometry import Region
from textual.timer import Timer

from chat_tui.widgets.messages.drawing import clock_text, with_clock
from chat_tui.widgets.messages.pane import MessagePane


class CountingPane(MessagePane):
    """A message pane whose countdowns go on."""

    COUNTDOWN_PERIOD = 1.0
    """Seconds between two looks at the visible countdowns."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._clocks: dict[int, str] = {}  # line on the screen -> the countdown that it shows
        self._countdown_timer: Timer | None = None

    def _collect(self) -> None:
        super()._collect()
        self._clocks = {}
        top = 0
        for key, start, end in self._viewport.visible:
            drawn = self._canvas.drawn(key)
            if drawn.clock and start <= drawn.header < end:
                self._show_clock(top + drawn.header - start)
            top += end - start
        self._run_countdown()

    def _run_countdown(self) -> None:
        """One timer while a countdown is in view, none otherwise."""
        if self._clocks and self._countdown_timer is None:
            self._countdown_timer = self.set_interval(self.COUNTDOWN_PERIOD, self._tick)
        elif not self._clocks and self._countdown_timer is not None:
            self._countdown_timer.stop()
            self._countdown_timer = None

    def _tick(self) -> None:
        if self._stale:
            return  # the paint that is on its way shows the present time
        for line, shown in list(self._clocks.items()):
            drawn = self._canvas.drawn(self._screen_rows[line][0])
            if drawn.expires_at is not None and clock_text(drawn.expires_at, self._now()) != shown:
                self._show_clock(line)
                self.refresh(Region(drawn.clock.start, line, len(drawn.clock), 1))

    def _show_clock(self, line: int) -> None:
        """Lay the present countdown over a header that has one."""
        key, row = self._screen_rows[line]
        drawn, palette = self._canvas.drawn(key), self._canvas.palette
        if drawn.expires_at is None or palette is None:
            return
        self._clocks[line] = text = clock_text(drawn.expires_at, self._now())
        if drawn.has_room(text):
            over = self._canvas.over(key)
            self._screen_strips[line] = with_clock(drawn.strips[row], drawn.clock, text, palette, over)
        else:  # "1 d 0 h" has become "23 h 59 m": the rest of the header must move
            self._canvas.forget({key})
            self._changed()
