"""Socket activation: takes over the sockets on which a service manager listens for us (sd_listen_fds(3))."""

import os
import socket
from collections.abc import MutableMapping

from chat_server.transport.listener import ListenError

_FIRST = 3  # the descriptor after standard input, output and error


def inherited_sockets(environment: MutableMapping[str, str]) -> list[socket.socket]:
    """Return the listening sockets that `LISTEN_FDS` counts, if `LISTEN_PID` says that they are for this process.

    These variables are removed, so that no child takes the sockets for its own.

    Raises:
        ListenError: when they are not what a chat can be served on.
    """
    count, pid = environment.pop("LISTEN_FDS", ""), environment.pop("LISTEN_PID", "")
    environment.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not count.isdecimal():
        return []
    sockets = []
    for descriptor in range(_FIRST, _FIRST + int(count)):
        try:
            os.set_inheritable(descriptor, False)  # noqa: FBT003 - the system's call has no name for it
            one = socket.socket(fileno=descriptor)
            listens = one.type == socket.SOCK_STREAM and one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        except OSError as error:
            raise ListenError(f"LISTEN_FDS={count}, but {descriptor} is not a socket: {error.strerror}.") from error
        if not listens:
            raise ListenError(f"LISTEN_FDS={count}, but {descriptor} is not a listening stream socket (use Accept=no).")
        sockets.append(one)
    return sockets
