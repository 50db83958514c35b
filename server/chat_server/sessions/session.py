"""One client's connection, from hello to goodbye."""

import asyncio
import logging
from http import HTTPStatus

from websockets.http11 import Request

from chat_protocol.events import Client, Refusal
from chat_protocol.names import InvalidNameError, check_name, fold_name
from chat_protocol.text import clean
from chat_server.core.room import CommandRefused
from chat_server.sessions.commands import Speaker
from chat_server.sessions.context import Service
from chat_server.sessions.handshake import HandshakeQuery, read_handshake
from chat_server.sessions.identity import bearer_secret, client_id_of
from chat_server.transport.connection import Answer
from chat_server.transport.origin import foreign_origin
from chat_server.transport.write_buffer import Stage

_log = logging.getLogger("chat_server")

STOPPING = 4  # a reason to hold reading, beside those of the classes below
READING = frozenset({"GET", "HEAD"})  # the methods of plain HTTP that get a page


class Session(Speaker):
    """Who comes in, under which name, and what is left of it when it goes."""

    __slots__ = ("_crowded", "_full")

    def __init__(self, service: Service) -> None:
        super().__init__(service)
        self._full = self._crowded = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it. Whether it fits is settled now, so that those who come later don't push it out."""
        super().connection_made(transport)
        self._service.sessions.add(self)
        self._service.empty.clear()
        admission = self._service.admission
        admission.enter(self.address)
        self._full, self._crowded = admission.full, admission.crowded(self.address)
        if admission.overrun:
            self.refused("overrun")
            self.transport.abort()
        elif oldest := self._service.pending_handshakes.enter(self):
            oldest.refused("shed")
            oldest.transport.abort()

    def ended(self) -> None:
        """Forget it."""
        self._lines = None
        self._service.pending_handshakes.leave(self)
        self._service.sessions.discard(self)
        if not self._service.sessions:
            self._service.empty.set()
        self._service.admission.leave(self.address)

    # -- hello --------------------------------------------------------------------------------------------------

    def answer(self, request: Request) -> Answer | None:
        """A page for an operator's programs, which ask also when there is no room left; or why nobody is let in."""
        path = request.path.partition("?")[0]
        page = self._service.page(path)
        if page and request.method in READING:
            return page
        return self._refusal(path if page is None else "/", request)

    def _refusal(self, path: str, request: Request) -> Answer | None:
        """Why this handshake is not welcome, if it is not."""
        service = self._service
        if service.stopping:
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "stopping", "This server is about to end.")
        if self._full:
            return _refuse(HTTPStatus.SERVICE_UNAVAILABLE, "full", "This server is full; try again later.")
        if self._crowded:
            why = "Too many connections from your address; close one of them."
            return _refuse(HTTPStatus.TOO_MANY_REQUESTS, "crowded", why)
        if path != "/":
            why = f"There is no room {clean(path)[:100]} here; connect to / for the lobby."
            return _refuse(HTTPStatus.NOT_FOUND, "no_such_room", why)
        if foreign_origin(request.headers, service.settings.allow_origin):
            why = "Web pages of other sites may not connect (allow one with --allow-origin)."
            return _refuse(HTTPStatus.FORBIDDEN, "foreign_origin", why)
        return None

    def refused(self, reason: str) -> None:
        """Count it."""
        self._service.counts.refused[reason] += 1

    def opened(self, request: Request) -> None:
        """Find out who this is; greet when the name is settled."""
        self._service.pending_handshakes.leave(self)
        self._service.counts.handshakes += 1
        secret = bearer_secret(request.headers)
        self._keeps_name = secret is not None
        self.client_id = client_id_of(secret)
        self._begin(self._greet(read_handshake(request.path)))

    async def _greet(self, hello: HandshakeQuery) -> None:
        service = self._service
        roster = service.room.roster
        problem: Refusal | None = None
        name = roster.name_of(self.client_id)
        if hello.name:
            try:
                name = await self._claim(check_name(clean(hello.name)))
            except InvalidNameError as error:
                problem = Refusal("bad_name", str(error))
            except CommandRefused as error:
                problem = Refusal(error.code, error.text)
        while name is None:
            guest = roster.guest_name()
            if await service.log.claim(fold_name(guest), self.client_id, lasting=False) == self.client_id:
                name = guest
        if self.stage is not Stage.OPEN:
            await service.release(name)
            return
        old = roster.name_of(self.client_id)
        roster.join(self.client_id, name)
        you = Client(self.client_id, name)
        resume = hello.resume(service.epoch)
        greeting = service.sync.initial_sync(
            you, epoch=service.epoch, now=service.now(), limits=service.limits(), resume=resume
        )
        service.hub.join(self.client_id, self, greeting)
        if problem:
            self._tell(Refusal(problem.code, f"{problem.text} You are {name} now; choose another with /name."))
        if old is not None:
            await service.release(old)

    # -- goodbye ------------------------------------------------------------------------------------------------

    def writer_changed(self) -> None:
        """The hub's list of writers is old."""
        self._service.hub.writers_changed()

    def log_slow(self) -> None:
        """One line for the operator."""
        self._service.counts.slow_closes += 1
        _log.warning("closed a client that does not read: id=%s address=%s", self.client_id, self.address)

    def waited(self, size: int) -> None:
        """Remember the most."""
        counts = self._service.counts
        counts.outbox_most = max(counts.outbox_most, size)

    def closing(self) -> None:
        """Leave the room: nothing more is written to this connection, and it is not listed any more."""
        service = self._service
        if not service.hub.has(self.client_id, self):
            return
        service.hub.leave(self.client_id, self)
        free = service.room.roster.leave(self.client_id, service.now(), keep_name=self._keeps_name)
        if free is not None:
            service.spawn(service.release(free))


def _refuse(status: int, reason: str, sentence: str) -> Answer:
    return Answer(status, sentence + "\n", refused=reason)
