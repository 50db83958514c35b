"""One client's connection, and what its lines mean: hello, hear a line, goodbye."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from urllib.parse import parse_qs

from websockets.http11 import Request

from chat_protocol import events
from chat_protocol.commands import (
    LIFETIME_MAX,
    LIFETIME_MIN,
    CommandError,
    Delete,
    Exit,
    History,
    Say,
    Search,
    TakeName,
    find_token,
    parse_command,
)
from chat_protocol.events import Client, Refusal, encode_event
from chat_protocol.names import NAME_LENGTH, InvalidNameError, check_name, fold_name
from chat_protocol.queries import parse_query
from chat_protocol.text import clean
from chat_server.connection import Answer, Connection, Stage
from chat_server.hub import Hub
from chat_server.identity import bearer_secret, client_id_of
from chat_server.limits import Admission, Knocking, TokenBucket
from chat_server.log import DELETE, MESSAGE, Entry, LogError, MessageLog
from chat_server.metrics import Counts
from chat_server.origins import foreign_origin
from chat_server.room import GREETING_BYTES, DeletionDraft, Draft, Refused, Room, encode_draft, too_long
from chat_server.settings import Settings
from chat_server.turns import Turns

_log = logging.getLogger("chat_server")

_REFUSED_MOST = 200  # lines that were too fast, and are not forgiven yet
_FOUND_AT_ONCE = 20  # messages that one answer to /search holds
_BUSY = 2  # a reason to hold reading, beside Connection's own
STOPPING = 4  # another
_QUERY_FIELDS = 16
_TOKEN_WITHIN = 512  # characters of a line that was too fast: its token is looked for in these

# Characters for commands before a text; twice the longest text and these are the most that is looked at of a line. To
# make it harmless takes 40 ms for 64 KiB of the worst.
_BEFORE_TEXT = 1024
READING = frozenset({"GET", "HEAD"})  # the methods of plain HTTP that get a page


@dataclass(slots=True)
class Service:
    """What every session of one room works with."""

    settings: Settings
    epoch: str
    room: Room
    log: MessageLog
    hub: Hub
    admission: Admission
    now: Callable[[], float]
    spawn: Callable[[Coroutine[None, None, None]], object]
    knocking: Knocking["Session"] = field(init=False)
    sessions: set["Session"] = field(default_factory=set)
    empty: asyncio.Event = field(default_factory=asyncio.Event)  # there is no session
    waiting: list["Session"] = field(default_factory=list)
    stopping: bool = False
    counts: Counts = field(default_factory=Counts)
    turns: Turns = field(default_factory=Turns)
    log_failed_at: float | None = None  # since then nothing was kept
    page: Callable[[str], Answer | None] = lambda _path: None  # what plain HTTP gets on the chat's port

    def __post_init__(self) -> None:
        self.knocking = Knocking(self.admission.may_knock)

    def wake(self) -> None:
        """Sessions that waited for the room look again."""
        waiting, self.waiting = self.waiting, []
        for session in waiting:
            session.resume()

    async def release(self, name: str) -> None:
        """Give a name back to the log, unless it is somebody's again."""
        if self.room.roster.owner_of(name) is None:
            await self.log.release(fold_name(name))

    def limits(self) -> dict[str, float]:
        """What a client may want to know before it is refused."""
        settings = self.settings
        limits: dict[str, float] = {
            "text": settings.max_text,
            "lines": settings.max_lines,
            "frame": settings.max_frame,
            "name": NAME_LENGTH,
            "temp_min": LIFETIME_MIN,
            "temp_max": LIFETIME_MAX,
            "history": settings.history,
        }
        if settings.rate:
            limits["burst"], limits["rate"] = settings.rate
        return limits


class Session(Connection):
    """One connection of a client that the room knows by `client_id`."""

    __slots__ = (
        "_bucket", "_busy", "_crowded", "_full", "_in_flight", "_keeps_name", "_last_seq", "_lines", "_longest",
        "_service", "client_id",
    )  # fmt: skip

    def __init__(self, service: Service) -> None:
        super().__init__(service.settings, service.turns)
        self._service = service
        self.client_id = ""
        self._full = self._crowded = False
        self._keeps_name = False
        self._busy = False  # a line is being worked on that the next one must wait for
        self._lines: deque[str | None] = deque()  # what came meanwhile; None stands for a binary message
        self._in_flight = 0  # entries that the log has not numbered yet
        self._last_seq = 0  # the newest entry of ours that it has
        self._longest = 2 * service.settings.max_text + _BEFORE_TEXT
        rate = service.settings.rate
        self._bucket = TokenBucket(*rate, service.now()) if rate else None

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
        elif oldest := self._service.knocking.enter(self):
            oldest.refused("shed")
            oldest.transport.abort()

    def ended(self) -> None:
        """Forget it."""
        self._lines.clear()
        self._service.knocking.leave(self)
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
        try:
            query = parse_qs(request.path.partition("?")[2], max_num_fields=_QUERY_FIELDS)
        except ValueError:  # too many fields: nobody that we know asks for that
            query = {}
        self._service.knocking.leave(self)
        self._service.counts.handshakes += 1
        secret = bearer_secret(request.headers)
        self._keeps_name = secret is not None
        self.client_id = client_id_of(secret)
        self._begin(self._greet(query.get("name", [""])[0]))

    async def _greet(self, wanted: str) -> None:
        service = self._service
        roster = service.room.roster
        problem: Refusal | None = None
        name = roster.name_of(self.client_id)
        if wanted:
            try:
                name = await self._claim(check_name(clean(wanted)))
            except InvalidNameError as error:
                problem = Refusal("bad_name", str(error))
            except Refused as error:
                problem = Refusal(error.code, error.text)
        while name is None:
            guest = roster.guest_name()
            if await service.log.claim(fold_name(guest), self.client_id) == self.client_id:
                name = guest
        if self.stage is not Stage.OPEN:
            await service.release(name)
            return
        old = roster.name_of(self.client_id)
        roster.join(self.client_id, name)
        you = Client(self.client_id, name)
        greeting = service.room.greet(you, epoch=service.epoch, now=service.now(), limits=service.limits())
        service.hub.join(self.client_id, self, greeting)
        if problem:
            self._tell(Refusal(problem.code, f"{problem.text} You are {name} now; choose another with /name."))
        if old is not None:
            await service.release(old)

    async def _claim(self, name: str) -> str:
        """Make a name ours; refused when it is somebody else's."""
        owner = await self._service.log.claim(fold_name(name), self.client_id)
        if owner != self.client_id:
            raise Refused("name_taken", f"{name} is taken here.")
        return name

    # -- a line -------------------------------------------------------------------------------------------------

    def heard(self, text: str) -> None:
        """Work on a line, or keep it until the one before it is done."""
        self._queue(text)

    def heard_binary(self) -> None:
        """Only text is spoken here."""
        self._queue(None)

    def _queue(self, text: str | None) -> None:
        if self._bucket and not self._in_time(self._bucket, text):
            return
        if self._busy:
            self._lines.append(text)
            self.hold_reading(_BUSY)
        else:
            self._hear(text)

    def _hear(self, text: str | None) -> None:
        if text is None:
            self._tell(Refusal("not_text", "Binary messages are not understood here; send text."))
            return
        try:
            command = parse_command(clean(text[: self._longest]))
        except CommandError as error:
            self._tell(Refusal(error.code, error.text, error.txn))
            return
        if len(text) > self._longest:
            refused = too_long(self._service.settings.max_text, len(text))
            self._tell(Refusal(refused.code, refused.text, command.txn))
            return
        match command:
            case TakeName():
                self._begin(self._rename(command))
            case _ if self._must_wait(command):
                self._busy = True
                self._lines.appendleft(text)
                self._service.waiting.append(self)
            case History():
                self._begin(self._show_history(command))
            case Search():
                self._begin(self._search(command))
            case Exit():
                self._service.hub.end_tick()  # the answers to the lines before this one
                self._keeps_name = False
                self.close(1000, "Goodbye.")
            case _:
                self._say(command)

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

    def _must_wait(self, command: Say | Delete | History | Search | Exit) -> bool:
        """Does this command look at messages, or end it all, while one of our own is not in the room yet?"""
        looks = not isinstance(command, Say) or command.reply_to is not None
        return looks and (self._in_flight > 0 or self._service.room.applied < self._last_seq)

    def _say(self, command: Say | Delete) -> None:
        service = self._service
        try:
            draft = service.room.decide(self.client_id, command, service.now())
        except Refused as refused:
            self._tell(Refusal(refused.code, refused.text, command.txn))
            return
        kind = DELETE if isinstance(draft, DeletionDraft) else MESSAGE
        erases = draft.id if isinstance(draft, DeletionDraft) else None
        kept = service.log.append(kind, encode_draft(draft), erases=erases)
        if kept.done() and kept.exception() is None:
            self._last_seq = kept.result()
        else:
            self._in_flight += 1
            kept.add_done_callback(partial(self._kept, draft, command.txn))

    def _kept(self, draft: Draft, txn: str | None, kept: asyncio.Future[int]) -> None:
        """The log has answered: the entry is kept, or it can't be."""
        self._in_flight -= 1
        if kept.cancelled():  # the log is being closed; nobody is told that it was kept
            self._service.room.undecide(draft)
            return
        error = kept.exception()
        if error is None:
            self._last_seq = max(self._last_seq, kept.result())
            self._service.wake()  # the tail may have been quicker than this answer
            return
        self._service.room.undecide(draft)
        self._service.wake()
        if not isinstance(error, LogError):
            raise error
        self._service.log_failed_at = self._service.now()
        self._tell(Refusal("not_kept", str(error), txn))

    async def _rename(self, command: TakeName) -> None:
        service = self._service
        roster = service.room.roster
        old = roster.name_of(self.client_id)
        try:
            name = await self._claim(check_name(command.name))
        except InvalidNameError as error:
            self._tell(Refusal("bad_name", str(error), command.txn))
        except Refused as refused:
            self._tell(Refusal(refused.code, refused.text, command.txn))
        else:
            if roster.name_of(self.client_id) is None:  # gone meanwhile, with its name
                await service.release(name)
                return
            roster.rename(self.client_id, name)
            service.hub.roster_changed()
            if old is not None:
                await service.release(old)

    async def _show_history(self, command: History) -> None:
        entries = await self._service.log.page(command.before, command.count + 1, self.client_id)
        rest = entries[-command.count :]
        messages, cut = _fitting(self._shown(rest)[::-1])
        more = cut or len(entries) > command.count
        self._answer(events.History(command.before, tuple(messages[::-1]), more, command.txn))

    async def _search(self, command: Search) -> None:
        entries = await self._service.log.search(parse_query(command.query), _FOUND_AT_ONCE + 1, self.client_id)
        messages, cut = _fitting(self._shown(entries[:_FOUND_AT_ONCE]))
        more = cut or len(entries) > _FOUND_AT_ONCE
        self._answer(events.Found(command.query, tuple(messages), more, command.txn))

    def _shown(self, entries: Sequence[Entry]) -> list[events.Message]:
        service = self._service
        return service.room.shown(((entry.seq, entry.body) for entry in entries), self.client_id, service.now())

    def _answer(self, event: events.History | events.Found) -> None:
        if self._service.hub.has(self.client_id, self):
            self._service.hub.tell(self, event)

    def _tell(self, refusal: Refusal) -> None:
        self._service.counts.errors[refusal.code] += 1
        if self._service.hub.has(self.client_id, self):
            self._service.hub.tell(self, refusal)

    # -- one thing at a time ------------------------------------------------------------------------------------

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        """Do what takes a while; lines that come meanwhile wait, and keep their order."""
        self._busy = True
        self._service.spawn(self._finish(work))

    async def _finish(self, work: Coroutine[None, None, None]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 - a fault in one session must not end the others'
            self._failed()
        self.resume()

    def _failed(self) -> None:
        _log.exception("a session failed: id=%s address=%s", self.client_id, self.address)
        self.close(1011, "The server made a mistake.")

    @property
    def busy(self) -> bool:
        """Is a line being worked on, or not shown yet?"""
        waits = self._busy or self.waits_for_turn or self._in_flight > 0
        return waits or self._service.room.applied < self._last_seq

    def resume(self) -> None:
        """What a line waited for has happened: go on with those that came meanwhile."""
        self._busy = False
        try:
            while self._lines and not self._busy and self.stage is Stage.OPEN:
                self._hear(self._lines.popleft())
        except Exception:  # noqa: BLE001 - as above
            self._failed()
        if not self._busy:
            self.release_reading(_BUSY)

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


def _fitting(messages: Sequence[events.Message]) -> tuple[Sequence[events.Message], bool]:
    """As many from the first as one answer may hold, and whether some had to stay behind."""
    size = 0
    for place, message in enumerate(messages):
        size += len(encode_event(message)) + 1
        if size > GREETING_BYTES:
            return messages[:place], True
    return messages, False


def _refuse(status: int, reason: str, sentence: str) -> Answer:
    return Answer(status, sentence + "\n", refused=reason)
