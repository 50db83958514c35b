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
from typing import Any

from chat_server import log_commands
from chat_server.app import ChatServer, StartError
from chat_server.ops.operator_log import begin_operator_log, open_missing_streams
from chat_server.settings import Settings

_ENVIRONMENT = "CHAT_SERVER_"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until SIGTERM or SIGINT, or a command on a log's file. Returns the exit status."""
    open_missing_streams()
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and arguments[0] in log_commands.COMMANDS:
        return log_commands.run(arguments)
    operator_log = begin_operator_log()
    try:
        return _serve(arguments)
    finally:
        operator_log.end()


def _serve(arguments: Sequence[str]) -> int:
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
        elif environment.get(variable):
            try:
                values[option.name] = _kind(option)(environment[variable])
            except ValueError:
                raise ValueError(f"{variable} can't be {environment[variable]!r}") from None
    return Settings(**values)


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
    server = ChatServer(settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    await server.start()
    logging.getLogger("chat_server").info("chat-server listens on %s", describe_address(settings.host, server.port))
    if settings.metrics_at:
        where = settings.metrics_address.rpartition(":")[0]
        logging.getLogger("chat_server").info("metrics are on http://%s:%d/metrics", where, server.metrics_port)
    gc.collect()
    gc.freeze()
    await server.serve()
    logging.getLogger("chat_server").info("chat-server has ended")


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
