"""`chat-tui --plain`: the same client as the full-screen one, line by line.

Standard input is what you say, standard output is what happens, standard error is what goes wrong.

As long as the input goes on, a lost connection is told once and tried again for ever. When it has ended, what was said
is waited for: the end is 0 when the server has greeted us and has answered every line with its echo, 1 when it refused
a line or when it has answered none for the given time, connecting included. Time in which lines only wait because the
server takes so many a second does not count. A reader of the output who goes away is the end of the input, and nothing
that went wrong.

Whoever reads the output gets all of it. While they don't keep up, nothing is taken from the server, which ends such a
connection at last; after that, as after any other, a program that reads gets every message that the server still has,
in order and once, before those that come. Of others it gets the number, and the end is 3.
"""

import asyncio
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from chat_protocol.commands import Command, TakeName
from chat_protocol.events import Event
from chat_protocol.text import clean
from chat_tui.connection.address import place
from chat_tui.connection.client import Connection
from chat_tui.connection.states import Connected, Connecting, Lost, Status, TurnedAway
from chat_tui.engine.feed import Feed
from chat_tui.plain import wording
from chat_tui.plain.acknowledgements import Acknowledgements
from chat_tui.plain.answers import Answers
from chat_tui.plain.journal import Journal
from chat_tui.plain.rooms import RoomsJournal
from chat_tui.plain.speaker import Speaker
from chat_tui.plain.streams import Input, Output
from chat_tui.plain.terminal_line import terminal_line
from chat_tui.plain.wanted_name import WantedName
from chat_tui.state.outbox import Pending
from chat_tui.state.store import Change, Store

TIMEOUT = 10.0
"""Seconds without an answer after which it is given up, where nothing else is wished."""
MISSING = 3
"""The exit status when all went well but for messages that were missed and can't be had any more."""
HISTORY = 20
"""Messages from before that a person at a terminal is told."""
_LIMIT = 2_000
_UNDER_WAY = 100  # lines that may wait for an answer before the next one is read
_GOODBYE = 1.0
_FATAL_WAIT = 30.0  # seconds before a server is tried again that would have us no more
_QUOTE = 200
_MOST_TOLD = 50


def run_plain(
    url: str,
    *,
    name: str | None,
    secret: str | None,
    timeout: float = TIMEOUT,
    notice: str = "",
    keep_name: Callable[[str], None] | None = None,
    rooms: Sequence[str] = (),
) -> int:
    """Chat over the standard streams until the input ends. Returns the exit status.

    `timeout` is in seconds; `notice` is told first, as something that is wrong. `keep_name` writes down a name that was
    taken; it may raise RememberError. `rooms` are those to be in besides the one of the address.
    """
    if notice:
        complain(notice)

    async def run() -> int:
        return await _Program(url, name, secret, timeout, keep_name, rooms).run()

    return asyncio.run(run())


def complain(text: str) -> None:
    """Say on standard error what is wrong."""
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.write(f"chat-tui: {text}\n")
            sys.stderr.flush()


class _Program:
    """One run, inside an event loop."""

    def __init__(
        self,
        url: str,
        name: str | None,
        secret: str | None,
        timeout: float,
        keep_name: Callable[[str], None] | None,
        rooms: Sequence[str],
    ) -> None:
        at_terminal = sys.stdin is not None and sys.stdin.isatty()
        read_by_person = sys.stdout is not None and sys.stdout.isatty()
        self._timeout = timeout
        self._store = Store(secrets.token_hex(4) + "-", history_limit=_LIMIT, conversations=False)
        self._journal = Journal(
            self._store,
            place(url),
            history=HISTORY if at_terminal else 0,
            limit=_LIMIT,
            complete=not read_by_person,
        )
        self._rooms = RoomsJournal(self._store)
        for room in rooms:
            self._store.join(room)
        self._name = WantedName(self._store, name, keep_name)
        self._acknowledgements = Acknowledgements(self._store, timeout)
        self._output = Output(sys.stdout, self._no_reader, self._flow)
        self._typing = terminal_line(self._output.put)
        self._input = Input(sys.stdin, self._hear, self._typing)
        self._feed = Feed(
            self._store,
            lambda notify: Connection(
                url, name=name, secret=secret, notify=notify, resume=lambda: self._store.resume_point
            ),
            self._changed,
            self._status_changed,
        )
        self._answers = Answers(self._store, self._journal, self._ask, self._tell, time.time)
        self._feed.event_filter = self._hear_answers
        self._speaker = Speaker(
            self._feed, self._name, ask=self._ask, tell=self._tell, refuse=self._refuse, leave=self._leave
        )
        self._end: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._alarm: asyncio.TimerHandle | None = None
        self._went_wrong = False
        self._leaving = False
        self._hearing = False
        self._stopped = 0
        self._complaint = ""

    async def run(self) -> int:
        """Chat until it ends; returns the exit status."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._fault)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as under nohup
                loop.add_signal_handler(number, self._stop, 128 + number)
        self._output.start()
        if self._typing is not None:
            self._typing.start()
            loop.add_signal_handler(signal.SIGCONT, self._typing.start)
        self._input.start()
        feeding = asyncio.create_task(self._feed.run())
        feeding.add_done_callback(self._feed_ended)
        try:
            status = await self._end
            self._tell_unanswered()
            if self._leaving:
                self._feed.release_name_on_close()
            with suppress(TimeoutError):
                async with asyncio.timeout(_GOODBYE):
                    await self._feed.close()
            if self._typing is not None:
                self._output.put(self._typing.leave())
            await self._output.drained()
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)
            self._output.close()
            if self._typing is not None:
                self._typing.close()
        return self._stopped or status

    # -- out of the room ----------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        self._tell(self._journal.lines(change, time.time()))
        self._tell(self._rooms.lines(time.time()))
        for pending, code, reason in change.refused:
            if not self._answers.is_refused(pending, code):
                self._refused(pending, reason)
        for error in change.errors:
            self._complain(wording.shortened(error, _QUOTE))
        if change.you_changed and (ours := self._name.taken()):
            self._feed.rename(ours)
        self._acknowledgements.take(change)
        self._answers.follow()
        self._hear()

    def _hear_answers(self, events: list[Event]) -> list[Event]:
        others = self._answers.hear(events)
        if len(others) < len(events):
            self._acknowledgements.take(Change())
            self._hear()
        return others

    def _tell(self, lines: Iterable[str]) -> None:
        for line in lines:
            if self._typing is None:
                self._output.write(line)
            else:
                self._output.put(self._typing.around(line))

    def _complain(self, text: str) -> None:
        """Say what is wrong; at a terminal, above the line that is being typed."""
        if self._typing is not None and not self._stopped and sys.stderr is not None and sys.stderr.isatty():
            self._output.put(self._typing.around(f"chat-tui: {text}"))
        else:
            complain(text)

    def _flow(self) -> None:
        """The reader is behind, or behind no more: what it has no room for waits at the server."""
        if self._output.full:
            self._feed.pause()
            return
        self._acknowledgements.start_over()
        self._feed.resume()
        self._hear()

    def _status_changed(self, status: Status) -> None:
        match status:
            case Connecting():
                pass
            case Connected():
                self._complaint = ""
                self._journal.greeting()
            case TurnedAway(fatal=True) if self._input.ended or not self._acknowledgements.greeted:
                self._give_up(status.reason)
            case TurnedAway(fatal=True):
                self._no_connection(status.reason)
                asyncio.get_running_loop().call_later(_FATAL_WAIT, self._feed.retry_now)
            case Lost() | TurnedAway():
                self._no_connection(status.reason)

    def _no_connection(self, reason: str) -> None:
        """Say why, once."""
        if reason != self._complaint:
            self._complaint = reason
            self._complain(f"no connection, retrying: {wording.on_one_line(reason)}")
        self._watch()

    # -- into the room ------------------------------------------------------------------------------------------

    def _hear(self) -> None:
        """Say what there is to say, as far as the server keeps up."""
        if self._hearing:
            return
        self._hearing = True
        while self._may_say() and (line := self._input.take()):
            self._speaker.say(line)
        self._hearing = False
        self._watch()

    def _may_say(self) -> bool:
        return len(self._acknowledgements) < _UNDER_WAY and not self._output.full and not self._end.done()

    def _ask(self, command: Command, typed: str = "") -> Pending | None:
        """Put a line into the outbox; without `typed` it is the program's own."""
        if (pending := self._feed.say(command, typed)) is not None:
            self._acknowledgements.said(pending)
            self._acknowledgements.take(Change())  # a server that answers nothing has let go of some already
        return pending

    def _leave(self) -> None:
        """Take leave, and hear nothing more."""
        self._leaving = True
        self._input.close()

    def _refused(self, pending: Pending, reason: str) -> None:
        if isinstance(pending.command, TakeName):
            self._name.refused()
        self._refuse(pending.typed, reason)

    def _refuse(self, typed: str, reason: str) -> None:
        self._went_wrong = True
        self._complain(f"not sent: {wording.shortened(typed, _QUOTE)}: {wording.shortened(reason, 2 * _QUOTE)}")

    # -- the end ------------------------------------------------------------------------------------------------

    def _no_reader(self, error: OSError) -> None:
        """Nobody reads, or the disk is full: say no more than what has been read."""
        if not isinstance(error, BrokenPipeError):
            self._went_wrong = True
            self._complain(f"can't write to standard output: {error.strerror}")
        self._input.stop()
        self._watch()

    def _watch(self) -> None:
        """When the input has ended: end, give up, or look again later."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if not self._input.ended or self._end.done() or self._output.full:
            return
        answered = self._acknowledgements.greeted and not self._acknowledgements
        if answered and self._journal.behind is None and not self._input.rest():
            self._finish(1 if self._went_wrong else MISSING if self._answers.missing else 0)
            return
        loop = asyncio.get_running_loop()
        deadline = self._acknowledgements.deadline(loop.time(), self._store.outbox.wait(loop.time()))
        if deadline <= loop.time():
            self._give_up(f"No answer in {self._timeout:g} s.")
        else:
            self._alarm = loop.call_at(deadline, self._watch)

    def _give_up(self, reason: str) -> None:
        self._complain(wording.on_one_line(reason))
        self._finish(1)

    def _finish(self, status: int) -> None:
        if not self._end.done():
            self._end.set_result(status)

    def _tell_unanswered(self) -> None:
        """Nothing that was said is lost silently."""
        lines = [*self._acknowledgements.lines, *map(clean, self._input.rest())]
        if lines:
            self._complain(f"the server hasn't confirmed {len(lines)} of your lines:")
        for line in lines[:_MOST_TOLD]:
            self._complain(f"  {wording.on_one_line(line)}")
        if (more := len(lines) - _MOST_TOLD) > 0:
            self._complain(f"  and {more} more")

    def _stop(self, status: int) -> None:
        """A signal: end now, whoever still reads."""
        self._stopped = status
        self._finish(status)
        self._output.close()

    def _feed_ended(self, feeding: asyncio.Task[None]) -> None:
        if not feeding.cancelled() and (error := feeding.exception()) and not self._end.done():
            self._end.set_exception(error)

    def _fault(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A fault of our own in what the loop calls is the end; what it says of others' sockets is not for people."""
        error = context.get("exception")
        if "handle" in context and isinstance(error, Exception) and not self._end.done():
            self._end.set_exception(error)
