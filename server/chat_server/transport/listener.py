"""Listener: binds the sockets that accept connections, and says how many there may be."""

import asyncio
import errno
import os
import resource
import socket
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

UNIX = "unix:"
"""How the address of a Unix socket begins."""

_SPARE_FILES = 32
_FEWEST_FILES = _SPARE_FILES + 8
_UNPRIVILEGED = 1024  # ports from here on are for everybody
# asyncio takes its `backlog` also for how many to accept in a row. Few of these, so that those who are too many are
# turned away before the files run out: then it would write an error for each that it can't accept.
_ACCEPTED_AT_ONCE = 2
_QUEUE = 1024  # that wait to be accepted
_UNSENT = 65_536
_UNIX_MODE = 0o660
_PROBE_SECONDS = 1.0
_TRIES = 10  # to find one port that is free for all addresses


class ListenError(Exception):
    """An address can't be listened on. Its text is for the operator. `in_use`: somebody else has it."""

    def __init__(self, text: str, *, in_use: bool = False) -> None:
        super().__init__(text)
        self.in_use = in_use


class Listeners:
    """The sockets of one door: where connections come in, by TCP and by Unix sockets.

    `inherited`: somebody else has bound them, to whom the files of Unix sockets belong.
    """

    def __init__(self, sockets: Sequence[socket.socket], *, inherited: bool = False) -> None:
        self._sockets = sockets
        paths = [] if inherited else [str(one.getsockname()) for one in sockets if _is_unix(one)]
        self._paths = {path: _identity(path) for path in paths}
        self._servers: list[asyncio.Server] = []
        self.addresses = tuple(_address_of(one) for one in sockets)
        """Host and port of each, a path and 0 for a Unix socket."""

    @property
    def port(self) -> int:
        """The port, 0 where there are only Unix sockets."""
        return next((port for _, port in self.addresses if port), 0)

    async def open(self, connection: Callable[[], asyncio.BaseProtocol]) -> None:
        """Let connections come in."""
        loop = asyncio.get_running_loop()
        for one in self._sockets:
            _limit_unsent(one)
            create = loop.create_unix_server if _is_unix(one) else loop.create_server
            self._servers.append(await create(connection, sock=one, backlog=_ACCEPTED_AT_ONCE))
            one.listen(_QUEUE)

    def close(self) -> None:
        """Let nobody in any more, and remove the Unix sockets that are still these."""
        for server in self._servers:
            server.close()
        for one in self._sockets:
            one.close()
        for path, identity in self._paths.items():
            if identity and _identity(path) == identity:
                Path(path).unlink(missing_ok=True)


def bind(hosts: Sequence[str], port: int, option: str) -> Listeners:
    """Return sockets for all of these addresses: names, IPv4 or IPv6 numbers, or unix:PATH. A `port` of 0 picks one.

    Raises:
        ListenError: when one can't be had; `option` is what changes the port.
    """
    tries = 1 if port else _TRIES
    while True:
        tries -= 1
        try:
            return Listeners(_bind_all(hosts, port, option))
        except ListenError as error:  # a port that is free for one address may be taken for another
            if not (tries and error.in_use):
                raise


def _bind_all(hosts: Sequence[str], port: int, option: str) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for host in hosts:
            if host.startswith(UNIX):
                sockets.append(_bind_unix(host.removeprefix(UNIX)))
                continue
            try:
                for family, kind, _, _, where in _resolve(host, port):
                    sockets.append(_bind_tcp(family, kind, (where[0], port, *where[2:])))
                    port = port or sockets[-1].getsockname()[1]
            except (OSError, OverflowError, UnicodeError) as error:
                in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
                raise ListenError(explain_bind_error(host, port, option, error), in_use=in_use) from error
    except BaseException:  # whatever it is goes on to the caller, and none of the others is listened on
        for one in sockets:
            one.close()
        raise
    return sockets


def _resolve(host: str, port: int) -> list[Any]:
    """Each address of a host once, IPv4 first: a port that is free there is most often free in IPv6 too."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return sorted(dict.fromkeys(found), key=lambda one: one[0] != socket.AF_INET)


def _bind_tcp(family: socket.AddressFamily, kind: socket.SocketKind, where: tuple[Any, ...]) -> socket.socket:
    """Make one socket for one address. It is for its own family alone, so that both may have the same port."""
    one = socket.socket(family, kind)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(where)
    except BaseException:  # whatever it is goes on to the caller, and nothing stays open
        one.close()
        raise
    return one


def _bind_unix(path: str) -> socket.socket:
    """Make a Unix socket for our own user and group. One that nobody listens on any more is replaced."""
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        if _identity(path):
            _remove_stale(path)
        one.bind(path)
        Path(path).chmod(_UNIX_MODE)  # before anybody can connect: it does not listen yet
    except OSError as error:
        one.close()
        # Only a path that is longer than the system allows fails before the system is asked, and so without a number.
        why = error.strerror or "the path is too long for a socket (use a shorter one)"
        raise ListenError(f"Can't listen on {UNIX}{path}: {why}.") from error
    except ListenError:
        one.close()
        raise
    return one


def _remove_stale(path: str) -> None:
    if not stat.S_ISSOCK(os.lstat(path).st_mode):
        raise ListenError(f"Can't listen on {UNIX}{path}: something other than a socket is there.")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_PROBE_SECONDS)
        with suppress(ConnectionRefusedError, FileNotFoundError):
            probe.connect(path)
            raise ListenError(f"{UNIX}{path} is already in use. Is another chat-server running?")
    Path(path).unlink(missing_ok=True)


def _limit_unsent(one: socket.socket) -> None:
    """Have the system keep little for a peer that does not read.

    Without a limit of what is not sent yet, Linux takes 3.8 MiB for a peer that has stopped reading before we notice;
    with it, 60 to 80 KiB. Accepted sockets inherit it from the one that listens.
    """
    if hasattr(socket, "TCP_NOTSENT_LOWAT") and not _is_unix(one):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT)


def _is_unix(one: socket.socket) -> bool:
    return one.family == socket.AF_UNIX


def _address_of(one: socket.socket) -> tuple[str, int]:
    name: Any = one.getsockname()
    return (f"{UNIX}{name}", 0) if _is_unix(one) else (name[0], name[1])


def _identity(path: str) -> tuple[int, int] | None:
    """Which file this is; None for none."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


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
    return (
        f"Only {possible} files can be open at once, too few for a server. Raise the limit (ulimit -n) to 64 or more."
    )


def explain_bind_error(host: str, port: int, option: str, error: OSError | OverflowError | UnicodeError) -> str:
    """Say for the operator why this address can't be listened on; `option` is what changes its port."""
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if isinstance(error, socket.gaierror | UnicodeError) or getattr(error, "errno", 0) == errno.EADDRNOTAVAIL:
        return f"{host} is not an address of this computer."
    if isinstance(error, OSError) and "in use" in str(error):
        return f"{where} is already in use. Is another chat-server running? Choose another port with {option}."
    if isinstance(error, PermissionError) and 0 < port < _UNPRIVILEGED:
        return f"Listening on port {port} needs administrator rights. Choose another port with {option}."
    reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    return f"Can't listen on {where}: {reason}."
