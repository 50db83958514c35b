"""How far a server was read, and who was written to there, is known at the next start."""

import pytest

from chat_tui.state.read_place import ReadPlace, SavedViews
from chat_tui.storage.places import MOST_NAMES, MOST_PLACES, PlaceFile

URL, SECRET = "ws://host:6789/", "5ec4e7" * 8


def place(folder, url=URL, secret=SECRET, now=1.0):
    """What the next start knows."""
    return PlaceFile(folder, url, secret, lambda: now)


def test_what_was_read_is_known_again(tmp_path):
    """For each server and person by themselves; for its owner alone, and no address or secret is in it."""
    folder = tmp_path / "state"
    assert (place(folder).read, place(folder).names) == (None, {})
    place(folder).save(ReadPlace("e1", 12), {"~bob": "bob"})
    assert (place(folder).read, place(folder).names) == (ReadPlace("e1", 12), {"~bob": "bob"})
    assert place(folder, "ws://other:6789/").read is None
    assert place(folder, secret="another").read is None
    text = (folder / "places.json").read_text()
    assert "host" not in text
    assert SECRET not in text
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_of_two_windows_the_newer_place_stays(tmp_path):
    """Whichever writes last; in another life of the record the latest one knows better."""
    one, other = place(tmp_path), place(tmp_path)
    one.save(ReadPlace("e1", 20), {"~bob": "bob"})
    other.save(ReadPlace("e1", 12), {"~zoe": "zoe"})
    assert place(tmp_path).read == ReadPlace("e1", 20)
    assert place(tmp_path).names == {"~bob": "bob", "~zoe": "zoe"}
    other.save(ReadPlace("e2", 3), {"~bob": "bobby"})
    assert (place(tmp_path).read, place(tmp_path).names["~bob"]) == (ReadPlace("e2", 3), "bobby")


def test_views_are_known_again(tmp_path):
    """Rooms, what was on the screen, and how far each was read; of two windows the latest says which rooms."""
    first = SavedViews("e1", {"lobby": 9, "#dev": 7, "@~bob": 8}, 6, ("dev",), "#dev")
    place(tmp_path).save_views(first, {})
    assert place(tmp_path).views == first
    assert place(tmp_path).read == ReadPlace("e1", 6), "what was not read privately comes again"
    place(tmp_path).save_views(SavedViews("e1", {"#dev": 5, "#ops": 3}, 2, ("ops",), "#ops"), {})
    assert place(tmp_path).views == SavedViews(
        "e1", {"lobby": 9, "#dev": 7, "@~bob": 8, "#ops": 3}, 6, ("ops",), "#ops"
    )


def test_what_has_not_changed_is_not_written(tmp_path):
    """Nothing read and nobody written to is no reason for a file."""
    place(tmp_path).save(None, {})
    assert list(tmp_path.iterdir()) == []
    place(tmp_path).save(ReadPlace("e1", 12), {})
    (tmp_path / "places.json").unlink()
    kept = place(tmp_path)
    kept.save(ReadPlace("e1", 12), {})
    (tmp_path / "places.json").unlink()
    kept.save(ReadPlace("e1", 12), {})
    assert not (tmp_path / "places.json").exists()


def test_it_is_bounded(tmp_path):
    """What was not used for the longest time goes first."""
    for number in range(MOST_PLACES + 2):
        place(tmp_path, f"ws://h{number}:1/", now=float(number)).save(ReadPlace("e1", number), {})
    known = [place(tmp_path, f"ws://h{number}:1/").read is not None for number in (1, 2, MOST_PLACES + 1)]
    assert known == [False, True, True]
    place(tmp_path).save(None, {f"~{number}": "x" for number in range(MOST_NAMES + 5)})
    assert len(place(tmp_path).names) == MOST_NAMES


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"x":3}', b"\xff\xfe", b"[" * 9000])
def test_a_damaged_file_counts_as_none(tmp_path, data):
    """And is replaced; where that is not possible either, one chats all the same."""
    (tmp_path / "places.json").write_bytes(data)
    kept = place(tmp_path)
    assert (kept.read, kept.names) == (None, {})
    kept.save(ReadPlace("e1", 12), {})
    assert place(tmp_path).read == ReadPlace("e1", 12)
    (tmp_path / "in the way").write_text("")
    kept = place(tmp_path / "in the way")
    kept.save(ReadPlace("e1", 12), {})
    assert kept.read is None


def test_a_damaged_place_takes_no_other_away(tmp_path):
    """Each is read by itself."""
    place(tmp_path).save(ReadPlace("e1", 12), {})
    file = tmp_path / "places.json"
    file.write_text('{"other":{"read":"far"},' + file.read_text()[1:])
    assert place(tmp_path).read == ReadPlace("e1", 12)
