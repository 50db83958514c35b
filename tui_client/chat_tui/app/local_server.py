"""A local server: hosts a room of our own in this program, for as long as the program runs.

It has a thread and an event loop to itself, so that a terminal that does not take what we draw holds up nobody else;
however the program ends, the room ends with it.
"""

import asyncio
import socket
import threading
from concurrent.futures import Future
from contextlib import closing, suppress

from chat_server.app import ChatServer, StartError
from chat_server.settings import Settings
from chat_tui.app.own_room import RoomError

_HERE = "127.0.0.1"
_PORTS = 10
"""How many are tried, one after the other, where the first is taken."""
_ENDING = 6.0
"""Seconds that the end may take: the server drains, and parts with whoever is there."""
_NOWHERE = ("192.0.2.1", 9)
"""An address that nobody has (RFC 5737)."""


class LocalServer:
    """A room on this computer, open to its network or not. `bound` is the address that it listens on.

    `network` is the address of this computer there, None where nobody comes from there.
    """

    def __init__(self, server: ChatServer, loop: asyncio.AbstractEventLoop, thread: threading.Thread) -> None:
        self._server = server
        self._loop = loop
        self._thread = thread
        self.port = server.port
        self.bound = f"{server.settings.host}:{server.port}"
        self.url = f"ws://127.0.0.1:{server.port}/"
        self.here_only = server.settings.host == _HERE
        self.network = None if self.here_only else lan_address()

    @property
    def invitation(self) -> str:
        """What others type to join; where there is no network, others at this computer."""
        return f"chat-tui ws://{self.network or 'localhost'}:{self.port}"

    def close(self) -> None:
        """Tell everyone, and end; waits for it."""
        with suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._server.stop)
        self._thread.join(_ENDING)


def open_room(port: int, *, networked: bool) -> LocalServer:
    """Start a room on this port, or on one of the next where it is taken; waits for it.

    `networked`: whoever reaches this computer may come, and not only who is at it.

    Raises:
        RoomError: when that is not possible.
    """
    started: Future[tuple[ChatServer, asyncio.AbstractEventLoop]] = Future()
    host = Settings().host if networked else _HERE
    thread = threading.Thread(target=_run, args=(port, host, started), name="own room", daemon=True)
    thread.start()
    try:
        server, loop = started.result()
    except StartError as error:
        raise RoomError(f"Can't start a room. {error}") from error
    return LocalServer(server, loop, thread)


def lan_address() -> str | None:
    """Return this computer's IPv4 address in its network, None where it has none. Nothing is sent to find it."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as asking:
        try:
            asking.connect(_NOWHERE)
        except OSError:
            return None
        address = str(asking.getsockname()[0])
    return None if address.startswith(("127.", "0.")) else address


def _run(port: int, host: str, started: "Future[tuple[ChatServer, asyncio.AbstractEventLoop]]") -> None:
    try:
        asyncio.run(_serve(port, host, started))
    except Exception as error:  # noqa: BLE001 - whoever waits for the start gets it, whatever it is
        if started.done():
            return  # the server has told of it, and whoever is in the room sees that it is gone
        started.set_exception(error)


async def _serve(port: int, host: str, started: "Future[tuple[ChatServer, asyncio.AbstractEventLoop]]") -> None:
    server = await _first_free(range(port, min(port + _PORTS, 65_536)) if port else range(1), host)
    started.set_result((server, asyncio.get_running_loop()))
    await server.serve()


async def _first_free(ports: range, host: str) -> ChatServer:
    problem = StartError(f"Ports {ports[0]} to {ports[-1]} are already in use.")
    for port in ports:
        if port and _answers(port):
            continue
        server = ChatServer(Settings(host=host, port=port))
        try:
            await server.start()
        except StartError as error:
            problem = error
        else:
            return server
    raise problem


def _answers(port: int) -> bool:
    """Is somebody there on this computer alone? Some systems let two listen on one port then."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as asking:
        asking.settimeout(0.5)
        return asking.connect_ex(("127.0.0.1", port)) == 0
