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
from typing import Any, NoReturn

from chat_server import log_commands
from chat_server.app import ChatServer, StartError, StopError
from chat_server.ops.operator_log import OperatorLog, begin_operator_log, open_missing_streams
from chat_server.ops.service_manager import has_terminal, notify, notify_reload
from chat_server.settings import Settings
from chat_server.transport.activation import inherited_sockets
from chat_server.transport.listener import UNIX, ListenError, lack_of_files

_log = logging.getLogger("chat_server")

_ENVIRONMENT = "CHAT_SERVER_"
_START_SECONDS = 5.0  # that a start gets when it is stopped before its end


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until SIGTERM or SIGINT, or a command on a log's file. Returns the exit status."""
    open_missing_streams()
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in log_commands.COMMANDS:
        return log_commands.run(arguments)
    operator_log = begin_operator_log()
    try:
        return _serve(arguments, operator_log)
    except Exception:  # noqa: BLE001 - whatever it is, the operator is told, by the one way that can't block
        _log.critical("chat-server crashed", exc_info=True)
        return 1
    finally:
        operator_log.end()


def _serve(arguments: Sequence[str], operator_log: OperatorLog) -> int:
    def leave(why: str) -> NoReturn:
        """End at once: an orderly exit would wait for threads that wait for a disk."""
        _log.critical("chat-server was forced to stop: %s", why)
        operator_log.end()
        os._exit(1)

    try:
        settings = read_settings(arguments, os.environ)
    except ValueError as error:
        print(f"chat-server: {error}", file=sys.stderr)
        return 2
    if lack := lack_of_files():
        print(f"chat-server: {lack}", file=sys.stderr)
        return 1
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_run(settings, leave))
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
        description="Chat server for people who live in a terminal. Any WebSocket client can join.",
        epilog=f"Every option can also be set as an environment variable, such as {_ENVIRONMENT}PORT. "
        "Log files have their own commands: `chat-server backup LOG FILE`, `chat-server restore FILE LOG` and "
        "`chat-server export LOG`.",
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
        elif (written := environment.get(variable)) and _is_of_kubernetes(written, environment):
            _log.warning("%s is ignored: Kubernetes sets it for a service called chat-server", variable)
        elif written:
            try:
                values[option.name] = _kind(option)(written)
            except ValueError:
                raise ValueError(f"{variable} is not valid: {environment[variable]!r}") from None
    return Settings(**values)


def _is_of_kubernetes(value: str, environment: Mapping[str, str]) -> bool:
    """Is it the address of a service? Their variables begin with the service's name, as ours do with the program's."""
    return _ENVIRONMENT + "SERVICE_HOST" in environment and value.startswith(("tcp://", "udp://", "sctp://"))


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


async def _run(settings: Settings, leave: Callable[[str], NoReturn]) -> None:
    try:
        inherited = inherited_sockets(os.environ)
    except ListenError as error:
        raise StartError(str(error)) from error
    server = ChatServer(settings, inherited=inherited)
    stopped = asyncio.Event()

    def stop() -> None:
        stopped.set()
        notify(os.environ, "STOPPING=1")
        server.stop()

    _follow_signals(stop)
    starting, stopping = asyncio.ensure_future(server.start()), asyncio.ensure_future(stopped.wait())
    await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait([starting], timeout=_START_SECONDS)
    if not starting.done():
        leave("it was stopped during startup, and the disk is not responding")
    await starting
    stopping.cancel()
    for host, port in server.addresses:
        _log.info("chat-server listens on %s", describe_address(host, port, server.addresses))
    if settings.metrics_at:
        where = settings.metrics_address.rpartition(":")[0]
        _log.info("metrics are at http://%s:%d/metrics", where, server.metrics_port)
    gc.collect()
    gc.freeze()
    notify(os.environ, "READY=1")
    try:
        await server.serve()
    except StopError as error:
        leave(str(error))
    _log.info("chat-server has stopped")


def _follow_signals(stop: Callable[[], None]) -> None:
    """End politely; a hang-up ends only what belonged to a terminal that has gone."""
    loop = asyncio.get_running_loop()
    had_terminal = has_terminal()

    def hang_up() -> None:
        if had_terminal and not has_terminal():
            stop()
        else:
            notify_reload(os.environ)
            _log.info("reload requested; there is nothing to reload")

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        loop.add_signal_handler(number, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup has it
        loop.add_signal_handler(signal.SIGHUP, hang_up)


def describe_address(host: str, port: int, others: Collection[tuple[str, int]] = ()) -> str:
    """The address, and who can reach it; `others` are all that are listened on."""
    if host.startswith(UNIX):
        return f"{host} (for a proxy on this computer that runs as this user or in this group)"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"ws://{host}:{port}"
    shown = f"[{host}]" if address.version == 6 else host
    if address.is_loopback:
        return f"ws://{shown}:{port} (this computer only)"
    hint = ""
    if address.version == 6 and address.is_unspecified and not any("." in other for other, _ in others):
        hint = "; IPv6 only: add --host 0.0.0.0 for IPv4"
    return f"ws://{shown}:{port} (open to the network: anyone who can reach this port can read, write and delete{hint})"
