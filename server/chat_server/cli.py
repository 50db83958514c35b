"""The command `chat-server`."""

import argparse
import asyncio
import gc
import ipaddress
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, fields
from importlib import metadata
from typing import Any, NoReturn

from chat_server import log_commands
from chat_server.app import ChatServer, StartError, StopError
from chat_server.ops.operator_log import OperatorLog, begin_operator_log, open_missing_streams
from chat_server.settings import Settings
from chat_server.transport.listener import lack_of_files

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
        _log.critical("chat-server has ended by a fault", exc_info=True)
        return 1
    finally:
        operator_log.end()


def _serve(arguments: Sequence[str], operator_log: OperatorLog) -> int:
    def leave(why: str) -> NoReturn:
        """End at once: an orderly exit would wait for threads that wait for a disk."""
        _log.critical("chat-server has ended by force: %s", why)
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
        description="A chat for people who live in a terminal: a plain WebSocket server.",
        epilog=f"Each option is also an environment variable, such as {_ENVIRONMENT}PORT. "
        "`chat-server backup LOG FILE` copies a log that is in a file, `chat-server restore FILE LOG` goes back to the "
        "copy, `chat-server export LOG` writes its messages.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"chat-server {metadata.version('chat-tui')}")
    for option in fields(Settings):
        flag = "--" + option.name.replace("_", "-")
        parser.add_argument(
            flag,
            type=_kind(option),
            metavar=option.metadata["metavar"],
            help=f"{option.metadata['help']} (default: {option.default or 'none'})".replace("%", "%%"),
        )
    given = vars(parser.parse_args(arguments))
    values: dict[str, Any] = {}
    for option in fields(Settings):
        variable = _ENVIRONMENT + option.name.upper()
        if given[option.name] is not None:
            values[option.name] = given[option.name]
        elif (written := environment.get(variable)) and _is_of_kubernetes(written, environment):
            _log.warning("%s is passed over: Kubernetes sets it for a service called chat-server", variable)
        elif written:
            try:
                values[option.name] = _kind(option)(written)
            except ValueError:
                raise ValueError(f"{variable} can't be {environment[variable]!r}") from None
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
    server = ChatServer(settings)
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()

    def stop() -> None:
        stopped.set()
        server.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    starting, stopping = asyncio.ensure_future(server.start()), asyncio.ensure_future(stopped.wait())
    await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.wait([starting], timeout=_START_SECONDS)
    if not starting.done():
        leave("it was stopped while it started, and the disk does not answer")
    await starting
    stopping.cancel()
    _log.info("chat-server listens on %s", describe_address(settings.host, server.port))
    if settings.metrics_at:
        where = settings.metrics_address.rpartition(":")[0]
        _log.info("metrics are on http://%s:%d/metrics", where, server.metrics_port)
    gc.collect()
    gc.freeze()
    try:
        await server.serve()
    except StopError as error:
        leave(str(error))
    _log.info("chat-server has ended")


def describe_address(host: str, port: int) -> str:
    """The address, and who can reach it."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"ws://{host}:{port}"
    shown = f"[{host}]" if address.version == 6 else host
    if address.is_loopback:
        return f"ws://{shown}:{port} (this computer only)"
    return f"ws://{shown}:{port} (open to the network: whoever reaches this port may read, write and delete)"
