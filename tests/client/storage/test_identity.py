"""The secret is made once, kept to its owner, and never in the way."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chat_tui.storage.identity import IdentityError, load_secret, secret_for, state_folder


def test_it_is_made_once_and_stays(tmp_path):
    """64 hexadecimal digits, another for every folder."""
    secret = load_secret(tmp_path / "a" / "b")
    assert len(bytes.fromhex(secret)) == 32
    assert load_secret(tmp_path / "a" / "b") == secret
    assert load_secret(tmp_path / "c") != secret


@pytest.mark.skipif(os.name != "posix", reason="permission bits are POSIX")
def test_only_its_owner_can_read_it(tmp_path):
    """Folder 0700, file 0600, also when it was left open; nothing else lies beside it."""
    folder = tmp_path / "state"
    load_secret(folder)
    (folder / "secret").chmod(0o644)
    load_secret(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["secret"]


def test_programs_that_start_at_once_agree(tmp_path):
    """The first one to put it in place decides."""
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(load_secret, [tmp_path / "state"] * 32))
    assert len(secrets) == 1


@pytest.mark.parametrize("content", [b"", b"abc\n", b"\xff" * 64, b"0" * 63, b"0" * 65, b"G" * 64])
def test_a_damaged_file_is_told_and_left_alone(tmp_path, content):
    """Nobody's identity is overwritten."""
    path = tmp_path / "secret"
    path.write_bytes(content)
    with pytest.raises(IdentityError, match="is damaged"):
        load_secret(tmp_path)
    assert path.read_bytes() == content


def test_a_link_to_nowhere_is_told_and_left_alone(tmp_path):
    """Such as one to a disk that is not mounted: the secret there is not lost."""
    (tmp_path / "secret").symlink_to(tmp_path / "elsewhere" / "secret")
    with pytest.raises(IdentityError, match="is a link to a missing file; you're a guest"):
        load_secret(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    """With the path and the cause, so that the chat can go on as a guest."""
    (tmp_path / "file").write_text("")
    with pytest.raises(IdentityError, match="secret can't be"):
        load_secret(tmp_path / "file" / "state")
    (tmp_path / "secret").mkdir()
    with pytest.raises(IdentityError, match="secret can't be read"):
        load_secret(tmp_path)


def test_the_folder_is_the_users_own(monkeypatch, tmp_path):
    """Where the system keeps what programs remember."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert isinstance(state_folder(), Path)
    assert state_folder().name == "chat-tui"


def test_each_server_is_told_another_secret():
    """The same one every time, and never our own."""
    own = "0" * 64
    told = secret_for(own, "chat.example.org:6789")
    assert told == secret_for(own, "Chat.Example.org:6789")
    assert (
        len({own, told, secret_for(own, "other.example.org:6789"), secret_for("1" * 64, "chat.example.org:6789")}) == 4
    )
