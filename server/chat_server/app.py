"""Chat server: puts the parts together, starts them, and stops them in good order."""

import asyncio
import logging
import socket
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress

from chat_protocol.events import CLOSE_RESTART
from chat_server.core.limits import Admission, ClientRates
from chat_server.core.metrics import Counts
from chat_server.core.roster import Roster
from chat_server.log import LogError, MessageLog, Opened, OpenError, open_log
from chat_server.ops import maintenance
from chat_server.ops.http import MetricsEntrance, OperatorPages
from chat_server.rooms.clock import Clock, Seen
from chat_server.rooms.host import RoomHost
from chat_server.rooms.registry import RoomRegistry
from chat_server.sessions.context import ServerContext
from chat_server.sessions.entrance import ChatEntrance
from chat_server.settings import Settings
from chat_server.transport.connection import Connection
from chat_server.transport.hub import DEFAULT_PACE, GATHERED_PACE, Hub
from chat_server.transport.listener import ListenError, Listeners, bind, connections_possible
from chat_server.transport.read_scheduler import ReadScheduler
from chat_server.transport.registry import ConnectionRegistry
from chat_server.transport.write_buffer import ReadHold

_log = logging.getLogger("chat_server")

_DRAIN_SECONDS = 1.0
_LOG_SECONDS = 5.0  # for what waits to be kept
_LAST_READS = 3  # loop ticks in which what the system has received for us is read


class StartError(Exception):
    """The server can't start. Its text is for the operator."""


class StopError(Exception):
    """The server has ended, and what it was told last may not be kept. Its text is for the operator."""


class ChatServer:
    """The rooms of one log. `start`, then `serve` until `stop` is called; everything runs in one event loop.

    `start_clock` is given the times that the log has seen last; `inherited` are sockets to listen on in place of those
    that the settings name. From its start on, a server has a `context`, and `addresses`: host and port of each.
    """

    context: ServerContext

    def __init__(
        self,
        settings: Settings,
        start_clock: Callable[[Seen], Clock] = Clock,
        inherited: Sequence[socket.socket] = (),
    ) -> None:
        self.settings = settings
        self._start_clock = start_clock
        self._inherited = inherited
        self.addresses: tuple[tuple[str, int], ...] = ()
        self.port = settings.port
        self.metrics_port: int | None = None  # of the address that is for metrics alone
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._doors: list[Listeners] = []

    # -- start --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the log, and listen.

        Raises:
            StartError: when that is not possible.
        """
        log, opened = await self._open_log()
        host = self._assemble(log, opened)
        try:
            await self._catch_up(host)
            await self._let_in()
        except BaseException:  # whatever it is, a cancellation too: it goes on to the caller, and nothing is left open
            for door in self._doors:
                door.close()
            await host.close()
            raise
        self._spawn(host.follow())
        self._spawn(maintenance.sweep(self.context))
        self._spawn(maintenance.run(self.settings, host))
        self._spawn(maintenance.watch(self.context))

    async def _open_log(self) -> tuple[MessageLog, Opened]:
        try:
            log = open_log(self.settings.log, history=self.settings.history)
            return log, await log.open()
        except (ValueError, OpenError) as error:
            raise StartError(str(error)) from error

    def _assemble(self, log: MessageLog, opened: Opened) -> RoomHost:
        """Make what there is one of per server."""
        settings = self.settings
        clock = self._start_clock(Seen(opened.time, opened.wall, opened.ends))
        maintenance.tell_doubts(clock)
        counts, scheduler = Counts(), ReadScheduler()
        rooms = RoomRegistry(settings, Roster(settings.name_grace, settings.per_address), log)
        hub = Hub(scheduler, GATHERED_PACE if opened.gathers else DEFAULT_PACE)
        host = RoomHost(rooms, log, hub, opened, now=clock, spawn=self._spawn, counts=counts)
        admission = Admission(settings.max_connections or connections_possible(), settings.per_address)
        connections = ConnectionRegistry(settings, scheduler, counts, admission)
        self.context = ServerContext(
            settings, clock, self._spawn, counts, connections, host, ClientRates(settings.rate)
        )
        return host

    async def _catch_up(self, host: RoomHost) -> None:
        try:
            await host.catch_up()
        except LogError as error:
            raise StartError(str(error)) from error
        except ValueError as error:  # what is in it was written by no room
            raise StartError(f"The log can't be replayed: {error}.") from error

    async def _let_in(self) -> None:
        settings, context = self.settings, self.context
        pages = OperatorPages(context, metrics_elsewhere=settings.metrics_at is not None)
        entrance = ChatEntrance(context, pages.page)
        if self._inherited:
            door = Listeners(self._inherited, inherited=True)
        else:
            door = self._bind(settings.hosts, settings.port, "--port")
        await self._open(door, entrance.connection)
        self.port, self.addresses = door.port, door.addresses
        if settings.metrics_at:
            host, port = settings.metrics_at
            apart = MetricsEntrance(context, pages)
            door = self._bind((host,), port, "--metrics-address")
            await self._open(door, apart.connection)
            self.metrics_port = door.port

    def _bind(self, hosts: Sequence[str], port: int, option: str) -> Listeners:
        try:
            return bind(hosts, port, option)
        except ListenError as error:
            raise StartError(str(error)) from error

    async def _open(self, door: Listeners, connection: Callable[[], Connection]) -> None:
        self._doors.append(door)
        await door.open(connection)

    # -- stop ---------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """Ask `serve` to end; may be called from a signal handler of the loop."""
        self._stop.set()

    async def serve(self) -> None:
        """Run until `stop`, or until a part of the server dies.

        Raises:
            StopError: when the log could not be closed: its disk hangs, and threads wait for it still.
            BaseException: what that part died of.
        """
        await self._stop.wait()
        await self._shut_down()
        if self._failure is not None:
            raise self._failure

    async def _shut_down(self) -> None:
        """Answer what was read, tell everyone, and cut off whoever does not listen."""
        context = self.context
        connections = context.connections
        context.stopping = True
        for door in self._doors:
            door.close()
        await self._drain()
        for connection in connections:
            connection.close(CLOSE_RESTART, "The server is restarting.")
        with suppress(TimeoutError):
            if len(connections):
                await asyncio.wait_for(connections.empty.wait(), self.settings.close_timeout)
        for connection in connections:
            connection.transport.abort()
        try:
            async with asyncio.timeout(_LOG_SECONDS):
                with suppress(LogError):
                    await context.host.log.mark(context.now(), context.now.believed)
                await context.host.close()
        except TimeoutError:
            self._failure = StopError("the disk is not responding, and the last messages may be lost")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _drain(self) -> None:
        """Hear what has arrived, no more; then wait until all of it is kept and on its way, at most a second."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _DRAIN_SECONDS
        connections = self.context.connections
        for _ in range(_LAST_READS):
            await asyncio.sleep(0)
        for connection in connections:
            connection.hold_reading(ReadHold.STOPPING)
        while loop.time() < deadline and self._failure is None:
            if not connections.busy:
                break
            await asyncio.sleep(0)
        self.context.host.hub.flush()
        for connection in connections:
            connection.release_reading(ReadHold.STOPPING)

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
            _log.critical("a part of the server crashed; stopping", exc_info=error)
            self._failure = self._failure or error
            self._stop.set()
