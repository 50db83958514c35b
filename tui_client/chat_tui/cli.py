"""Command line of `chat-tui`: reads the arguments and starts the full-screen client, the plain one, or the demo."""

import argparse
import gc
import math
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat_tui.app.app import ChatApp
    from chat_tui.settings.profile import Profile
    from chat_tui.storage.outbox_file import OutboxFile

DEFAULT_URL = "ws://localhost:6789"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the client until the user leaves. Returns the exit status."""
    # Textual reads it at import. The message list gathers to 30 frames a second by itself, and animations have 60; this
    # is for how long a key waits after a frame of somebody else's.
    os.environ.setdefault("TEXTUAL_FPS", "1000")
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.timeout is not None and not options.plain:
        parser.error("--timeout goes with --plain")
    if options.url == "demo":
        from chat_tui.app.demo import run_demo  # noqa: PLC0415 - the demo alone brings a server along

        return run_demo()
    if options.url == "config":
        return _config(options)
    return _chat(options)


def _config(options: argparse.Namespace) -> int:
    """Print what is set, and by whom."""
    from chat_tui.app.config_report import report  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.settings.errors import SettingsError  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.settings.profile import open_profile  # noqa: PLC0415 - --help and --version stay quick

    try:
        print("\n".join(report(open_profile(vars(options)))))
    except SettingsError as error:
        print(f"chat-tui: {error}", file=sys.stderr)
        return 2
    return 0


class _Version(argparse.Action):
    """Looks the version up when it is asked for: that takes longer than all the rest of this module."""

    def __init__(self, option_strings: Sequence[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="show program's version number and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib import metadata  # noqa: PLC0415 - --help and --version stay quick

        print(f"chat-tui {metadata.version('chat-tui')}")
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chat-tui",
        description="A chat for people who live in a terminal: the full-screen client.",
        epilog="`chat-tui demo` starts a server of its own and shows how it all works. `chat-tui config` prints all "
        "settings, who has set them, and where the file with yours is looked for.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version)
    parser.add_argument(
        "url",
        nargs="?",
        metavar="URL",
        help="server (default: what is set, such as CHAT_TUI_SERVER; else you are asked where to go, and --plain goes "
        f"to {DEFAULT_URL})",
    )
    parser.add_argument("--name", help="your name there (default: your name on this computer)")
    parser.add_argument(
        "--guest", action="store_true", help="be somebody else for this once; else all your windows are one person"
    )
    parser.add_argument("--theme", help="the colours, for this once")
    parser.add_argument(
        "--density", metavar="compact", help="how close together messages stand: compact or comfortable"
    )
    parser.add_argument("--reduce-motion", action="store_true", default=None, help="nothing moves by itself or blinks")
    parser.add_argument(
        "--plain", action="store_true",
        help="no screen: lines in, lines out, for screen readers, pipes and cron; at the end of the input, wait until "
        "the server has kept every line (status 0), or has refused one or does not answer (status 1); with --name it "
        "is somebody of that name, not you",
    )  # fmt: skip
    parser.add_argument(
        "--timeout", type=_seconds, metavar="SECONDS",
        help="with --plain: at the end of the input, give up after so long without an answer, connecting included "
        "(default: 10); before that, a lost connection is tried again for ever",
    )  # fmt: skip
    return parser


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise argparse.ArgumentTypeError(f"a number of seconds above 0 is needed, such as 10 or 2.5, not {text!a}")
    return seconds


def _chat(options: argparse.Namespace) -> int:
    from chat_protocol.names import InvalidNameError, check_name  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.connection.address import ConnectionUrlError, parse_url  # noqa: PLC0415 - --help and --version stay quick

    try:
        url = None if options.url is None else parse_url(options.url)
        options.name = check_name(options.name) if options.name else None
    except (ConnectionUrlError, InvalidNameError) as error:
        print(f"chat-tui: {error}", file=sys.stderr)
        return 2
    return _plain(options, url) if options.plain else _on_screen(options, url)


def _on_screen(options: argparse.Namespace, url: str | None) -> int:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("chat-tui needs a terminal; `chat-tui --plain` works without one.", file=sys.stderr)
        return 1
    if sys.stderr is None or not sys.stderr.isatty():
        # Textual draws on the standard error that the process began with; whoever collects that wants no screens there.
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]  # final only for type checkers
    from chat_tui.settings.errors import SettingsError  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.terminal.colours import tell_colours  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.terminal.splash import keep_colours, last_colours, splash  # noqa: PLC0415 - not on every system

    tell_colours(os.environ)
    # What is made until the screen stands stays: the collector would look through all of it for 30 ms. The app, once
    # it is shown, has it begin.
    gc.disable()
    try:
        # Where nobody has said on the spot where to go, the settings do, or the user will.
        with splash(last_colours(), composer=bool(url or os.environ.get("CHAT_TUI_SERVER"))):
            app = _app(url, options)
            app.run()
    except SettingsError as error:
        print(f"chat-tui: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the app has the keyboard
        return 130
    from chat_tui.storage.identity import state_folder  # noqa: PLC0415 - --help and --version stay quick

    if app.crash is not None:
        from chat_tui.storage.crash_report import write_crash_report  # noqa: PLC0415 - needed by nobody whose program does not fail

        print(f"chat-tui ended by a fault of its own. {write_crash_report(app.crash, state_folder())}", file=sys.stderr)
        return 1
    if options.theme is None:
        keep_colours(state_folder(), app.frame_colours)
    if app.unsent:
        waits = "; the next start sends what waits" if app.unsent_waits else ""
        print(f"chat-tui: the server never had {len(app.unsent)} of your lines{waits}:", file=sys.stderr)
        print("\n".join(app.unsent), file=sys.stderr)
    if app.farewell:
        print(app.farewell)
    return app.return_code or 0


def _app(url: str | None, options: argparse.Namespace) -> "ChatApp":
    from chat_tui.app.app import ChatApp  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.connection.address import parse_url, place  # noqa: PLC0415 - after the first frame
    from chat_tui.settings.profile import open_profile  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.storage.drafts import Drafts  # noqa: PLC0415 - --help and --version stay quick

    profile = open_profile(vars(options))
    if url is None and not profile.settings.server:
        app = _app_that_asks(profile, guest=options.guest)
    else:
        url = url or parse_url(profile.settings.server)
        secret, problem = _identity(url, guest=options.guest)
        drafts = Drafts(None if options.guest else profile.folder / "drafts.json", place(url))
        outbox = None if options.guest or problem else _outbox(profile, url, secret)
        app = ChatApp(url, name=profile.name, secret=secret, notice=problem, drafts=drafts, outbox=outbox)
    app.use(profile.settings, profile.keep_theme, None if options.guest else profile.keep_room, profile.keep_density)
    return app


def _app_that_asks(profile: "Profile", *, guest: bool) -> "ChatApp":
    """It asks where to go, and only then who we are there."""
    from chat_tui.app.first_run import Arrival, FirstRunApp  # noqa: PLC0415 - most have said where to go
    from chat_tui.connection.address import place  # noqa: PLC0415 - after the first frame
    from chat_tui.storage.drafts import Drafts  # noqa: PLC0415 - --help and --version stay quick

    def arrive(url: str) -> Arrival:
        secret, problem = _identity(url, guest=guest)
        drafts = Drafts(None if guest else profile.folder / "drafts.json", place(url))
        return Arrival(secret, problem, drafts, None if guest or problem else _outbox(profile, url, secret))

    return FirstRunApp(profile.proposed_name, profile.rooms, arrive, None if guest else profile.keep_name)


def _outbox(profile: "Profile", url: str, secret: str) -> "OutboxFile":
    """Where lines wait for the server; not for a guest, whom no server would know again."""
    from chat_tui.storage.outbox_file import FOLDER, OutboxFile  # noqa: PLC0415 - --help and --version stay quick

    return OutboxFile(profile.folder / FOLDER, url, secret)


def _identity(url: str, *, guest: bool, job: str = "") -> tuple[str, str | None]:
    """What proves who we are, and what is wrong with it. Each `job` is somebody of its own; a guest, for this run."""
    from chat_tui.connection.address import place  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.storage.identity import prove  # noqa: PLC0415 - --help and --version stay quick

    return prove(f"{place(url)} {job}".rstrip(), guest=guest)


def _plain(options: argparse.Namespace, url: str | None) -> int:
    """Chat without a screen."""
    from chat_tui.connection.address import parse_url  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.settings.errors import SettingsError  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.settings.profile import open_profile  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.storage.identity import state_folder  # noqa: PLC0415 - --help and --version stay quick

    try:
        from chat_tui.plain.program import TIMEOUT, run_plain  # noqa: PLC0415 - --help and --version stay quick

        profile = open_profile(vars(options))
        url = url or parse_url(profile.settings.server or DEFAULT_URL)
        # A job that has a name of its own must not rename the person at whose computer it runs.
        secret, problem = _identity(url, guest=options.guest, job=options.name or "")
        timeout = TIMEOUT if options.timeout is None else options.timeout
        return run_plain(url, name=profile.name, secret=secret, timeout=timeout, notice=problem or "")
    except SettingsError as error:
        print(f"chat-tui: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before the program listens to signals itself
        return 130
    except Exception as error:  # noqa: BLE001 - whatever it is, it is written down and told
        from chat_tui.storage.crash_report import write_crash_report  # noqa: PLC0415 - needed by nobody whose program does not fail

        print(f"chat-tui ended by a fault of its own. {write_crash_report(error, state_folder())}", file=sys.stderr)
        return 1
