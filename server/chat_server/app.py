"""The server as a whole: log -> room -> hub, the expiry alarm, start and stop."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import suppress

from chat_protocol.events import CLOSE_RESTART
from chat_server.core.entries import NewDeletion
from chat_server.core.limits import Admission
from chat_server.core.room import Room
from chat_server.core.roster import Roster
from chat_server.core.sync import SyncBuilder
from chat_server.core.timeline import Timeline
from chat_server.log import DELETE, Entry, LogError, MessageLog, Opened, OpenError, Reset, open_log
from chat_server.ops.http import MetricsConnection, Operations
from chat_server.ops.maintenance import delete_expired, end_what_is_over, remember, tend
from chat_server.rooms.clock import Clock
from chat_server.sessions.context import Service
from chat_server.sessions.session import STOPPING, Session
from chat_server.settings import Settings
from chat_server.transport.hub import Hub
from chat_server.transport.listener import connections_possible, explain_bind_error, listen
from chat_server.transport.read_scheduler import ReadScheduler

_log = logging.getLogger("chat_server")

_SWEEP_SECONDS = 1.0
_SWEPT_AT_ONCE = 200  # connections; to ping or to cut off so many takes 4 ms
_LONGEST_ALARM = 3600.0
_RETRY_SECONDS = 5.0
_DRAIN_SECONDS = 1.0
_LAST_READS = 3  # loop ticks in which what the system has received for us is read


class StartError(Exception):
    """The server can't start. Its text is for the operator."""


class ChatServer:
    """One room on one port. `start`, then `serve` until `stop` is called; everything runs in one event loop."""

    def __init__(self, settings: Settings, wall: Callable[[], float] = time.time) -> None:
        self.settings = settings
        self._wall = wall
        self.port = settings.port
        self.metrics_port: int | None = None  # of the address that is for metrics alone
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._servers: list[asyncio.Server] = []
        self._past = 0  # entries up to this number were in the log before us
        self._tail: AsyncIterator[Sequence[Entry] | Reset]

    async def start(self) -> None:
        """Open the log, and listen.

        Raises:
            StartError: when that is not possible.
        """
        log, opened = await self._open_log()
        try:
            self._make_service(log, opened)
            await self._catch_up(opened)
            await self._let_in()
        except BaseException:  # whatever it is, a cancellation too: it goes on to the caller, and nothing is left open
            await self._give_up()
            raise
        self._spawn(self._follow())
        self._spawn(self._sweep())
        self._spawn(tend(self._service, self._set_alarm))

    async def _open_log(self) -> tuple[MessageLog, Opened]:
        try:
            log = open_log(self.settings.log, history=self.settings.history)
            return log, await log.open()
        except (ValueError, OpenError) as error:
            raise StartError(str(error)) from error

    def _make_service(self, log: MessageLog, opened: Opened) -> None:
        settings = self.settings
        roster = Roster(settings.name_grace)
        timeline = Timeline(history=settings.history)
        room = Room(timeline, roster, max_text=settings.max_text, max_lines=settings.max_lines)
        sync = SyncBuilder(timeline, roster)
        turns = ReadScheduler()
        hub = Hub(roster.take_changes, turns)
        admission = Admission(settings.max_connections or connections_possible(), settings.per_address)
        clock = Clock(opened.time, self._wall)
        self._service = Service(
            settings, opened.epoch, timeline, room, sync, log, hub, turns, admission, clock, self._spawn
        )
        self._service.retained_messages = opened.retained_messages

    async def _catch_up(self, opened: Opened) -> None:
        """What was kept before, and what ended meanwhile: all of it is settled before anybody comes."""
        self._past = opened.last
        self._tail = self._service.log.tail(opened.replay_after)
        try:
            await remember(self._service, opened)
            await self._follow_to(opened.last if opened.first <= opened.last else 0)
            await self._follow_to(await end_what_is_over(self._service))
        except LogError as error:
            raise StartError(str(error)) from error
        except ValueError as error:  # what is in it was written by no room
            raise StartError(f"The log can't be replayed: {error}.") from error

    async def _let_in(self) -> None:
        settings, service = self.settings, self._service
        operations = Operations(service, metrics_elsewhere=settings.metrics_at is not None)
        service.page = operations.page
        self.port = await self._listen(settings.host, settings.port, lambda: Session(service), "--port")
        if settings.metrics_at:
            host, port = settings.metrics_at
            self.metrics_port = await self._listen(
                host, port, lambda: MetricsConnection(service, operations), "--metrics-address"
            )

    async def _give_up(self) -> None:
        """Nothing is left of a start that failed."""
        for server in self._servers:
            server.close()
        await self._service.log.close()
        if self._alarm:
            self._alarm.cancel()

    async def _listen(self, host: str, port: int, connection: Callable[[], Session], option: str) -> int:
        """Let connections come to an address, which `option` can change; returns its port."""
        try:
            server = await listen(host, port, connection)
        except (OSError, OverflowError) as error:
            raise StartError(explain_bind_error(host, port, option, error)) from error
        self._servers.append(server)
        listens_on: int = server.sockets[0].getsockname()[1]
        return listens_on

    def stop(self) -> None:
        """Ask `serve` to end; may be called from a signal handler of the loop."""
        self._stop.set()

    async def serve(self) -> None:
        """Run until `stop`, or until a part of the server dies.

        Raises:
            BaseException: what that part died of.
        """
        await self._stop.wait()
        await self._shut_down()
        if self._failure is not None:
            raise self._failure

    async def _shut_down(self) -> None:
        """Answer what was read, tell everyone, and cut off whoever does not listen."""
        service = self._service
        service.stopping = True
        for server in self._servers:
            server.close()
        await self._drain()
        for session in list(service.sessions):
            session.close(CLOSE_RESTART, "The server is restarting.")
        with suppress(TimeoutError):
            if service.sessions:
                await asyncio.wait_for(service.empty.wait(), self.settings.close_timeout)
        for session in list(service.sessions):
            session.transport.abort()
        with suppress(LogError):
            await service.log.mark(service.now())
        await service.log.close()
        if self._alarm:
            self._alarm.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _drain(self) -> None:
        """Hear what has arrived, no more; then wait until all of it is kept and on its way, at most a second."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _DRAIN_SECONDS
        sessions = self._service.sessions
        for _ in range(_LAST_READS):
            await asyncio.sleep(0)
        for session in list(sessions):
            session.hold_reading(STOPPING)
        while loop.time() < deadline and self._failure is None:
            if not any(session.busy for session in sessions):
                break
            await asyncio.sleep(0)
        self._service.hub.flush()
        for session in list(sessions):
            session.release_reading(STOPPING)

    # -- log -> room -> hub -------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """The one road: whatever the log has kept becomes known here, in its order."""
        async for batch in self._tail:
            self._take(batch)

    async def _follow_to(self, seq: int) -> None:
        """As far as this number, which the log has kept."""
        while self._service.timeline.applied < seq:
            self._take(await anext(self._tail))

    def _take(self, batch: Sequence[Entry] | Reset) -> None:
        service = self._service
        if isinstance(batch, Reset):
            raise RuntimeError(  # noqa: TRY004 - not a wrong type, a broken promise
                f"the log begins at {batch.first} and can't be followed from its beginning"
            )
        shown = deleted = 0
        for entry in batch:
            delivery = service.room.apply(entry.seq, entry.body)
            if delivery is None:
                continue
            shown += entry.seq > self._past
            if entry.kind == DELETE:
                deleted += entry.seq > self._past
            service.hub.publish(delivery.event, delivery.audience)
        service.counts.messages += shown - deleted
        service.counts.deletions += deleted
        service.log_failed_at = None
        self._set_alarm()
        if service.parked:
            service.wake()

    # -- what happens by the clock ------------------------------------------------------------------------------

    def _set_alarm(self) -> None:
        """One alarm, for whatever is due next."""
        service = self._service
        due = service.timeline.next_due()
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        if due is not None:
            wait = min(max(0.0, due - service.now()), _LONGEST_ALARM)
            self._alarm = asyncio.get_running_loop().call_later(wait, self._ring)

    def _ring(self) -> None:
        service = self._service
        for draft in service.timeline.due(service.now()):
            kept = delete_expired(service, draft)
            if not kept.done() or kept.exception():
                self._spawn(self._keep_deletion(kept, draft))
            else:
                self._count_expiry(service.timeline.end_of(draft.id))
        self._set_alarm()

    def _count_expiry(self, end: float | None) -> None:
        """How late it was, now that the log has it: in this tick everybody is told."""
        if end is not None:
            self._service.counts.expiry_lag.observe(max(0.0, self._service.now() - end))

    async def _keep_deletion(self, kept: asyncio.Future[int], draft: NewDeletion) -> None:
        """What has expired goes, even when the log can't say so just now."""
        end = self._service.timeline.end_of(draft.id)
        try:
            await kept
            self._count_expiry(end)
        except LogError:
            _log.exception("an expired message could not be deleted; trying again")
            self._service.log_failed_at = self._service.now()
            await asyncio.sleep(_RETRY_SECONDS)
            self._service.room.abandon(draft)
            self._set_alarm()

    async def _sweep(self) -> None:
        """Look at every deadline once a second: handshakes, keepalive, slow readers, names."""
        service = self._service
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _SWEEP_SECONDS
            await asyncio.sleep(_SWEEP_SECONDS)
            now = loop.time()
            service.counts.loop_lag.observe(max(0.0, now - due))
            await self._look_at_deadlines(now)
            for name in service.room.roster.expire_names(service.now()):
                await service.release(name)

    async def _look_at_deadlines(self, now: float) -> None:
        """Of every connection, at the loop's time `now`; whatever else there is to do goes on in between."""
        for number, session in enumerate(list(self._service.sessions), 1):
            session.sweep(now)
            if number % _SWEPT_AT_ONCE == 0:
                await asyncio.sleep(0)

    # -- tasks --------------------------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run something beside everything else; if it dies, the server ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._task_done)
        return task

    def _task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.critical("a part of the server died, so it ends", exc_info=error)
            self._failure = self._failure or error
            self._stop.set()
