"""The program that was asked for: runs the full-screen client, the plain one, or the demo."""

import gc
import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from chat_tui.settings.errors import SettingsError

if TYPE_CHECKING:
    from chat_tui.app.app import ChatApp
    from chat_tui.connection.head_start import HeadStart
    from chat_tui.options import Options
    from chat_tui.settings.profile import Profile
    from chat_tui.terminal.splash import Splash


def run(options: "Options", splash: "Splash") -> int:
    """Run the client until the user leaves; `splash` may be shown already. Returns the exit status."""
    try:
        return _run(options, splash)
    except SettingsError as error:
        splash.end()
        print(f"chat-tui: {error}", file=sys.stderr)
        return 2
    except Exception as error:  # noqa: BLE001 - whatever it is, it is written down and told
        splash.end()
        return _ended_by(error)


def _run(options: "Options", splash: "Splash") -> int:
    if options.url == "demo":
        from chat_tui.app.demo import run_demo  # noqa: PLC0415 - the demo alone brings a server along

        return run_demo()
    if options.url == "config":
        return _config(options)
    return _chat(options, splash)


def _ended_by(error: BaseException) -> int:
    """Tell of a fault of our own, and where more about it is."""
    from chat_tui.storage.crash_report import write_crash_report  # noqa: PLC0415 - needed by nobody whose program does not fail
    from chat_tui.storage.identity import state_folder  # noqa: PLC0415 - --help and --version stay quick

    print(f"chat-tui crashed because of a bug. {write_crash_report(error, state_folder())}", file=sys.stderr)
    return 1


def _config(options: "Options") -> int:
    """Print what is set, and by whom."""
    from chat_tui.app.config_report import report  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.settings.profile import open_profile  # noqa: PLC0415 - --help and --version stay quick

    lines = "\n".join(report(open_profile(vars(options))))
    try:
        print(lines, flush=True)
    except OSError as error:
        print(f"chat-tui: can't write to standard output: {error.strerror}", file=sys.stderr)
        return 1
    return 0


def _chat(options: "Options", splash: "Splash") -> int:
    from chat_protocol.names import InvalidNameError, check_name  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.connection.address import ConnectionUrlError, parse_url  # noqa: PLC0415 - --help and --version stay quick

    if options.url and options.url.isalpha() and (word := _mistyped(options.url)):
        host = options.url
        print(f"chat-tui: Did you mean `chat-tui {word}`? For a host called that, use {host}:6789.", file=sys.stderr)
        return 2
    try:
        url = None if options.url is None else parse_url(options.url)
        options.name = check_name(options.name) if options.name else None
    except (ConnectionUrlError, InvalidNameError) as error:
        raise SettingsError(str(error)) from error
    return _plain(options, url) if options.plain else _on_screen(options, url, splash)


def _mistyped(word: str) -> str:
    """Which of the words that are no address this may be, "" for none."""
    from difflib import get_close_matches  # noqa: PLC0415 - --help and --version stay quick

    return next(iter(get_close_matches(word.casefold(), ("config", "demo"), n=1, cutoff=0.75)), "")


def _on_screen(options: "Options", url: str | None, splash: "Splash") -> int:
    from chat_tui.terminal.fitness import why_no_screen  # noqa: PLC0415 - not on every system

    if why := why_no_screen():
        print(why, file=sys.stderr)
        return 1
    if sys.stderr is None or not sys.stderr.isatty():
        # Textual draws on the standard error that the process began with; whoever collects that wants no screens there.
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]  # final only for type checkers
    # What is made until the screen stands stays: the collector would look through all of it for 30 ms. The app, once
    # it is shown, has it begin.
    gc.disable()
    # Where nobody has said on the spot where to go, the settings do, or the user will.
    splash.show(composer=bool(url or os.environ.get("CHAT_TUI_SERVER")))
    begun = _begin_to_connect(url)
    try:
        return _run_app(options, url, splash, begun)
    finally:
        if begun is not None:
            begun.drop()


def _begin_to_connect(url: str | None) -> "HeadStart | None":
    """Have the first connection made meanwhile, where it is known already where to go."""
    from chat_tui.connection.address import ConnectionUrlError, parse_url  # noqa: PLC0415 - after the first frame
    from chat_tui.connection.head_start import head_start  # noqa: PLC0415 - after the first frame

    try:
        url = url or parse_url(os.environ.get("CHAT_TUI_SERVER", ""))
    except ConnectionUrlError:  # the settings' file may know; what is wrong with the variable is told later
        return None
    return head_start(url)


def _run_app(options: "Options", url: str | None, splash: "Splash", begun: "HeadStart | None") -> int:
    from chat_tui.toolkit.late_imports import import_late  # noqa: PLC0415 - after the first frame

    import_late()
    from chat_tui.settings.profile import open_profile  # noqa: PLC0415 - after the first frame

    profile = open_profile(vars(options))
    app = _app(profile, url, options)
    app.begun = begun
    app.run()
    splash.end(app_ran=True)
    _keep_colours(app, options)
    if app.other_room == "wanted":
        app = _with_choices(_app_that_asks(profile, guest=options.guest), profile, guest=options.guest)
        app.run()
        _keep_colours(app, options)
    return _after(app)


def _after(app: "ChatApp") -> int:
    """Tell what is left to be told when the terminal has been given back. Returns the exit status."""
    if app.crash is not None:
        return _ended_by(app.crash)
    if app.unsent:
        waits = "; those still waiting are sent next time" if app.unsent_waits else ""
        print(f"chat-tui: the server never got {len(app.unsent)} of your lines{waits}:", file=sys.stderr)
        print("\n".join(app.unsent), file=sys.stderr)
    if app.farewell:
        print(app.farewell)
    return app.return_code or 0


def _keep_colours(app: "ChatApp", options: "Options") -> None:
    """The next start looks as this end did."""
    if app.crash is not None or options.theme is not None or options.guest:
        return
    from chat_tui.app.themes import frame_colours  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.storage.identity import state_folder  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.terminal.splash import keep_colours  # noqa: PLC0415 - not on every system

    keep_colours(state_folder(), frame_colours(app.theme_variables))


def _app(profile: "Profile", url: str | None, options: "Options") -> "ChatApp":
    from chat_tui.app.app import ChatApp  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.connection.address import parse_url  # noqa: PLC0415 - after the first frame

    guest = options.guest
    if url is None and not profile.settings.server:
        app = _app_that_asks(profile, guest=guest)
    else:
        url = url or parse_url(profile.settings.server)
        app = ChatApp(url, **profile.arrive(url, guest=guest)._asdict())
        app.other_room = "possible"
    return _with_choices(app, profile, guest=guest)


def _with_choices(app: "ChatApp", profile: "Profile", *, guest: bool) -> "ChatApp":
    """What is set holds, and what is chosen inside is kept; nothing of a guest's."""
    from chat_tui.app.keeping import Keeping  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.terminal.splash import last_colours  # noqa: PLC0415 - not on every system

    kept = Keeping(
        theme=profile.keep_theme, density=profile.keep_density, room=profile.keep_room, name=profile.keep_name,
        name_at=profile.keep_name_at,
    )  # fmt: skip
    app.use(profile.settings, Keeping() if guest else kept, last_colours())
    return app


def _app_that_asks(profile: "Profile", *, guest: bool) -> "ChatApp":
    """It asks where to go, and only then who we are there."""
    from chat_tui.app.first_run import FirstRunApp  # noqa: PLC0415 - most have said where to go

    arrive = partial(profile.arrive, guest=guest)
    return FirstRunApp(profile.proposed_name, profile.rooms, arrive)


def _plain(options: "Options", url: str | None) -> int:
    """Chat without a screen."""
    from chat_tui.arguments import DEFAULT_URL  # noqa: PLC0415 - no screen waits for it
    from chat_tui.connection.address import parse_url  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.plain.program import TIMEOUT, run_plain  # noqa: PLC0415 - --help and --version stay quick
    from chat_tui.settings.profile import open_profile  # noqa: PLC0415 - --help and --version stay quick

    profile = open_profile(vars(options))
    url = url or parse_url(profile.settings.server or DEFAULT_URL)
    # A job that has a name of its own must not rename the person at whose computer it runs.
    secret, problem = profile.identity_at(url, guest=options.guest, job=options.name or "")
    name = profile.name if options.guest else profile.name_at(url)
    keep_name = None if options.guest or options.name else partial(profile.keep_name_at, url)
    timeout = TIMEOUT if options.timeout is None else options.timeout
    return run_plain(
        url, name=name, secret=secret, timeout=timeout, notice=problem or "", keep_name=keep_name,
        rooms=options.rooms or (),
    )  # fmt: skip
