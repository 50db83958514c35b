"""Who we are at a server: the same person however its address is spelled, under the name that we have there."""

import pytest

from chat_tui.connection.address import is_here, one_spelling, parse_url
from chat_tui.settings.profile import Profile, open_profile
from chat_tui.settings.settings import Settings
from chat_tui.storage.choices import SavedChoices, change, recall
from chat_tui.storage.drafts import Drafts
from chat_tui.storage.outbox_file import FOLDER, OutboxFile


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home folder with nothing in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "CHAT_TUI_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("USER", "ana")
    return tmp_path


def profile(**options):
    """That of the next start."""
    return open_profile(options)


def who(address):
    """The secret that is told there."""
    return profile().identity_at(parse_url(address), guest=False)[0]


HERE = [
    "localhost", "LOCALHOST:6789", "localhost.", "127.0.0.1", "127.1", "127.200.3.4", "[::1]", "0:0:0:0:0:0:0:1",
    "[::ffff:127.0.0.1]:6789", "0.0.0.0", "[::]", "ws://localhost", "0x7f000001", "2130706433",
]  # fmt: skip


@pytest.mark.parametrize(
    "spellings",
    [
        HERE,
        ["chat.example.org", "Chat.Example.ORG.", "ws://chat.example.org:6789/", "chat.example.org/?x=1"],
        ["wss://bücher.example", "wss://xn--bcher-kva.example:443", "wss://BÜCHER.example./"],
        ["[2001:db8::1]", "[2001:DB8:0:0::1]:6789"],
        ["192.168.1.23", "192.168.1.23:6789/", "192.168.279", "0300.0250.1.23"],
    ],
)
def test_one_room_is_one_room_however_it_is_typed(spellings):
    """Case, the usual port, a dot or slash at the end, other writings of a number."""
    assert len({one_spelling(parse_url(each)) for each in spellings}) == 1
    one = one_spelling(parse_url(spellings[0]))
    assert one_spelling(parse_url(one)) == one


def test_other_rooms_are_others():
    """Another port, another path, another scheme; and only this computer is this computer."""
    others = ["h:1", "h:2", "h:1/dev", "wss://h:1", "h.org:1", "1.2.3.4.5", "09.1.1.1", "256.1.1.1"]
    assert len({one_spelling(parse_url(each)) for each in others}) == len(others)
    assert [is_here(parse_url(each)) for each in (*HERE, "192.168.1.23", "localhost.example.org")] == [
        *(True for _ in HERE), False, False
    ]  # fmt: skip


def test_one_person_however_it_is_typed(home):
    """And somebody else at another port, on another computer, and as another job."""
    assert len({who(each) for each in HERE}) == 1
    assert len({who(each) for each in ("localhost", "localhost:6790", "192.168.1.23")}) == 3
    assert profile().identity_at("ws://localhost:6789/", guest=False, job="backup")[0] != who("localhost")


def test_who_was_known_by_another_spelling_stays_who_they_are(home):
    """As the latest of the rooms has it that an earlier version has written down; for good, by whatever spelling."""
    folder = profile().folder
    change(folder, lambda _: SavedChoices(rooms=("ws://127.0.0.1:6789/", "ws://localhost:6789/", "ws://h.org:6789/")))
    before = Profile(Settings(), folder / "none", folder)
    known = before.identity_at("ws://localhost:6789/", guest=False)[0]
    other_home = SavedChoices(rooms=("ws://localhost:6789/", "ws://127.0.0.1:6789/"))
    assert who("127.0.0.1") == who("localhost") == known
    profile().keep_room("ws://localhost:6789/")
    assert profile().rooms == ["ws://localhost:6789/", "ws://h.org:6789/"]
    assert who("[::1]") == known
    change(folder, lambda _: other_home)
    assert who("127.0.0.1") != known


def test_what_waited_under_another_spelling_is_there(home):
    """Lines that were not sent, and drafts."""
    drafts = profile().folder / "drafts.json"
    drafts.parent.mkdir(parents=True)
    drafts.write_text('{"127.0.0.1:6789":{"":"begun"}}')
    change(drafts.parent, lambda _: SavedChoices(rooms=("ws://127.0.0.1:6789/",)))
    arrival = profile().arrive("ws://localhost:6789/", guest=False)
    assert arrival.drafts.get("") == "begun"
    arrival.drafts.close()
    old = OutboxFile(drafts.parent / FOLDER, "ws://127.0.0.1:6789/", arrival.secret)
    assert profile().spellings("ws://localhost:6789/") == ("ws://localhost:6789/", "ws://127.0.0.1:6789/")
    assert old.take_over(0.0) == []
    old.close()


def test_a_name_that_was_taken_is_asked_for_again_there(home):
    """At that address, however it is typed, and nowhere else; the usual one again means none of its own."""
    assert profile().name_at("ws://localhost:6789/") == "ana"
    profile().keep_name_at("ws://127.0.0.1:6789/", "ana2")
    assert [profile().name_at(url) for url in ("ws://localhost:6789/", "ws://h.org:6789/")] == ["ana2", "ana"]
    assert profile().arrive("ws://[::1]:6789/", guest=False).name == "ana2"
    profile().keep_name_at("ws://localhost:6789/", "ana")
    assert profile().name_at("ws://localhost:6789/") == "ana"
    assert recall(profile().folder).names == {}


def test_what_is_said_at_the_start_or_later_in_the_file_wins(home, monkeypatch):
    """An option and a variable for this once; the file, when it says something else than it did then."""
    profile().keep_name_at("ws://h:1/", "ana2")
    assert profile(name="zoe").name_at("ws://h:1/") == "zoe"
    monkeypatch.setenv("CHAT_TUI_NAME", "bob")
    assert profile().name_at("ws://h:1/") == "bob"
    monkeypatch.delenv("CHAT_TUI_NAME")
    file = profile().file
    file.parent.mkdir(parents=True)
    file.write_text('name = "carla"')
    assert profile().name_at("ws://h:1/") == "carla"
    profile().keep_name_at("ws://h:1/", "carla2")
    assert profile().name_at("ws://h:1/") == "carla2"


def test_a_guest_leaves_nothing_behind(home):
    """Neither files nor a secret; and has the usual name."""
    profile().keep_name_at("ws://h:1/", "ana2")
    before = sorted(profile().folder.iterdir())
    arrival = profile().arrive("ws://h:1/", guest=True)
    assert (arrival.name, arrival.drafts, arrival.outbox, arrival.place) == ("ana", None, None, None)
    assert sorted(profile().folder.iterdir()) == before
    assert Drafts().trouble == ""


def test_a_damaged_name_is_no_name(home):
    """Nobody has typed that."""
    (profile().folder).mkdir(parents=True)
    (profile().folder / "remembered.json").write_text('{"names":{"h:1":{"name":"a b"}}}')
    assert profile().name_at("ws://h:1/") == "ana"
