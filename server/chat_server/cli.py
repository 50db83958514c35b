"""The command `chat-server`."""

import argparse
import asyncio
import gc
import ipaddress
import logging
import os
import signal
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import Field, fields
from importlib import metadata
from typing import Any

from chat_server.app import ChatServer, StartError
from chat_server.ops.service_manager import has_terminal, notify, notify_reload
from chat_server.settings import Settings
from chat_server.transport.activation import inherited_sockets
from chat_server.transport.listener import UNIX, ListenError

_log = logging.getLogger("chat_server")

_ENVIRONMENT = "CHAT_SERVER_"
_COPYING = {
    "backup": "copy a log as it is at this moment, also while a server has it open",
    "export": "write every message of a log as a line of JSON, the oldest first",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until SIGTERM or SIGINT, or copy a log. Returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in _COPYING:
        return _copy(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    try:
        settings = read_settings(arguments, os.environ)
    except ValueError as error:
        print(f"chat-server: {error}", file=sys.stderr)
        return 2
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_run(settings))
    except StartError as error:
        print(f"chat-server: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def read_settings(arguments: Sequence[str] | None, environment: Mapping[str, str]) -> Settings:
    """Options win over `CHAT_SERVER_*` variables, which win over the defaults.

    Raises:
        ValueError: when a value can't be used; its text is for the operator.
    """
    parser = argparse.ArgumentParser(
        prog="chat-server",
        description="A chat for people who live in a terminal: a plain WebSocket server.",
        epilog=f"Each option is also an environment variable, such as {_ENVIRONMENT}PORT. "
        "`chat-server backup LOG FILE` copies a log that is in a file, `chat-server export LOG` writes its messages.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"chat-server {metadata.version('chat-tui')}")
    for option in fields(Settings):
        flag = "--" + option.name.replace("_", "-")
        parser.add_argument(
            flag,
            type=_kind(option),
            action="append" if option.name == "host" else "store",
            metavar=option.metadata["metavar"],
            help=f"{option.metadata['help']} (default: {option.default or 'none'})".replace("%", "%%"),
        )
    given = vars(parser.parse_args(arguments))
    if given["host"]:
        given["host"] = ",".join(given["host"])
    values: dict[str, Any] = {}
    for option in fields(Settings):
        variable = _ENVIRONMENT + option.name.upper()
        if given[option.name] is not None:
            values[option.name] = given[option.name]
        elif environment.get(variable):
            try:
                values[option.name] = _kind(option)(environment[variable])
            except ValueError:
                raise ValueError(f"{variable} can't be {environment[variable]!r}") from None
    return Settings(**values)


def _copy(arguments: Sequence[str]) -> int:
    """`chat-server backup` and `chat-server export`."""
    from chat_server.log import OpenError  # noqa: PLC0415 - as below
    from chat_server.log.sqlite import backup, path_of  # noqa: PLC0415 - a server without a file needs no database
    from chat_server.ops.export import export  # noqa: PLC0415 - only these commands need it

    command = arguments[0]
    parser = argparse.ArgumentParser(prog=f"chat-server {command}", description=_COPYING[command])
    parser.add_argument("log", help="the file, or what --log names it")
    if command == "backup":
        parser.add_argument("file", help="the copy; must not be there yet")
    given = parser.parse_args(arguments[1:])
    try:
        if command == "backup":
            backup(path_of(given.log), path_of(given.file))
        else:
            for line in export(path_of(given.log)):
                sys.stdout.buffer.write(line + b"\n")
            sys.stdout.buffer.flush()
    except OpenError as error:
        print(f"chat-server: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _kind(option: "Field[Any]") -> Callable[[str], Any]:
    """What an option's text is made into: the type of its default."""
    return type(option.default)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster event loop where it is installed (the extra `fast`)."""
    try:
        import uvloop  # noqa: PLC0415 - optional
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _run(settings: Settings) -> None:
    try:
        inherited = inherited_sockets(os.environ)
    except ListenError as error:
        raise StartError(str(error)) from error
    server = ChatServer(settings, inherited=inherited)
    _follow_signals(server)
    await server.start()
    for host, port in server.addresses:
        _log.info("chat-server listens on %s", describe_address(host, port, server.addresses))
    if settings.metrics_at:
        where = settings.metrics_address.rpartition(":")[0]
        _log.info("metrics are on http://%s:%d/metrics", where, server.metrics_port)
    gc.collect()
    gc.freeze()
    notify(os.environ, "READY=1")
    await server.serve()
    _log.info("chat-server has ended")


def _follow_signals(server: ChatServer) -> None:
    """End politely; a hang-up ends only what belonged to a terminal that has gone."""
    loop = asyncio.get_running_loop()
    had_terminal = has_terminal()

    def stop() -> None:
        notify(os.environ, "STOPPING=1")
        server.stop()

    def hang_up() -> None:
        if had_terminal and not has_terminal():
            stop()
        else:
            notify_reload(os.environ)
            _log.info("asked to reload; nothing that is read again has changed")

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        loop.add_signal_handler(number, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        loop.add_signal_handler(signal.SIGHUP, hang_up)


def describe_address(host: str, port: int, others: Collection[tuple[str, int]] = ()) -> str:
    """The address, and who can reach it; `others` are all that are listened on."""
    if host.startswith(UNIX):
        return f"{host} (for a proxy on this computer: its user or group has to be ours)"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"ws://{host}:{port}"
    shown = f"[{host}]" if address.version == 6 else host
    if address.is_loopback:
        return f"ws://{shown}:{port} (this computer only)"
    network = "the network"
    if address.version == 6 and address.is_unspecified and not any("." in other for other, _ in others):
        network = "the network by IPv6, not by IPv4; for both, add --host 0.0.0.0"
    return f"ws://{shown}:{port} (open to {network}: whoever reaches this port may read, write and delete)"
