"""Arguments of `chat-tui`: describes all options to argparse, which reads them, explains them and complains."""

import argparse
import math
from collections.abc import Sequence

from chat_tui.options import Options

DEFAULT_URL = "ws://localhost:6789"


class _Version(argparse.Action):
    """Looks the version up when it is asked for: that takes longer than all the rest of this module."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(
            option_strings, dest, nargs=0, default=argparse.SUPPRESS, help="show program's version number and exit"
        )

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib import metadata  # noqa: PLC0415 - --help and --version stay quick

        print(f"chat-tui {metadata.version('chat-tui')}")
        parser.exit()


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; it ends here where that makes no sense."""
    parser = _parser()
    options = parser.parse_args(arguments, namespace=Options())
    if options.timeout is not None and not options.plain:
        parser.error("--timeout needs --plain")
    if options.rooms and not options.plain:
        parser.error("--room needs --plain")
    return options


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chat-tui",
        description="A full-screen chat client for the terminal.",
        epilog="`chat-tui demo` starts its own server and shows you around. `chat-tui config` prints every setting, "
        "where its value comes from, and where your settings file goes.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version)
    parser.add_argument(
        "url",
        nargs="?",
        metavar="URL",
        help="server to join (default: your settings, such as CHAT_TUI_SERVER; otherwise you're asked, and --plain "
        f"uses {DEFAULT_URL})",
    )
    parser.add_argument("--name", help="your name in the chat (default: your name on this computer)")
    parser.add_argument(
        "--guest",
        action="store_true",
        help="join as somebody else this time; otherwise all your windows are one person",
    )
    parser.add_argument("--theme", help="colour theme, for this session only")
    parser.add_argument("--density", metavar="compact", help="message spacing: compact or comfortable")
    parser.add_argument("--reduce-motion", action="store_true", help="no animation, and nothing blinks")
    parser.add_argument(
        "--plain", action="store_true",
        help="no screen: lines in, lines out, for screen readers, pipes and cron; at the end of the input, wait until "
        "the server has confirmed every line (status 0), or refuses one or stops answering (status 1); with --name, "
        "join as somebody called that, not as you",
    )  # fmt: skip
    parser.add_argument(
        "--room", action="append", type=_room, metavar="NAME", dest="rooms",
        help="with --plain: follow this room, too; may be given several times. Lines go there with /in NAME text",
    )  # fmt: skip
    parser.add_argument(
        "--timeout", type=_seconds, metavar="SECONDS",
        help="with --plain: at the end of the input, give up after this long without an answer, connecting included "
        "(default: 10); until then, keep retrying a lost connection",
    )  # fmt: skip
    return parser


def _room(text: str) -> str:
    from chat_protocol.rooms import InvalidRoomError, check_room_name  # noqa: PLC0415 - seldom needed

    try:
        return check_room_name(text)
    except InvalidRoomError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number of seconds above 0, such as 10 or 2.5, not {text!a}")
    return seconds
