"""Chat session: one client on an open connection, from its greeting to its goodbye."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping

from chat_protocol.commands import Command, find_token
from chat_protocol.events import CLOSE_SLOW, Client, EncodedRoom, Event, Refusal
from chat_protocol.names import InvalidNameError, check_name, fold_name
from chat_protocol.text import clean
from chat_server.core.room import CommandRefused
from chat_server.log import LogError
from chat_server.rooms.hosted_room import HostedRoom
from chat_server.sessions.context import ServerContext
from chat_server.sessions.handshake import HandshakeQuery
from chat_server.sessions.line_queue import DROPPED, LineQueue
from chat_server.transport.connection import Connection
from chat_server.transport.handler import Handler
from chat_server.transport.write_buffer import Stage

_log = logging.getLogger("chat_server")

_TOKEN_WITHIN = 512  # characters of a line that was too fast: its token is looked for in these


class Session(Handler):
    """One client on one connection. What its lines mean says `handle_line`, which is given the session and a line.

    `keeps_name`: the client has a secret, so its name is kept for a time when it goes, unless it gives it up. `home` is
    the room that it came to, the lobby until that is in memory; `joined` are the others, None for no others.
    """

    __slots__ = (
        "_drained", "_handle_line", "client_id", "connection", "context", "deleting", "home", "host",
        "in_flight", "joined", "keeps_name", "last_seq", "lines",
    )  # fmt: skip

    def __init__(
        self,
        context: ServerContext,
        connection: Connection,
        handle_line: "Callable[[Session, str | None], None]",
        client_id: str,
    ) -> None:
        self.context = context
        self.host = context.host
        self.home = context.host.lobby
        self.joined: dict[str, HostedRoom] | None = None
        self._drained: asyncio.Future[None] | None = None
        self.connection = connection
        self._handle_line = handle_line
        self.client_id = client_id
        self.keeps_name = connection.has_secret
        bucket = context.rates.hold(client_id, connection.household, context.now(), has_secret=connection.has_secret)
        self.lines = LineQueue(connection, bucket)
        self.in_flight = 0  # entries that the log has not numbered yet
        self.deleting = 0  # of those that are deletions: the log may keep what was said after them first
        self.last_seq = 0  # the newest entry of ours that it has

    # -- lines --------------------------------------------------------------------------------------------------

    def on_text(self, text: str | None) -> None:
        """Work on a line, or keep it until the one before it is done."""
        lines = self.lines
        if lines.bucket is not None and (wait := lines.take(text, self.context.now())):
            if wait is not DROPPED:
                self._refuse_too_fast(text, wait)
        elif lines.busy:
            lines.push(text)
        else:
            self._handle_line(self, text)

    def _refuse_too_fast(self, text: str | None, wait: float) -> None:
        if self.lines.flooded:
            self.connection.close(1008, "Too many lines; slow down.")
        else:
            why = f"Too fast: that line was not sent. Try again in {wait:.1f} s."
            self.refuse(Refusal("too_fast", why, find_token(clean((text or "")[:_TOKEN_WITHIN]))))

    def tell(self, event: Event) -> None:
        """Send an event to this connection alone."""
        if self.host.hub.has(self.client_id, self.connection):
            self.host.hub.tell(self.connection, event)

    def tell_trouble(self, trouble: str) -> None:
        """Say that nothing can be kept just now; what was said is not refused by that."""
        self.tell(Refusal("waiting", f"The server can't save messages right now: {trouble}."))

    def refuse(self, refusal: Refusal) -> None:
        """Count a line that is not carried out, and tell its sender why."""
        self.context.counts.errors[refusal.code] += 1
        self.tell(refusal)

    def begin(self, work: Coroutine[None, None, object]) -> None:
        """Do what takes a while; lines that come meanwhile wait, and keep their order."""
        self.lines.busy = True
        self.context.spawn(self._finish(work))

    async def _finish(self, work: Coroutine[None, None, object]) -> None:
        await self._guarded(work)
        self.resume()

    def begin_beside(self, work: Coroutine[None, None, object]) -> None:
        """Do what takes a while and what no line waits for."""
        self.context.spawn(self._guarded(work))

    async def ask_log(self, command: Command, work: Coroutine[None, None, object]) -> None:
        """Do what asks the log for something; where it has no answer just now, or may not be, nothing is done."""
        try:
            await work
        except LogError as error:
            self.refuse(Refusal("not_read", str(error), command.txn))
        except CommandRefused as refused:
            self.refuse(Refusal(refused.code, refused.text, command.txn))

    async def _guarded(self, work: Coroutine[None, None, object]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 - a fault in one session must not end the others'
            self._failed()

    def _failed(self) -> None:
        _log.exception("a session failed: id=%s address=%s", self.client_id, self.connection.address)
        self.connection.close(1011, "Something went wrong on the server.")

    @property
    def has_unseen(self) -> bool:
        """Is one of our own lines not in the room yet? Then nobody looks at messages, or ends it all."""
        return self.in_flight > 0 or self.host.applied < self.last_seq

    @property
    def busy(self) -> bool:
        """Is a line being worked on, or not shown yet?"""
        return self.lines.busy or self.has_unseen

    def park(self, line: str | None) -> None:
        """Keep a line, and those behind it, until our own lines are in the room."""
        self.lines.put_back(line)
        self.host.park(self.resume)

    def resume(self) -> None:
        """Go on with the lines that came meanwhile: what one waited for has happened."""
        try:
            self.lines.resume(self._work_on)
        except Exception:  # noqa: BLE001 - nor may one in a line that had to wait
            self._failed()
        self.lines.settle()
        if self.connection.has_ended:
            self._end_when_done()

    def _work_on(self, line: str | None) -> None:
        self._handle_line(self, line)

    # -- names --------------------------------------------------------------------------------------------------

    def start(self, query: HandshakeQuery, home: str) -> None:
        """Settle the name, then greet, in the room with the key `home`; lines wait for it."""
        self.begin(self._greet(query, home))

    async def _greet(self, query: HandshakeQuery, home_name: str) -> None:
        host = self.host
        roster = host.roster
        problem: Refusal | None = None
        name = roster.name_of(self.client_id)
        if query.name:
            try:
                name = await self.claim(check_name(clean(query.name)))
            except InvalidNameError as error:
                problem = Refusal("bad_name", str(error))
            except CommandRefused as error:
                problem = Refusal(error.code, error.text)
        while name is None:
            guest = roster.guest_name()
            if await host.log.claim(fold_name(guest), self.client_id, lasting=False) == self.client_id:
                name = guest
        resume = query.resume(host.epoch)
        home = await self._load_home(home_name, resume)
        read = (await self.read_places()).get(home_name)
        if self.connection.stage is not Stage.OPEN or home is None:
            await host.release_name(name)
            return
        self.home = home
        before = roster.name_of(self.client_id)
        freed = roster.join(self.client_id, name, self.context.now())
        if before is not None and before != name:
            host.renamed(self.client_id)
        home.presence.enter(self.client_id)
        self._join(Client(self.client_id, name), resume, read)
        if problem:
            self.refuse(
                Refusal(problem.code, f"{problem.text} You are {name} for now; choose another name with /name.")
            )
        for former in freed:
            await host.release_name(former)

    async def _load_home(self, name: str, resume: int | None) -> HostedRoom | None:
        """The room that this client came to; None where it can't be read: then nobody is let in."""
        try:
            return await self.host.load(name, resume)
        except LogError:
            _log.exception("a room can't be read: %s", name)
            self.connection.close(1011, "The server couldn't read that room.")
            return None

    async def read_places(self) -> Mapping[str, int]:
        """Up to which message this client has read, by room; nobody knows it of who has no secret."""
        if not self.connection.has_secret:
            return {}
        try:
            return await self.host.log.places(self.client_id)
        except LogError:
            return {}  # it is told less, and can chat

    def _join(self, you: Client, resume: int | None, read: int | None) -> None:
        """Have the hub write to this connection from now on; the greeting is first."""
        host, context, home = self.host, self.context, self.home
        greeting = home.sync.initial_sync(
            you,
            epoch=host.epoch,
            now=context.now(),
            limits=context.limits(),
            position=host.position_of(home),
            resume=resume,
            read=read,
        )
        host.hub.join(self.client_id, self.connection, home.channel, greeting)
        if host.trouble is not None:
            self.tell_trouble(host.trouble)

    # -- rooms --------------------------------------------------------------------------------------------------

    def room(self, name: str | None) -> str:
        """The key of the room that a line is about, which may name it."""
        return self.home.name if name is None else self.host.rooms.named(name)

    def is_in(self, hosted: HostedRoom) -> bool:
        """Is what is said in this room told to this connection?"""
        return self.connection in hosted.channel.members

    def rooms(self) -> list[HostedRoom]:
        """Those that it is in, its home first."""
        return [self.home, *(self.joined or {}).values()]

    def enter(self, hosted: HostedRoom, view: EncodedRoom) -> None:
        """From now on this connection is told what is said in a room; its `view` is first."""
        self.joined = self.joined or {}
        self.joined[hosted.name] = hosted
        self.host.hub.subscribe(self.connection, hosted.channel, view)

    def quit(self, hosted: HostedRoom) -> None:
        """No longer."""
        if self.joined is not None and self.joined.pop(hosted.name, None) is not None:
            self._leave(hosted)

    def _leave(self, hosted: HostedRoom) -> None:
        hosted.presence.leave(self.client_id)
        hosted.idle_since = self.context.now()
        self.host.hub.unsubscribe(self.connection, hosted.channel)

    async def drained(self) -> None:
        """Wait until the peer has taken what was written."""
        while self.connection.paused and self.connection.stage is Stage.OPEN:
            self._drained = asyncio.get_running_loop().create_future()
            await self._drained

    async def claim(self, name: str) -> str:
        """Make a name ours.

        Raises:
            CommandRefused: when it is somebody else's.
        """
        owner = await self.host.log.claim(fold_name(name), self.client_id, lasting=self.keeps_name)
        if owner != self.client_id:
            raise CommandRefused("name_taken", f"{name} is already taken.")
        if other := self.host.roster.looks_like(name, self.client_id):
            await self.host.release_name(name)
            raise CommandRefused("name_taken", f"{name} looks too much like {other}, which is taken.")
        return name

    # -- goodbye ------------------------------------------------------------------------------------------------

    def writer_changed(self) -> None:
        """Have the hub ask again how to write to this connection."""
        for hosted in self.rooms():
            hosted.channel.writers_changed()
        self._peer_took()

    def _peer_took(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)

    def on_slow(self) -> None:
        """Close, with one line for the operator."""
        _log.warning("closed a slow client: id=%s address=%s", self.client_id, self.connection.address)
        self.context.counts.slow_closes += 1
        self.connection.drop_held()
        self.connection.close(CLOSE_SLOW, "This connection couldn't keep up; reconnect to catch up.")

    def on_goodbye(self) -> bool:
        """What was said before a polite end is carried out, in its order, as before `/exit`."""
        nothing_said = not self.lines.waiting and not self.host.hub.has(self.client_id, self.connection)
        if nothing_said or not self.busy:
            self.host.hub.write_pending()  # the answers to the last lines, as they are kept already
            return False
        if not self.lines.busy:
            self.host.park(self._end_when_done)
        return True

    def _end_when_done(self) -> None:
        """Close when no line is left and ours are in the room; called again when one of these has changed."""
        if self.lines.busy:
            return
        if self.has_unseen:
            self.host.park(self._end_when_done)
        else:
            self.host.hub.write_pending()
            self.connection.close(1000)

    def on_closed(self) -> None:
        """Leave all rooms: nothing more is written to this connection, and it is not listed any more."""
        self.lines.clear()
        self._peer_took()
        host, context, connection = self.host, self.context, self.connection
        now, household = context.now(), connection.household
        context.rates.let_go(self.client_id, household, now, has_secret=connection.has_secret)
        if not host.hub.has(self.client_id, connection):
            return
        for hosted in self.rooms():
            self._leave(hosted)
        self.joined = None
        host.forget_echoes(connection)
        host.hub.leave(self.client_id, connection)
        for name in host.roster.leave(self.client_id, now, keep_name=self.keeps_name, household=household):
            context.spawn(host.release_name(name))
