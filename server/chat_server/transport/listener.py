"""Listener: opens the sockets that accept connections, and says how many there may be."""

import asyncio
import errno
import os
import resource
import socket
from collections.abc import Callable
from contextlib import suppress

_SPARE_FILES = 32
_FEWEST_FILES = _SPARE_FILES + 8
_UNPRIVILEGED = 1024  # ports from here on are for everybody
_ACCEPTED_AT_ONCE = 2
_QUEUE = 1024
_UNSENT = 65_536


async def listen(host: str, port: int, connection: Callable[[], asyncio.BaseProtocol]) -> asyncio.Server:
    """Let connections come to an address.

    Raises:
        OSError, OverflowError, UnicodeError: when that is not possible.
    """
    server = await asyncio.get_running_loop().create_server(connection, host, port, backlog=_ACCEPTED_AT_ONCE)
    _prepare(server)
    return server


def connections_possible() -> int:
    """As many as the system gives this process files for, with some to spare."""
    return max(1, files_possible() - _SPARE_FILES)


def files_possible() -> int:
    """How many files this process may open, once its limit is as high as it can be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return min(soft, 1 << 20)


def lack_of_files() -> str | None:
    """A sentence for the operator where this process may open too few files to serve anybody."""
    if (possible := files_possible()) >= _FEWEST_FILES:
        return None
    return f"Only {possible} files may be open here, too few for a server. Raise the limit (ulimit -n) to 64 or more."


def _prepare(server: asyncio.Server) -> None:
    """Let many wait to be accepted, and let the system keep little for a peer that does not read.

    asyncio takes its `backlog` also for how many to accept in a row. Few of these, so that those who are too many are
    turned away before the files run out: then it would write an error for each that it can't accept.

    Without a limit of what is not sent yet, Linux takes 3.8 MiB for a peer that has stopped reading before we notice;
    with it, 60 to 80 KiB. Accepted sockets inherit it from the one that listens.
    """
    for listener in server.sockets:
        with socket.socket(fileno=os.dup(listener.fileno())) as same:
            same.listen(_QUEUE)
            if hasattr(socket, "TCP_NOTSENT_LOWAT"):
                same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)


def explain_bind_error(host: str, port: int, option: str, error: OSError | OverflowError | UnicodeError) -> str:
    """Say for the operator why this address can't be listened on; `option` is what changes its port."""
    where = f"{host}:{port}"
    if isinstance(error, socket.gaierror | UnicodeError) or getattr(error, "errno", 0) == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this computer."
    if isinstance(error, OSError) and "in use" in str(error):
        return f"{where} is in use already. Is a chat-server running? Choose another port with {option}."
    if isinstance(error, PermissionError) and 0 < port < _UNPRIVILEGED:
        return f"Only an administrator may listen on port {port}. Choose another port with {option}."
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return f"Can't listen on {where}: {reason}."
