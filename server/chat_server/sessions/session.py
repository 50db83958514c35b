"""Chat session: one client on an open connection, from its greeting to its goodbye."""

import logging
from collections.abc import Callable, Coroutine

from chat_protocol.commands import Command, find_token
from chat_protocol.events import CLOSE_SLOW, Client, Event, Refusal
from chat_protocol.names import InvalidNameError, check_name, fold_name
from chat_protocol.text import clean
from chat_server.core.room import CommandRefused
from chat_server.log import LogError
from chat_server.rooms.hosted_room import HostedRoom
from chat_server.sessions.context import ServerContext
from chat_server.sessions.handshake import HandshakeQuery
from chat_server.sessions.line_queue import LineQueue
from chat_server.transport.connection import Connection
from chat_server.transport.handler import Handler
from chat_server.transport.write_buffer import Stage

_log = logging.getLogger("chat_server")

_TOKEN_WITHIN = 512  # characters of a line that was too fast: its token is looked for in these


class Session(Handler):
    """One client in one room. What its lines mean says `handle_line`, which is given the session and a line.

    `keeps_name`: the client has a secret, so its name is kept for a time when it goes, unless it gives it up.
    """

    __slots__ = (
        "_handle_line", "client_id", "connection", "context", "deleting", "hosted", "in_flight", "keeps_name",
        "last_seq", "lines",
    )  # fmt: skip

    def __init__(
        self,
        context: ServerContext,
        hosted: HostedRoom,
        connection: Connection,
        handle_line: "Callable[[Session, str | None], None]",
        client_id: str,
    ) -> None:
        self.context = context
        self.hosted = hosted
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
        if lines.bucket is not None and (wait := lines.bucket.take(self.context.now())):
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
        if self.hosted.hub.has(self.client_id, self.connection):
            self.hosted.hub.tell(self.connection, event)

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
        """Do what asks the log for something; where it has no answer just now, nothing is done."""
        try:
            await work
        except LogError as error:
            self.refuse(Refusal("not_read", str(error), command.txn))

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
        return self.in_flight > 0 or self.hosted.timeline.applied < self.last_seq

    @property
    def busy(self) -> bool:
        """Is a line being worked on, or not shown yet?"""
        return self.lines.busy or self.has_unseen

    def park(self, line: str | None) -> None:
        """Keep a line, and those behind it, until our own lines are in the room."""
        self.lines.put_back(line)
        self.hosted.park(self.resume)

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

    def start(self, query: HandshakeQuery) -> None:
        """Settle the name, then greet; lines wait for it."""
        self.begin(self._greet(query))

    async def _greet(self, query: HandshakeQuery) -> None:
        hosted = self.hosted
        roster = hosted.room.roster
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
            if await hosted.log.claim(fold_name(guest), self.client_id, lasting=False) == self.client_id:
                name = guest
        if self.connection.stage is not Stage.OPEN:
            await hosted.release_name(name)
            return
        freed = roster.join(self.client_id, name, self.context.now())
        self._join(Client(self.client_id, name), query)
        if problem:
            self.refuse(
                Refusal(problem.code, f"{problem.text} You are {name} for now; choose another name with /name.")
            )
        for former in freed:
            await hosted.release_name(former)

    def _join(self, you: Client, query: HandshakeQuery) -> None:
        """Have the hub write to this connection from now on; the greeting is first."""
        hosted, context = self.hosted, self.context
        greeting = hosted.sync.initial_sync(
            you,
            epoch=hosted.epoch,
            now=context.now(),
            limits=context.limits(hosted),
            resume=query.resume(hosted.epoch),
        )
        hosted.hub.join(self.client_id, self.connection, greeting)
        if hosted.trouble is not None:
            self.tell_trouble(hosted.trouble)

    async def claim(self, name: str) -> str:
        """Make a name ours.

        Raises:
            CommandRefused: when it is somebody else's.
        """
        owner = await self.hosted.log.claim(fold_name(name), self.client_id, lasting=self.keeps_name)
        if owner != self.client_id:
            raise CommandRefused("name_taken", f"{name} is already taken.")
        if other := self.hosted.room.roster.looks_like(name, self.client_id):
            await self.hosted.release_name(name)
            raise CommandRefused("name_taken", f"{name} looks too much like {other}, which is taken.")
        return name

    # -- goodbye ------------------------------------------------------------------------------------------------

    def writer_changed(self) -> None:
        """Have the hub ask again how to write to this connection."""
        self.hosted.hub.writers_changed()

    def on_slow(self) -> None:
        """Close, with one line for the operator."""
        _log.warning("closed a slow client: id=%s address=%s", self.client_id, self.connection.address)
        self.context.counts.slow_closes += 1
        self.connection.drop_held()
        self.connection.close(CLOSE_SLOW, "This connection couldn't keep up; reconnect to catch up.")

    def on_goodbye(self) -> bool:
        """What was said before a polite end is carried out, in its order, as before `/exit`."""
        nothing_said = not self.lines.waiting and not self.hosted.hub.has(self.client_id, self.connection)
        if nothing_said or not self.busy:
            self.hosted.hub.write_pending()  # the answers to the last lines, as they are kept already
            return False
        if not self.lines.busy:
            self.hosted.park(self._end_when_done)
        return True

    def _end_when_done(self) -> None:
        """Close when no line is left and ours are in the room; called again when one of these has changed."""
        if self.lines.busy:
            return
        if self.has_unseen:
            self.hosted.park(self._end_when_done)
        else:
            self.hosted.hub.write_pending()
            self.connection.close(1000)

    def on_closed(self) -> None:
        """Leave the room: nothing more is written to this connection, and it is not listed any more."""
        self.lines.clear()
        hosted, context, connection = self.hosted, self.context, self.connection
        now, household = context.now(), connection.household
        context.rates.let_go(self.client_id, household, now, has_secret=connection.has_secret)
        if not hosted.hub.has(self.client_id, self.connection):
            return
        hosted.hub.leave(self.client_id, connection)
        for name in hosted.room.roster.leave(self.client_id, now, keep_name=self.keeps_name, household=household):
            context.spawn(hosted.release_name(name))
