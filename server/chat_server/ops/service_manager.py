"""Service manager: tells systemd and its like how far the server is (sd_notify(3)), and reads what they signal."""

import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress


def notify(environment: Mapping[str, str], *lines: str) -> None:
    """Send lines such as `READY=1` to `NOTIFY_SOCKET`, if there is one. Whoever does not listen is told nothing."""
    path = environment.get("NOTIFY_SOCKET", "")
    if not path.startswith(("/", "@")):
        return
    address = "\0" + path[1:] if path.startswith("@") else path  # the abstract namespace
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.sendto("\n".join(lines).encode(), address)


def notify_reload(environment: Mapping[str, str]) -> None:
    """Tell that a reload was asked for, and is done."""
    microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    notify(environment, "RELOADING=1", f"MONOTONIC_USEC={microseconds}")
    notify(environment, "READY=1")


def has_terminal() -> bool:
    """Does this process have a terminal that controls it, which has not gone away?"""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
