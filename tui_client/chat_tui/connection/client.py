"""Connection: lines in, events out, over one WebSocket after another; reconnects with backoff, resumes.

Frames are queued as they come and decoded when they are taken, so that a burst costs one frame of the screen. Where
nobody takes, the socket is not read any more (backpressure). Nothing that the network does ends `run`. Knows no store
and no widget.
"""

import asyncio
import os
import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, repeat
from ssl import SSLCertVerificationError

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.connection import broadcast  # the public name would import the server's half as well
from websockets.exceptions import WebSocketException
from websockets.protocol import State

from chat_protocol.events import Event, EventError, Init, decode_event
from chat_tui.connection.address import (
    ConnectionUrlError,
    may_have_login,
    moved,
    parse_url,
    place,
    with_login,
    with_query,
)
from chat_tui.connection.failures import Failure, explain, not_a_chat_server
from chat_tui.connection.head_start import HeadStart
from chat_tui.connection.opening import MovedError, open_socket
from chat_tui.connection.states import Connected, Connecting, Lost, Status, TurnedAway
from chat_tui.connection.trust import trust_problem

MOST_FRAMES = 5_000
MOST_BYTES = 8 * 1024 * 1024
MOST_UNSENT_BYTES = 1024 * 1024
_REST, _BETWEEN_RESTS = 0.006, 0.012
"""Seconds for which no more is taken from the socket while something is busy, and until that may happen again."""

_MOST_MOVES = 5

_NETWORK_ERRORS = (OSError, WebSocketException, EOFError, ValueError, ImportError)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long things may take, in seconds. After `steady` a connection has proven itself: delays begin anew."""

    open: float = 5.0
    init: float = 10.0
    close: float = 3.0
    ping: float = 15.0
    steady: float = 5.0


_WAITS = Waits()


def backoff() -> Iterator[float]:
    """Seconds before each new try, without end; uneven, so that a crowd does not come back in step."""
    for delay in chain((0.25, 0.5, 1.0, 2.0, 4.0), repeat(8.0)):
        yield delay * random.uniform(0.75, 1.25)  # noqa: S311 - no secret, only spread


class Connection:
    """The road to one room. `run` it once; `take` what has come whenever `notify` was called.

    `name` is asked for at every connect, `resume` gives the point to continue from. `secret` proves who we are. The
    first connection is what has `begun` already, if it can be used.
    """

    def __init__(  # noqa: PLR0913 - each is named where it is called
        self,
        url: str,
        *,
        name: str | None = None,
        secret: str | None = None,
        notify: Callable[[], None],
        resume: Callable[[], str | None] = lambda: None,
        delays: Callable[[], Iterator[float]] = backoff,
        waits: Waits = _WAITS,
        busy: Callable[[], bool] = lambda: False,
        begun: HeadStart | None = None,
    ) -> None:
        self._url = url
        self._name = name
        self._secret = secret
        self._notify = notify
        self._resume = resume
        self._delays = delays
        self._waits = waits
        self._busy = busy
        self._begun = begun
        self._next_rest = 0.0
        self._queue: deque[bytes | Status] = deque()
        self._queued_bytes = 0
        self._room = asyncio.Event()
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._closing = False
        self._opening: asyncio.Timeout | None = None
        self._socket: ClientConnection | None = None
        self._asked = url  # where the last try went, which may be where the server has moved to
        self._spoke = False  # whether anybody at this address has ever spoken the protocol
        self._proven = False  # whether the last connection lasted

    # -- for the screen -----------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How much is left to `take`."""
        return len(self._queue)

    def take(self, limit: int = 500) -> list[Event | Status]:
        """What has come, in order: at most `limit` frames and statuses; what is no event is left out."""
        taken: list[Event | Status] = []
        for _ in range(min(limit, len(self._queue))):
            item = self._queue.popleft()
            if not isinstance(item, bytes):
                taken.append(item)
                continue
            self._queued_bytes -= len(item)
            try:
                event = decode_event(item)
            except EventError:
                continue  # such as one of a later protocol; whoever is the server knows better what to do about it
            if event is not None:
                taken.append(event)
        if not self._full():
            self._room.set()
        return taken

    def send(self, line: str) -> bool:
        """Hand over one line; False, and nothing is sent, while there is no connection or it does not keep up."""
        socket = self._socket
        if socket is None or socket.state is not State.OPEN:
            return False
        if socket.transport.get_write_buffer_size() > MOST_UNSENT_BYTES:
            return False
        broadcast((socket,), line.encode(errors="replace"), text=True)
        return True

    def retry_now(self) -> None:
        """Don't wait for the next try."""
        self._wake.set()

    def log_in(self, user: str, password: str) -> None:
        """Give this to the proxy before the server, from now on as long as this runs, and try at once."""
        self._url = with_login(self._asked, user, password)
        self.retry_now()

    def rename(self, name: str | None) -> None:
        """Ask for this name at the next connect."""
        self._name = name

    async def close(self) -> None:
        """Take leave of the server and end `run`; what has not been taken is dropped."""
        self._closing = True
        self._queue.clear()
        self._queued_bytes = 0
        self._wake.set()
        self._room.set()
        if self._opening is not None:
            self._opening.reschedule(0.0)
        if self._socket is not None:
            await self._part(self._socket)
        await self._ended.wait()

    # -- tries ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Connect, and connect again, until `close`."""
        self._ended.clear()
        try:
            delays, attempt = self._delays(), 0
            while not self._closing:
                failure = await self._try()
                if self._proven:
                    delays, attempt = self._delays(), 0
                attempt += 1
                await self._wait(failure, max(next(delays, 8.0), failure.retry_after), attempt)
        finally:
            self._ended.set()

    async def _wait(self, failure: Failure, delay: float, attempt: int) -> None:
        """Say what happened, and wait for the next try."""
        if self._closing:
            return
        self._wake.clear()
        retry_at = asyncio.get_running_loop().time() + delay
        if failure.fatal:
            login = failure.login and may_have_login(self._asked)
            self._put_status(TurnedAway(failure.reason, fatal=True, login=login))
        elif failure.refused:
            self._put_status(TurnedAway(failure.reason, fatal=False, retry_at=retry_at))
        else:
            self._put_status(Lost(failure.reason, retry_at, attempt))
        with suppress(TimeoutError):
            async with asyncio.timeout(None if failure.fatal else delay):
                await self._wake.wait()

    async def _try(self) -> Failure:
        """Make one connection and stay until it ends; returns why."""
        self._proven = False
        self._asked = host = self._url
        try:
            self._socket = socket = await self._open(parse_url(self._url))
        except _NETWORK_ERRORS as error:
            url, host = self._asked, place(self._asked) or host
            trust = trust_problem(os.environ) if isinstance(error, SSLCertVerificationError) else ""
            return explain(error, host, new_tls=url.startswith("wss:") and not self._spoke, trust=trust)
        began = asyncio.get_running_loop().time()
        try:
            return await self._listen(socket, place(self._asked))
        finally:
            self._socket = None
            self._proven = asyncio.get_running_loop().time() - began >= self._waits.steady
            socket.transport.abort()
            await socket.wait_closed()

    async def _open(self, url: str) -> ClientConnection:
        """Connect, and go where the server has moved to, as far as that is safe."""
        waits = self._waits
        for _ in range(_MOST_MOVES):
            self._asked = url
            self._put_status(Connecting(place(url)))
            wanted = with_query(url, name=self._name, resume=self._resume())
            try:
                async with asyncio.timeout(waits.open) as self._opening:
                    return await open_socket(
                        wanted, self._secret, ping=waits.ping, close=waits.close, begun=self._begun
                    )
            except MovedError as error:
                url = moved(url, error.location)
                if error.for_good:
                    self._url = url
            finally:
                self._opening = None
        raise ConnectionUrlError(f"{place(url)} keeps redirecting from one address to another.")

    async def _part(self, socket: ClientConnection) -> None:
        """Close as is proper; a peer that does not play along is left."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._waits.close):
                await socket.close()
        socket.transport.abort()

    # -- frames -------------------------------------------------------------------------------------------------

    async def _listen(self, socket: ClientConnection, host: str) -> Failure:
        """Queue what comes until the connection ends."""
        try:
            await self._has_room()
            async with asyncio.timeout(self._waits.init):
                frame = await socket.recv(decode=False)
                self._put_status(Connected())
                self._put_frame(frame)
                while not _is_init(frame):
                    await self._has_room()
                    frame = await socket.recv(decode=False)
                    self._put_frame(frame)
            self._spoke = True
            while True:
                await self._has_room()
                await self._give_way()
                self._put_frame(await socket.recv(decode=False))
        except TimeoutError:
            await self._part(socket)
            return Failure(f"{host} isn't answering.") if self._spoke else not_a_chat_server(host)
        except WebSocketException as error:
            return explain(error, host)

    async def _give_way(self) -> None:
        """Leave the loop to what is more urgent, for a moment; the socket is read less and less meanwhile."""
        loop = asyncio.get_running_loop()
        if self._busy() and loop.time() >= self._next_rest:
            await asyncio.sleep(_REST)
            self._next_rest = loop.time() + _BETWEEN_RESTS

    def _full(self) -> bool:
        return len(self._queue) >= MOST_FRAMES or self._queued_bytes >= MOST_BYTES

    async def _has_room(self) -> None:
        if self._full():
            self._room.clear()
            await self._room.wait()

    def _put_frame(self, frame: bytes) -> None:
        if not self._closing:
            self._queued_bytes += len(frame)
            self._put(frame)

    def _put_status(self, status: Status) -> None:
        """Queue a status. Of many in a row, as when nobody takes, the first and the last two are kept."""
        queue = self._queue
        if len(queue) > 2 and not any(isinstance(queue[at], bytes) for at in (-1, -2, -3)):
            del queue[-2]
        self._put(status)

    def _put(self, item: bytes | Status) -> None:
        if not self._closing:
            self._queue.append(item)
            if len(self._queue) == 1:
                self._notify()


def _is_init(frame: bytes) -> bool:
    try:
        return isinstance(decode_event(frame), Init)
    except EventError:
        return False
