"""The command line answers with one clear line and a status, and never with a traceback."""

import os
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from chat_tui import cli
from chat_tui.arguments import parse
from chat_tui.options import plain_options
from chat_tui.storage import identity
from chat_tui.storage.crash_report import write_crash_report
from terminal import Terminal


def test_version(capsys):
    """The installed version, and nothing else."""
    with pytest.raises(SystemExit) as end:
        cli.main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"chat-tui {metadata.version('chat-tui')}\n"


def test_help(capsys):
    """What can be given, and what holds without it."""
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    assert end.value.code == 0
    out = capsys.readouterr().out
    for words in ("URL", "ws://localhost:6789", "--name", "--version", "--plain", "--timeout", "chat-tui demo"):
        assert words in out


@pytest.mark.parametrize("arguments", [["--nam", "x"], ["a", "b"], ["--port", "1"]])
def test_what_is_not_understood(arguments, capsys):
    """Usage, a reason, status 2; options are not guessed from their beginning."""
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    assert "chat-tui: error: unrecognized arguments" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "ten", "", "\x1b[2J"])
def test_a_timeout_is_a_number_of_seconds(seconds, capsys):
    """Above 0 and not for ever; else usage, a reason, status 2, nothing that a terminal would obey."""
    with pytest.raises(SystemExit) as end:
        cli.main(["--plain", f"--timeout={seconds}"])
    assert end.value.code == 2
    shown = capsys.readouterr().err
    assert "must be a number of seconds above 0, such as 10 or 2.5, not " in shown
    assert "\x1b" not in shown


def test_a_timeout_is_for_the_plain_client(capsys):
    """The full-screen one tries again until it is left."""
    with pytest.raises(SystemExit) as end:
        cli.main(["--timeout", "5"])
    assert end.value.code == 2
    assert "--timeout needs --plain" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["http://example.org"], "Start the address with ws:// or wss://, not http://."),
        (["ws://example.org:99999"], 'The port in "example.org:99999" must be a number from 1 to 65535.'),
        ([""], "The address is empty."),
        (["ws://a b"], "isn't a host name."),
        (["ws://me:secret@host"], "A password needs an encrypted connection"),
        (["--name", "two  words\n"], "name"),
        (["--name", "\x1b[2J"], "name"),
        (["--name", "x" * 99], "name"),
    ],
)
def test_a_wrong_address_or_name(arguments, why, capsys):
    """One line that says what is wrong, status 2, nothing that a terminal would obey."""
    assert cli.main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("chat-tui: ")
    assert why in shown.err
    assert shown.err.count("\n") == 1
    assert "\x1b" not in shown.err


def test_without_a_terminal():
    """It does not start, and says what would."""
    done = subprocess.run(
        [sys.executable, "-m", "chat_tui"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "chat-tui needs a terminal. Without one, use `chat-tui --plain`.\n"


NEEDS_TERMINAL = "chat-tui needs a terminal. Without one, use `chat-tui --plain`."
OTHER_TEXT = "Your locale uses ascii, but the screen needs UTF-8: set LC_ALL=C.UTF-8"


@pytest.mark.parametrize(
    ("environment", "redirection", "why"),
    [
        (
            {"TERM": "dumb"},
            "",
            "This terminal can't show a full screen (TERM is dumb). Use `chat-tui --plain` instead.",
        ),
        ({"TERM": ""}, "", "This terminal can't show a full screen (TERM isn't set). Use `chat-tui --plain` instead."),
        ({"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, "", OTHER_TEXT),
        ({}, "<&-", NEEDS_TERMINAL),
        ({}, ">&-", NEEDS_TERMINAL),
    ],
)
@pytest.mark.parametrize("arguments", [[], ["127.0.0.1:9"]])
def test_where_no_screen_can_be_shown(arguments, environment, redirection, why, tmp_path):
    """A sentence that says what does work, status 1, and not one byte for a screen."""
    command = ["/bin/sh", "-c", f'exec "$0" "$@" {redirection}', sys.executable, "-m", "chat_tui", *arguments]
    with Terminal(command, home=tmp_path, cols=200, env=environment) as terminal:
        assert terminal.wait_exit() == 1
        assert terminal.screen()[0].startswith(why)
        assert b"\x1b" not in terminal.raw


def test_an_output_that_is_set_to_less_than_the_terminal_shows(tmp_path):
    """The terminal's own settings are what counts."""
    argv = [sys.executable, "-m", "chat_tui", "127.0.0.1:9", "--name", "zoë"]
    with Terminal(argv, home=tmp_path, env={"PYTHONIOENCODING": "latin-1"}) as terminal:
        terminal.wait("Message everyone…")
        terminal.send(b"\x11")
        assert terminal.wait_exit() == 0


def test_text_that_the_language_settings_can_not_write(tmp_path):
    """It is written as far as they can."""
    file = tmp_path / ".config" / "chat-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('name = "zoë"\n', encoding="utf-8")
    done = run_config(tmp_path, LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "zo?" in done.stdout


def test_an_output_that_is_full(tmp_path):
    """One sentence, status 1."""
    with open("/dev/full", "w") as full:  # noqa: PTH123 - no file of ours
        done = run_config(tmp_path, stdout=full)
    assert done.returncode == 1
    assert done.stderr == "chat-tui: can't write to standard output: No space left on device\n"


NOBODY = ["unshare", "--user", "--map-user=54321", "env", "-u", "HOME"]


@pytest.mark.skipif(
    not shutil.which("unshare") or subprocess.run([*NOBODY, "true"], check=False, capture_output=True).returncode != 0,
    reason="needs unshare, and to be let use it",
)
def test_a_user_without_a_home_folder(tmp_path):
    """As in a container: a guest, who is told so; nothing is remembered, and everything else works."""
    argv = [*NOBODY, sys.executable, "-m", "chat_tui"]
    with Terminal([*argv, "127.0.0.1:9"], home=tmp_path) as terminal:
        terminal.wait("There's no home folder")
        terminal.wait("127.0.0.1:9")
        terminal.send(b"\x11")
        assert terminal.wait_exit() == 0
    done = subprocess.run(
        [*argv, "--plain", "--timeout", "0.1", "127.0.0.1:9"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("chat-tui: There's no home folder, so nothing can be remembered (set HOME)")
    assert "Traceback" not in done.stderr
    assert subprocess.run([*argv, "config"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(("user", "name"), [("ana", "ana"), ("", None), ("a/b\x1b", None), ("x" * 99, None)])
def test_the_name_is_that_of_the_user_of_this_computer(user, name, monkeypatch):
    """Where it can be one in a chat; else the server gives one."""
    monkeypatch.setenv("USER", user)
    monkeypatch.delenv("LOGNAME", raising=False)
    assert identity.user_name() == name


def test_a_crash_is_written_down_without_values(tmp_path):
    """The tracebacks down to the last cause, readable by their owner alone; no message of anybody is in them."""
    said = " ".join(["4711", "is", "the", "code"])
    try:
        try:
            int(said)
        except ValueError as error:
            error.add_note(said)
            raise ExceptionGroup(said, [error, KeyError(said)]) from error
    except ExceptionGroup as error:
        sentence = write_crash_report(error, tmp_path / "state")
    [path] = (tmp_path / "state").iterdir()
    assert sentence == f"Details are in {path}"
    written = path.read_text()
    assert "4711" not in written
    kinds = ["ValueError", "KeyError", "ExceptionGroup"]
    assert [line for line in written.split("\n") if line.endswith(tuple(kinds))] == kinds
    assert "    int(said)\n" in written
    assert path.stat().st_mode & 0o077 == 0


def test_a_secret_that_can_not_be_kept_is_no_reason_not_to_chat(tmp_path):
    """The app starts and says so."""
    state = tmp_path / ".local" / "state"
    state.mkdir(parents=True)
    (state / "chat-tui").write_text("in the way")
    argv = [sys.executable, "-m", "chat_tui", "127.0.0.1:9", "--name", "ana"]
    with Terminal(argv, home=tmp_path, env={"TMPDIR": os.environ.get("TMPDIR", "/tmp")}) as terminal:
        terminal.wait("guest")
        terminal.wait("Can't reach 127.0.0.1:9")
        terminal.send(b"\x11")
        assert terminal.wait_exit() == 0


def run_config(home, *arguments, stdout=subprocess.PIPE, **variables):
    """What `chat-tui config` prints for somebody with this home folder."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "USER": "kim", **variables}
    return subprocess.run(
        [sys.executable, "-m", "chat_tui", "config", *arguments],
        env=environment, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip


def test_config_prints_every_setting_and_who_has_set_it(tmp_path):
    """And where the file is looked for."""
    file = tmp_path / "config" / "chat-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('theme = "dracula"\n')
    done = run_config(
        tmp_path, "--reduce-motion", XDG_CONFIG_HOME=str(tmp_path / "config"), CHAT_TUI_SERVER="wss://a.org"
    )
    assert (done.returncode, done.stderr) == (0, "")
    heading, _, *rows = done.stdout.splitlines()
    assert heading == f"Settings file: {file}"
    assert [row.split(maxsplit=2) for row in rows][:4] == [
        ["server", "wss://a.org", "environment CHAT_TUI_SERVER"],
        ["name", "kim", "your name on this computer"],
        ["theme", "dracula", f"{file}, line 1"],
        ["reduce_motion", "true", "option --reduce-motion"],
    ]


def test_a_setting_that_can_not_be_used_harms_nothing(tmp_path):
    """One line, status 2, in a terminal too, which is given back."""
    done = run_config(tmp_path, CHAT_TUI_THEME="nord")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(
        'chat-tui: environment CHAT_TUI_THEME: theme can\'t be "nord". Choose one of these: chat-dark, '
    )
    assert done.stderr.count("\n") == 1
    with Terminal([sys.executable, "-m", "chat_tui", "--theme", "nord"], home=tmp_path) as terminal:
        assert terminal.wait_exit() == 2
        assert 'option --theme: theme can\'t be "nord"' in " ".join(terminal.screen())


def test_a_guest_is_one_and_the_same_for_as_long_as_the_program_runs(tmp_path, monkeypatch):
    """A secret for this run, which is nobody else's and is not kept."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    one, other = (identity.prove("127.0.0.1:1", guest=True)[0] for _ in range(2))
    assert one != other
    assert re.fullmatch("[0-9a-f]{64}", one)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("word", "meant"), [("confg", "config"), ("Config", "config"), ("dmeo", "demo")])
def test_a_slip_in_a_word_is_no_address(word, meant, capsys):
    """It says how such a host would be reached."""
    assert cli.main([word]) == 2
    assert capsys.readouterr().err == (
        f"chat-tui: Did you mean `chat-tui {meant}`? For a host called that, use {word}:6789.\n"
    )


@pytest.mark.parametrize("words", [
    "",
    "ws://example.org:6789/room",
    "example.org --name ana --guest",
    "--theme dracula 127.0.0.1:6789 --density compact --reduce-motion",
    "--name ana --name bo --guest --guest",
])  # fmt: skip
def test_plain_options_are_what_argparse_reads(words):
    """Read without it, they are the same."""
    plain = plain_options(words.split())
    assert plain is not None
    assert vars(plain) == vars(parse(words.split()))


@pytest.mark.parametrize("words", [
    ["--plain", "example.org"], ["--name=ana"], ["--name"], ["--name", "--guest"], ["demo"], ["config"], ["--help"],
    ["example.org", "example.net"], [""], ["--nam", "ana"], ["--", "example.org"], ["--timeout", "5"], ["-x.y"],
])  # fmt: skip
def test_all_others_are_left_to_argparse(words):
    """Whatever may be wrong, or asks for something else than a screen."""
    assert plain_options(words) is None


def test_the_first_frame_waits_for_hardly_any_import():
    """Neither for what reads arguments and settings, nor for a library: it is shown in the time of the interpreter."""
    program = "import sys, chat_tui.cli, chat_tui.terminal.splash; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],  # without what others have put into the environment's start
        env=os.environ | {"PYTHONPATH": str(Path(cli.__file__).parents[1])},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    imported = set(done.stdout.split())
    assert not imported & {"argparse", "asyncio", "contextlib", "pathlib", "re", "rich", "textual", "typing"}
    assert len({name for name in imported if name.startswith("chat_")}) <= 10


@pytest.mark.parametrize(("arguments", "why"), [
    (["ws://example.org:99999"], "The port in"),
    (["127.0.0.1:9", "--name", "two  words"], "name"),
    (["127.0.0.1:9", "--theme", "none-such"], "theme"),
    (["127.0.0.1:9", "127.0.0.1:8"], "unrecognized arguments"),
    (["127.0.0.1:9", "--name"], "expected one argument"),
])  # fmt: skip
def test_what_is_wrong_is_said_after_the_first_frame_has_gone(arguments, why, tmp_path):
    """On the screen that was there before, whether the frame was shown or not."""
    with Terminal([sys.executable, "-m", "chat_tui", *arguments], home=tmp_path, cols=200) as terminal:
        assert terminal.wait_exit() == 2
        assert terminal.restored()
        said = terminal.raw.rpartition(b"\x1b[?25h")[2].decode()
    assert why in said
