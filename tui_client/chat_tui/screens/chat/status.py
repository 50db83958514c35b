"""The status line: header and banner say how the connection is, and what has just happened."""

import asyncio

from textual.timer import Timer

from chat_tui.connection.states import Connected, Connecting, Lost, Status, TurnedAway
from chat_tui.widgets.bars.banner import Banner
from chat_tui.widgets.bars.header import HeaderBar, State
from chat_tui.widgets.lists.sidebar import Sidebar
from chat_tui.wording import notices
from chat_tui.wording.notices import Notice

_SLOW_CONNECT = 3.0
"""Seconds after which a first connection is worth a word."""
_DONE = 2.0
"""Seconds for which it is said that something has been done."""


class StatusLine:
    """Header, banner and sidebar, true to the connection. Counts the seconds to the next try while there is none."""

    def __init__(self, header: HeaderBar, banner: Banner, sidebar: Sidebar) -> None:
        self.connected_once = False
        self.way_out = ""
        """A sentence: what can be done but wait while there never was a connection."""
        self._header = header
        self._banner = banner
        self._sidebar = sidebar
        self._lost: Lost | TurnedAway | None = None
        self._counting: Timer | None = None
        self._slow: Timer | None = None

    def begin(self, slow_after: float = _SLOW_CONNECT) -> None:
        """A first connection is being made: where it takes longer than that, say so."""
        self._slow = self._banner.set_timer(slow_after, self._show_slow)

    def show(self, status: Status) -> None:
        """Say how the connection is."""
        if self._slow is not None and not isinstance(status, Connecting):
            self._slow.stop()
            self._slow = None
        match status:
            case Connecting(host=host):
                self._header.host = host
                if self._lost is None:
                    self._header.state = "connecting"
            case Connected():
                self._header.state = "connected"
                self._sidebar.live = True
                self.connected_once = True
                self._stop_counting()
                self._banner.hide()
            case Lost() | TurnedAway():
                self._header.state = self._word(status)
                self._header.here = None
                self._sidebar.live = not self.connected_once
                self._lost = status
                self._count_down()
                if self._counting is None:
                    self._counting = self._banner.set_interval(1.0, self._count_down)

    @property
    def refusal(self) -> str:
        """Why every other try would end the same way; "" where it might not."""
        return self._lost.reason if isinstance(self._lost, TurnedAway) and self._lost.fatal else ""

    def _word(self, status: Lost | TurnedAway) -> State:
        if isinstance(status, TurnedAway):
            return "refused"
        return "lost" if self.connected_once else "connecting"

    def notice(self, notice: Notice) -> None:
        """Say something; while there is no connection, that is what the banner goes on to say."""
        self._banner.show(notice.kind, notice.text, notice.action, notice.seconds)

    def withdraw(self, action: str) -> None:
        """Take back what offers this action, if the banner still does."""
        if self._banner.action == action:
            self._banner.hide()

    def done(self, words: str) -> None:
        """Say that something has been done, without moving anything."""
        self._header.tell_done(words, _DONE)

    def _count_down(self) -> None:
        """Say when the next try is."""
        now = asyncio.get_running_loop().time()
        match self._lost:
            case Lost():
                ever = self.connected_once
                self.notice(notices.lost_notice(self._lost, now, ever_connected=ever, way_out=self.way_out))
            case TurnedAway():
                self.notice(notices.refused_notice(self._lost, now))
            case None:
                pass

    def _stop_counting(self) -> None:
        self._lost = None
        if self._counting is not None:
            self._counting.stop()
            self._counting = None

    def _show_slow(self) -> None:
        if not self.connected_once and self._lost is None:
            self.notice(notices.connecting_notice(self._header.host, self.way_out))
