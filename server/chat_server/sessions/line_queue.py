"""When a client's lines are worked on: within its rate, one after the other, in the order in which they came."""

import logging
from collections import deque
from collections.abc import Coroutine

from chat_protocol.commands import find_token
from chat_protocol.events import Event, Refusal
from chat_protocol.text import clean
from chat_server.core.limits import TokenBucket
from chat_server.sessions.context import Participant, Service
from chat_server.transport.write_buffer import Stage

_log = logging.getLogger("chat_server")

_REFUSED_MOST = 200  # lines that were too fast, and are not forgiven yet
_TOKEN_WITHIN = 512  # characters of a line that was too fast: its token is looked for in these
_BUSY = 2  # a reason to hold reading, beside Connection's own


class Hearer(Participant):
    """A connection of a client that the room knows by `client_id`, and the lines that it has not come to yet."""

    __slots__ = ("_bucket", "_busy", "_in_flight", "_keeps_name", "_last_seq", "_lines", "_service", "client_id")

    def __init__(self, service: Service) -> None:
        super().__init__(service.settings, service.turns)
        self._service = service
        self.client_id = ""
        self._keeps_name = False
        self._busy = False  # a line is being worked on that the next one must wait for
        # What came meanwhile; None stands for a binary message. Made when it is needed: an empty one is 0.7 KiB.
        self._lines: deque[str | None] | None = None
        self._in_flight = 0  # entries that the log has not numbered yet
        self._last_seq = 0  # the newest entry of ours that it has
        rate = service.settings.rate
        self._bucket = TokenBucket(*rate, service.now()) if rate else None

    def _hear(self, text: str | None) -> None:
        """Work on one line; None stands for a binary message."""
        raise NotImplementedError

    def heard(self, text: str | None) -> None:
        """Work on a line, or keep it until the one before it is done."""
        if self._bucket and not self._in_time(self._bucket, text):
            return
        if self._busy:
            self._waiting_lines().append(text)
            self.hold_reading(_BUSY)
        else:
            self._hear(text)

    def _waiting_lines(self) -> deque[str | None]:
        if self._lines is None:
            self._lines = deque()
        return self._lines

    def _in_time(self, bucket: TokenBucket, text: str | None) -> bool:
        """Is this line within the rate? Tells the sender when it is not."""
        wait = bucket.take(self._service.now())
        if not wait:
            return True
        if bucket.refused > _REFUSED_MOST:
            self.close(1008, "Too many lines; slow down.")
        else:
            why = f"Too fast: that line was not sent. Try again in {wait:.1f} s."
            self._tell(Refusal("too_fast", why, find_token(clean((text or "")[:_TOKEN_WITHIN]))))
        return False

    def _answer(self, event: Event) -> None:
        """Tell this connection alone."""
        if self._service.hub.has(self.client_id, self):
            self._service.hub.tell(self, event)

    def _tell(self, refusal: Refusal) -> None:
        self._service.counts.errors[refusal.code] += 1
        self._answer(refusal)

    def _begin(self, work: Coroutine[None, None, object]) -> None:
        """Do what takes a while; lines that come meanwhile wait, and keep their order."""
        self._busy = True
        self._service.spawn(self._finish(work))

    async def _finish(self, work: Coroutine[None, None, object]) -> None:
        await self._guarded(work)
        self.resume()

    async def _guarded(self, work: Coroutine[None, None, object]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 - a fault in one session must not end the others'
            self._failed()

    def _failed(self) -> None:
        _log.exception("a session failed: id=%s address=%s", self.client_id, self.address)
        self.close(1011, "The server made a mistake.")

    @property
    def busy(self) -> bool:
        """Is a line being worked on, or not shown yet?"""
        waits = self._busy or self.waits_for_turn or self._in_flight > 0
        return waits or self._service.timeline.applied < self._last_seq

    def resume(self) -> None:
        """What a line waited for has happened: go on with those that came meanwhile."""
        self._busy = False
        try:
            while self._lines and not self._busy and self.stage is Stage.OPEN:
                self._hear(self._lines.popleft())
        except Exception:  # noqa: BLE001 - nor may one in a line that had to wait
            self._failed()
        if not self._busy:
            self._lines = None
            self.release_reading(_BUSY)
