"""A line that waits outlives the window in which it was said, in one file, and no longer than it may."""

import os
import resource
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_protocol.commands import Say, format_command
from chat_tui.state.outbox_codec import LONGEST_WAIT, MOST_BYTES, MOST_LINES, SavedLine, format_lines, parse_lines
from chat_tui.storage.outbox_file import OutboxFile

URL = "ws://host:6789/"
SECRET = "5ec4e7" * 8


def line(text, said_at=100.0, txn="", **fields):
    """A line of ours."""
    return SavedLine(txn or f"t-{text.replace(' ', '-')}", text, text, said_at, **fields)


def opened(folder, url=URL, secret=SECRET, now=100.0):
    """A window's file, and the texts that it has found."""
    file = OutboxFile(folder, url, secret)
    return file, [found.line for found in file.take_over(now)]


def killed(file):
    """What becomes of a window that is killed: its locks go, and nothing else happens."""
    lock = file.path.with_suffix(".lock").stat()
    for number in [int(path.name) for path in Path("/dev/fd").iterdir()]:
        with suppress(OSError):  # the folder itself was open while it was listed
            if os.path.samestat(os.fstat(number), lock):
                os.close(number)


def names(folder):
    """The kinds of files that there are."""
    return sorted(path.suffix for path in folder.iterdir())


TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Co", "Cn", "Zl", "Zp", "Mn"])).filter(str.strip)


@given(st.lists(TEXTS, max_size=20))
def test_what_is_written_is_what_is_read(texts):
    """Whatever was said: the formats are inverses."""
    lines = [line(format_command(Say(text)), txn=f"t-{number}") for number, text in enumerate(texts)]
    assert format_lines(lines)[1] == len(lines)
    assert parse_lines(format_lines(lines)[0]) == (lines, [])


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"{}", b"[1]", b"[[]]", b"\xff", b"[" * 9000, b'[{"txn":"a","line":"b"}]'),
        b'[{"txn":"a b","line":"b","typed":"b","said_at":1}]',
        b'[{"txn":"a","line":"/exit","typed":"b","said_at":1}]',
        b'[{"txn":"a","line":"/delete last","typed":"b","said_at":1}]',
        b'[{"txn":"a","line":"/to bob","typed":"b","said_at":1}]',
    ],
)
def test_what_is_no_line_is_passed_over(data):
    """A damaged file says nothing that was not said."""
    assert parse_lines(data).lines == []
    good = b'{"txn":"a","line":"hi \\u001b","typed":"hi","said_at":1}'
    if data.startswith(b"[{"):
        assert [one.line for one in parse_lines(data[:-1] + b"," + good + b"]").lines] == ["hi \ufffd"]


def test_files_are_bounded():
    """By lines and by bytes; the first ones stay."""
    assert format_lines([line(str(n)) for n in range(MOST_LINES + 1)])[1] == MOST_LINES
    data, room_for = format_lines([line("x" * 4000, txn=str(n)) for n in range(MOST_LINES)])
    assert len(data) <= MOST_BYTES
    assert 100 < room_for == len(parse_lines(data).lines) < MOST_LINES


def test_a_line_is_there_again_until_it_is_not_to_be_kept(tmp_path):
    """For its owner alone; without lines there is no file, and after a proper end not even a lock."""
    folder = tmp_path / "state" / "outbox"
    file, _ = opened(folder)
    assert file.save([line("one"), line("two", 101.0, epoch="e1", tried=True)], 101.0) == ""
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert not any(SECRET[:8] in path.name or "host" in path.name for path in folder.iterdir())
    killed(file)
    file, found = opened(folder, now=101.0)
    assert found == ["one", "two"]
    file.save([line("two", 101.0)], 102.0)
    assert b"one" not in b"".join(path.read_bytes() for path in folder.iterdir())
    file.save([], 102.0)
    assert names(folder) == [".lock"]
    file.close()
    assert names(folder) == []


def test_two_windows_have_a_file_each(tmp_path):
    """Nobody is given what an open window has; what one has left behind goes to the next, once."""
    first, _ = opened(tmp_path)
    first.save([line("first")], 100.0)
    second, found = opened(tmp_path)
    assert found == []
    second.save([line("second", 99.0)], 100.0)
    killed(first)
    killed(second)
    third, found = opened(tmp_path)
    assert found == ["second", "first"]
    assert opened(tmp_path)[1] == []
    third.close()
    assert opened(tmp_path)[1] == ["second", "first"]


def test_rooms_and_people_are_apart(tmp_path):
    """Another room has other lines. Who was somebody else here is asked before anything is said in their place."""
    file, _ = opened(tmp_path)
    file.save([line("for one room")], 100.0)
    file.close()
    assert opened(tmp_path, "ws://other:6789/")[1] == []
    other = OutboxFile(tmp_path, URL, "another secret, since the first was lost")
    assert [(found.line, found.ask) for found in other.take_over(100.0)] == [("for one room", True)]


def test_what_deletes_itself_is_on_disk_no_longer_than_it_lives(tmp_path):
    """Nor is what nobody means any more; that of other rooms goes at the next start, and that of a future never was."""
    file, _ = opened(tmp_path)
    file.save([line("/temp 30 code"), line("stays")], 100.0)
    assert file.next_end() == 130.0
    file.close()
    other, _ = opened(tmp_path, "ws://other:6789/", now=131.0)
    (path,) = tmp_path.glob("*.json")
    assert b"code" not in path.read_bytes()
    assert opened(tmp_path, now=131.0)[1] == ["stays"]
    other.close()
    file, found = opened(tmp_path, now=101.0 + LONGEST_WAIT)
    assert found == []
    file.save([line("/temp 30 code", 200.0), line("clocks may be set back", 200.0)], 100.0)
    assert file.holds == {"t-clocks-may-be-set-back"}


def test_what_came_too_late_is_counted(tmp_path):
    """So that it can be told: everything else that was said is there."""
    file, _ = opened(tmp_path)
    file.save([line("/temp 30 code"), line("stays")], 100.0)
    file.close()
    file, found = opened(tmp_path, now=130.0)
    assert (found, file.too_late) == (["stays"], 1)
    file.close()


@pytest.mark.parametrize("cut", [1, 20, 55])
def test_of_a_damaged_file_the_good_lines_are_there(tmp_path, cut):
    """What could not be read is counted and set aside, since somebody has typed it; that is so once."""
    file, _ = opened(tmp_path)
    file.save([line("one"), line("two"), line("hello three")], 100.0)
    file.path.write_bytes(file.path.read_bytes()[:-cut])
    killed(file)
    file, found = opened(tmp_path)
    assert found == ["one", "two", *(["hello three"] if cut == 1 else [])]
    if cut > 1:
        assert file.damaged == 1
        assert file.aside.read_bytes().startswith(b'{"txn":"t-hello-three"')
        assert file.aside.stat().st_mode & 0o777 == 0o600
    killed(file)
    again, found = opened(tmp_path)
    assert (found[:2], again.damaged) == (["one", "two"], 0)
    again.close()


def test_what_was_to_delete_itself_is_not_set_aside(tmp_path):
    """It would be on disk for ever; it is counted all the same. Without lines there is no file."""
    file, _ = opened(tmp_path)
    file.path.write_text('[{"txn":"t-1","line":"/temp 30 the co')
    killed(file)
    file, found = opened(tmp_path)
    assert (found, file.damaged, file.aside) == ([], 1, None)
    assert names(tmp_path) == [".lock"]
    file.close()


def test_lines_of_an_earlier_version_are_those_of_the_room(tmp_path):
    """Whichever spelling of its address they were written down for."""
    file, _ = opened(tmp_path, "ws://127.0.0.1:6789/")
    file.save([line("one")], 100.0)
    file.close()
    file = OutboxFile(tmp_path, "ws://localhost:6789/", SECRET, ["ws://127.0.0.1:6789/"])
    assert [found.line for found in file.take_over(100.0)] == ["one"]
    file.close()


def test_what_a_killed_window_was_writing_is_cleared_away(tmp_path):
    """A half-written copy has texts in it, too."""
    file, _ = opened(tmp_path)
    draft = Path(f"{file.path}.0123456789abcdef")
    draft.write_text("half of a li")
    killed(file)
    opened(tmp_path)
    assert not draft.exists()


def test_a_folder_that_can_not_be_written_is_told_once(tmp_path):
    """And everything goes on in memory."""
    (tmp_path / "in the way").write_text("")
    file, found = opened(tmp_path / "in the way" / "outbox")
    assert found == []
    assert file.save([], 100.0) == ""
    assert "A crash would lose your" in file.save([line("one")], 100.0)
    assert file.save([line("two")], 100.0) == ""
    file.close()


def test_what_was_discarded_goes_even_where_nothing_can_be_written(tmp_path):
    """A full disk: the lines that still wait may stay in the file, others may not."""
    file, _ = opened(tmp_path)
    file.save([line("one"), line("two")], 100.0)
    with full_disk():
        assert "A crash would lose your" in file.save([line("one"), line("two"), line("three")], 100.0)
        assert len(file.holds) == 2
        file.save([line("two"), line("three")], 100.0)
        assert names(tmp_path) == [".lock"]
    file.save([line("two")], 100.0)
    assert file.holds == {"t-two"}
    file.close()


@contextmanager
def full_disk():
    """No file of this process can grow."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
