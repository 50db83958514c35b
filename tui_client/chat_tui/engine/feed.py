"""Feed: batches events from the connection into the store once a frame, and sends lines out of it in order.

A burst is taken in slices, so that it never holds up a key. Nothing here knows a widget: what has changed is told
through two functions.
"""

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from chat_protocol.commands import Command
from chat_protocol.events import Event
from chat_tui.connection.states import Connected, Connecting, Lost, Status, TurnedAway
from chat_tui.state.outbox import Pending
from chat_tui.state.page_requests import PAGE
from chat_tui.state.read_place import ReadPlace
from chat_tui.state.store import Change, Store
from chat_tui.state.view import ViewKey
from chat_tui.storage.outbox_file import OutboxFile

if TYPE_CHECKING:
    from chat_tui.connection.client import Connection

FRAME = 1 / 30
"""Seconds between two frames while much is coming."""
FLOOD_FRAME = 1 / 20
"""The same in a flood, which nobody can read: `FLOOD` messages or more a frame."""
FLOOD = 25
SLICE = 0.002
"""Seconds that one slice of a burst may take, and that it leaves to whatever else is to be done before the next."""
MOST_BUSY = 0.05
"""Seconds for which something busy holds up a frame, at most: keys may come without end."""
BEHIND = 1_000
"""Whoever has so many left to take does not rest."""
_TAKE = 64
_LONGEST_WAIT = 3600.0
_BLOCKED_WAIT = 0.25
"""Seconds before another try, when the connection has not yet passed on what it was given."""


class Feed:
    """Moves events into `store` and lines out of it.

    `changed` gets what the store says has changed, `status_changed` what became of the connection; both are called in
    the order of things, in the event loop. `clock` gives seconds since the epoch. What is `busy` holds up a frame for a
    moment. `connect` is asked once, by `run`; what is said before goes out when there is a connection.

    Every line is in `file` before it is sent, and until it is known to be kept or refused; `trouble` gets a sentence
    about the file, once, where that is not so.
    """

    def __init__(
        self,
        store: Store,
        connect: Callable[[Callable[[], None]], "Connection"],
        changed: Callable[[Change], None],
        status_changed: Callable[[Status], None],
        clock: Callable[[], float] = time.time,
        busy: Callable[[], bool] = lambda: False,
        file: OutboxFile | None = None,
        trouble: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.store = store
        self.connection: Connection | None = None
        self.gives_up_name = False
        """Is our name to be free for others as soon as we go?"""
        self._connect = connect
        self._closed = False
        self._paused = False
        self._changed = changed
        self._status_changed = status_changed
        self._clock = clock
        self._busy = busy
        self._frame_handle: asyncio.Handle | None = None
        self._frame_ends = 0.0
        self._held_up = 0.0  # seconds, the frame that is due
        self._send_handle: asyncio.TimerHandle | None = None
        self._expiry_handle: asyncio.TimerHandle | None = None
        self.event_filter: Callable[[list[Event]], list[Event]] | None = None
        """Sees every event first and returns those for the store: all but the answers to `send_query`."""
        self._file = file
        self._trouble = trouble
        self._file_handle: asyncio.TimerHandle | None = None

    async def run(self) -> None:
        """Stay connected until `close`, or until cancelled."""
        if self._closed:
            return
        self.connection = self._connect(self._wake)
        try:
            await self.connection.run()
        finally:
            for handle in (self._frame_handle, self._send_handle, self._expiry_handle, self._file_handle):
                if handle is not None:
                    handle.cancel()

    async def close(self) -> None:
        """Say goodbye to the server, after everything else that is to be said."""
        self.flush_held()
        self._closed = True
        if self.connection is not None:
            if self.gives_up_name:
                self.connection.send("/exit")
            await self.connection.close()
        if self._file is not None:
            self._file.close()

    def pause(self) -> None:
        """Take nothing in until `resume`: what comes waits in the connection, and then at the server (backpressure)."""
        self._paused = True

    def resume(self) -> None:
        """Go on taking in what has come."""
        self._paused = False
        if self.connection is not None and self.connection.waiting:
            self._wake()

    def retry_now(self) -> None:
        """Don't wait for the next try to connect."""
        if self.connection is not None:
            self.connection.retry_now()

    def log_in(self, user: str, password: str) -> None:
        """Give this to the proxy before the server, and try at once."""
        if self.connection is not None:
            self.connection.log_in(user, password)

    def rename(self, name: str) -> None:
        """Ask for this name at the next connection."""
        if self.connection is not None:
            self.connection.rename(name)

    def flush_held(self) -> None:
        """Hold nothing back any more: what can be sent is sent now."""
        self.store.outbox.release()
        self._send()

    def release_name_on_close(self) -> None:
        """Give up the name at `close`."""
        self.gives_up_name = True

    def say(self, command: Command, typed: str, hold: float = 0.0) -> Pending | None:
        """Put a line into the outbox, and out of it if there is a connection; None when there are too many.

        It is held back for `hold` seconds, unless something else is said before.
        """
        held_until = asyncio.get_running_loop().time() + hold if hold else 0.0
        pending = self.store.say(command, typed, held_until, self._clock())
        if pending is not None:
            self._changed(self.store.take_changes())
            self._send()
        return pending

    def request_page(self, before: int, count: int = PAGE) -> bool:
        """Ask for the newest `count` messages older than `before`; False while that can't be asked."""
        line = self.store.request_page(before, count)
        if line is None:
            return False
        sent = self.connection is not None and self.connection.send(line)
        if not sent:
            self.store.pages.cancel()
        self._changed(Change(edges=True))
        return sent

    def join(self, room: str, read: ReadPlace | None = None) -> None:
        """Be in a room from now on, which goes on where it had been `read`."""
        self._changed(self.store.join(room, read))
        self._send()

    def leave(self, key: ViewKey) -> None:
        """Be in a room no more, or close a conversation."""
        self._changed(self.store.leave(key))
        self._send()

    def discard(self, key: int) -> None:
        """Forget a line that has not been sent."""
        self.store.outbox.discard(key)
        self._write_down()
        self._changed(self.store.take_changes())

    def send_query(self, line: str) -> bool:
        """Ask the server something that is answered on this connection, or not at all; False where there is none."""
        return self.connection is not None and self.connection.send(line)

    def send_again(self, key: int) -> None:
        """Send a line of which it is not known whether the server has kept it."""
        self.store.outbox.send_again(key, self._clock())
        self._changed(self.store.take_changes())
        self._send()

    # -- on disk ------------------------------------------------------------------------------------------------

    def load_saved(self) -> None:
        """What an earlier run could not send waits again."""
        if self._file is None:
            return
        if lines := self._file.take_over(self._clock()):
            self.store.outbox.restore(lines)
            self._changed(self.store.take_changes())
        if late := self._file.too_late:
            lines_are = "1 unsent line is" if late == 1 else f"{late} unsent lines are"
            self._trouble(f"{lines_are} gone: too old, or already due to delete itself.")
        if damaged := self._file.damaged:
            what = "1 unsent line" if damaged == 1 else f"{damaged} unsent lines"
            where = "" if self._file.aside is None else f" What's left is in {self._file.aside}"
            self._trouble(f"{what} can't be read: the file is damaged.{where}")

    @property
    def on_disk(self) -> frozenset[str]:
        """The tokens of the lines that outlive us."""
        return frozenset() if self._file is None else self._file.holds

    def _write_down(self) -> None:
        """Have the lines that wait on disk, and no others."""
        if self._file is None or self._closed:
            return
        if self._file_handle is not None:
            self._file_handle.cancel()
            self._file_handle = None
        loop, now = asyncio.get_running_loop(), self._clock()
        if trouble := self._file.save(self.store.outbox.saved_lines(loop.time()), now):
            self._trouble(trouble)
        if (end := self._file.next_end()) is not None:
            self._file_handle = loop.call_later(min(max(0.0, end - now), _LONGEST_WAIT), self._write_down)

    # -- in -----------------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        """Something has come: take it at the next frame."""
        if self._frame_handle is None:
            loop = asyncio.get_running_loop()
            wait = self._frame_ends - loop.time()
            self._frame_handle = loop.call_soon(self._frame) if wait <= 0 else loop.call_later(wait, self._frame)

    def _frame(self) -> None:
        self._frame_handle = None
        loop = asyncio.get_running_loop()
        if self._held_up < MOST_BUSY and self._busy():
            self._held_up += SLICE
            self._frame_handle = loop.call_later(SLICE, self._frame)
            return
        self._held_up = 0.0
        begin, count = loop.time(), 0
        while self.connection is not None and not self._paused and (taken := self.connection.take(_TAKE)):
            count += self._take(taken)
            if loop.time() - begin > SLICE:
                # A key takes many turns of the loop, and each of them would wait for another slice.
                rest = SLICE if self.connection.waiting < BEHIND else 0.0
                self._frame_handle = loop.call_later(rest, self._frame)
                break
        if count:  # what the server says first is not to wait for the frame in which the connection came to be
            self._frame_ends = begin + (FLOOD_FRAME if count >= FLOOD else FRAME)
        self._send()
        self._watch_expiry()

    def _take(self, taken: list[Event | Status]) -> int:
        """Apply events together, as far as no status stands between them; returns how many there were."""
        events: list[Event] = []
        count = 0
        for item in taken:
            if isinstance(item, Connecting | Connected | Lost | TurnedAway):
                self._apply(events)
                events = []
                self._take_status(item)
            else:
                events.append(item)
                count += 1
        self._apply(events)
        return count

    def _apply(self, events: list[Event]) -> None:
        if self.event_filter is not None and events:
            events = self.event_filter(events)
        if events and self.connection is not None:
            change = self.store.apply_all(events, self._clock())
            change.more = self.connection.waiting > 0
            self._changed(change)

    def _take_status(self, status: Status) -> None:
        if isinstance(status, Lost | TurnedAway):
            self._changed(self.store.disconnected())
        self._status_changed(status)

    # -- out ----------------------------------------------------------------------------------------------------

    def _send(self) -> None:
        """Hand over what may go now; come back when the server's limits let more through."""
        if self._send_handle is not None:
            self._send_handle.cancel()
            self._send_handle = None
        self._write_down()
        if self.connection is None:
            return
        loop = asyncio.get_running_loop()
        for line in self.store.joins.to_send(self.store.place_in):
            if not self.connection.send(line):
                break
        sent = blocked = False
        for _, line in self.store.outbox.to_send(now := loop.time()):
            if not self.connection.send(line):
                blocked = True
                break
            sent = True
        if sent:
            self._changed(self.store.take_changes())
        wait = _BLOCKED_WAIT if blocked else self.store.outbox.wait(now)
        if wait is not None and wait > 0:
            self._send_handle = loop.call_later(wait, self._send)

    # -- time ---------------------------------------------------------------------------------------------------

    def _watch_expiry(self) -> None:
        """What has reached its end goes, whether the server can still say so or not."""
        if self._expiry_handle is not None:
            self._expiry_handle.cancel()
            self._expiry_handle = None
        due = self.store.next_expiry()
        if due is not None:
            wait = min(max(0.0, due - self._clock()), _LONGEST_WAIT)
            self._expiry_handle = asyncio.get_running_loop().call_later(wait, self._expire)

    def _expire(self) -> None:
        self._changed(self.store.expire(self._clock()))
        self._watch_expiry()
