"""The conversation, said in a room of the chat server by those whose lines they are, each with a connection."""

import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

import msgspec
from lines import AUTHORS, Line, numbered
from weechat import TICK
from wire import TEXT, Client, client_frame, frame_end

PATIENCE = 60.0
_READ = 1 << 20
_LINE = b'"text":"line '


class Said(NamedTuple):
    """`at` is when the last line was sent, on `perf_counter`; `order` the lines' numbers as the server has them."""

    at: float
    order: list[int]


class _Event(msgspec.Struct):
    type: str
    text: str = ""


class Authors:
    """Everybody who says something, connected."""

    def __init__(self, port: int) -> None:
        self._clients = {author: Client(port, f"/?name={author}") for author in AUTHORS}
        for client in self._clients.values():
            while not any(b'"init"' in text for text in client.receive()):
                if client.closed:
                    raise RuntimeError(f"an author was closed with {client.closed}")
                time.sleep(TICK)
        self._heard = self._clients[AUTHORS[0]].unread  # what the first of them has not looked at

    def say(self, lines: Iterable[Line]) -> None:
        """Say these at once."""
        out: dict[str, bytearray] = {}
        for author, text in lines:
            out.setdefault(author, bytearray()).extend(client_frame(TEXT, text.encode()))
        for author, data in out.items():
            self._clients[author].socket.sendall(data)

    def flood(self, count: int, per_second: float, last_word: str) -> Said:
        """Say `count` numbered lines at this rate, and when all have come back the word, until it has too.

        Raises RuntimeError where the server has not given every line to its readers once.
        """
        begin = time.perf_counter()
        said = 0
        while said < count:
            due = min(count, int((time.perf_counter() - begin) * per_second) + 1)
            self.say(map(numbered, range(said, due)))
            said = due
            self._hear()
            time.sleep(TICK)
        self._hear_until(lambda: self._heard.count(_LINE) >= count)
        at = time.perf_counter()
        self.say([Line(AUTHORS[0], last_word)])
        self._hear_until(lambda: last_word.encode() in self._heard[-_READ:])
        order = [int(text[5:11]) for text in self._texts() if text.startswith("line ")]
        if sorted(order) != list(range(count)):
            raise RuntimeError(f"{count} lines were sent, and the server passed on {len(order)}")
        return Said(at, order)

    def _hear_until(self, enough: Callable[[], bool]) -> None:
        end = time.perf_counter() + PATIENCE
        while not enough():
            if time.perf_counter() > end:
                raise RuntimeError(f"not every line has come back after {PATIENCE:.0f} s")
            self._hear()
            time.sleep(TICK)

    def _hear(self) -> None:
        """Read what has come; what the first hears is kept, the others hear the same."""
        for author, client in self._clients.items():
            try:
                while data := client.socket.recv(_READ):
                    if author == AUTHORS[0]:
                        self._heard += data
            except BlockingIOError:
                pass

    def _texts(self) -> Iterable[str]:
        decode = msgspec.json.Decoder(_Event).decode
        at = 0
        while bounds := frame_end(self._heard, at):
            at = bounds[1]
            yield decode(self._heard[slice(*bounds)]).text

    def close(self) -> None:
        """Hang up."""
        for client in self._clients.values():
            client.socket.close()
