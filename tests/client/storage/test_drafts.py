"""What is being written belongs to whom it is for, and to one window, and outlives a restart."""

import pytest

from chat_tui.storage.drafts import MOST, Drafts
from chatting import open_house
from client.chat_host import chat

ROOM = "ws://a:1/"


def on_disk(folder):
    """All that is written down."""
    return b"".join(path.read_bytes() for path in folder.rglob("drafts*/*.json")).decode()


def left(folder, *targets, room=ROOM):
    """The texts for these targets that the next window finds; they stay where they are."""
    drafts = Drafts(folder, room)
    drafts.close()
    return [drafts.get(target) for target in targets]


def test_what_was_written_is_there_again(tmp_path):
    """For each target and room its own; readable by its owner alone, and nobody learns the room from a name."""
    folder = tmp_path / "state"
    drafts = Drafts(folder, ROOM)
    drafts.keep("", "for all")
    drafts.keep("~bob", "for bob\nalone")
    drafts.save(durable=True)
    other = Drafts(folder, "ws://b:1/")
    other.keep("", "elsewhere")
    other.save()
    drafts.close()
    again = Drafts(folder, ROOM)
    assert [again.get(target) for target in ("", "~bob", "~zoe")] == ["for all", "for bob\nalone", ""]
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*.json")} == {0o600}
    again.keep("", "")
    again.keep("~bob", " \n")
    again.save()
    assert "for bob" not in on_disk(folder)


def test_what_must_not_last_is_not_written_down(tmp_path):
    """A secret, and what is to delete itself; while we are here it is remembered all the same."""
    drafts = Drafts(tmp_path, ROOM)
    drafts.keep("", "password: hunter22")
    drafts.keep("~bob", "gone soon", fleeting=True)
    drafts.save()
    assert drafts.get("") == "password: hunter22"
    assert on_disk(tmp_path) == ""


def damaged(folder, data):
    """The state folder after something has happened to the one file of drafts in it."""
    drafts = Drafts(folder, ROOM)
    drafts.keep("", "for all")
    drafts.keep("~bob", "for bob")
    drafts.keep("~zoe", "for zoe\nin {two} rows")
    drafts.save()
    drafts.close()
    [path] = folder.rglob("*.json")
    path.write_bytes(data(path.read_bytes()))
    return path


@pytest.mark.parametrize("cut", range(2, 30, 4))
def test_of_a_damaged_file_the_good_texts_are_there(tmp_path, cut):
    """What could not be read is told, and set aside, since somebody has typed it; the next start says nothing more."""
    path = damaged(tmp_path, lambda data: data[:-cut])
    drafts = Drafts(tmp_path, ROOM)
    assert [drafts.get(target) for target in ("", "~bob")] == ["for all", "for bob"]
    [aside] = tmp_path.rglob("*.damaged-1")
    assert aside.read_text() in '"~zoe":"for zoe\\nin {two} rows"}'
    assert str(aside) in drafts.trouble
    drafts.close()
    assert Drafts(tmp_path, ROOM).trouble == ""
    assert path.exists()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"": 3}', b"\x00", b"\xff\xfe", b"[" * 9000])
def test_a_damaged_file_is_no_reason_not_to_chat(tmp_path, data):
    """It is written anew."""
    damaged(tmp_path, lambda _: data)
    drafts = Drafts(tmp_path, ROOM)
    assert drafts.get("") == ""
    drafts.keep("", "hello")
    drafts.save()
    drafts.close()
    assert left(tmp_path, "") == ["hello"]


def test_a_folder_that_can_not_be_written_is_no_reason_either(tmp_path):
    """Then they last as long as the program."""
    (tmp_path / "in the way").write_text("")
    drafts = Drafts(tmp_path / "in the way", ROOM)
    drafts.keep("", "hello")
    drafts.save()
    drafts.close()
    assert drafts.get("") == "hello"


def test_they_are_bounded(tmp_path):
    """The oldest go first."""
    drafts = Drafts(tmp_path, ROOM)
    for number in range(MOST + 5):
        drafts.keep(f"~{number}", "x")
    assert drafts.get("~4") == ""
    assert drafts.get("~5") == "x"


def test_two_windows_never_have_one_draft(tmp_path):
    """Nor does one write over the other's; what both leave for one target goes to one window each."""
    one, other = Drafts(tmp_path, ROOM), Drafts(tmp_path, ROOM)
    one.keep("", "the one's")
    one.keep("~bob", "for bob")
    one.save()
    other.keep("", "the other's")
    other.save()
    assert left(tmp_path, "", "~bob") == ["", ""]
    one.close()
    other.close()
    first, second, third = (Drafts(tmp_path, ROOM) for _ in range(3))
    assert [drafts.get("") for drafts in (first, second, third)] == ["the one's", "the other's", ""]
    assert [drafts.get("~bob") for drafts in (first, second, third)] == ["for bob", "", ""]
    first.keep("", "")
    first.save()
    for drafts in (first, second, third):
        drafts.close()
    assert left(tmp_path, "", "~bob") == ["the other's", "for bob"]


def test_what_an_earlier_version_has_written_down_is_there(tmp_path):
    """In one file for all rooms, by the spelling of then; other rooms' texts stay in it, and a damaged one is kept."""
    file = tmp_path / "drafts.json"
    file.write_text('{"127.0.0.1:6789":{"":"old","~bob":"hi"},"b:1":{"":"elsewhere"}}')
    drafts = Drafts(tmp_path, "ws://localhost:6789/", ["ws://127.0.0.1:6789/"])
    assert [drafts.get(target) for target in ("", "~bob")] == ["old", "hi"]
    assert file.read_text() == '{"b:1":{"":"elsewhere"}}'
    assert left(tmp_path, "", room="ws://b:1/") == ["elsewhere"]
    assert not file.exists()
    file.write_text('{"a:1":{"":"a long te')
    assert "drafts.json.damaged-1" in Drafts(tmp_path, ROOM).trouble
    assert not file.exists()


def test_a_text_beyond_all_measure_takes_no_other_away(tmp_path):
    """It is not written down; many that are long together can be read again."""
    drafts = Drafts(tmp_path, ROOM)
    drafts.keep("", "precious")
    drafts.keep("~bob", "x" * 1_100_000)
    for number in range(40):
        drafts.keep(f"~{number}", "ü" * 19_000)
    drafts.save()
    drafts.close()
    assert left(tmp_path, "", "~bob", "~39") == ["precious", "", "ü" * 19_000]


async def test_what_is_to_delete_itself_is_never_on_disk(tmp_path):
    """Whether that is typed, or chosen when the text is there, on the disk perhaps, already."""
    async with open_house() as house, chat(house, drafts=Drafts(tmp_path, ROOM)) as ana:
        await ana.write("/temp 30 the code is 4711")
        ana.screen.parts.drafts.flush()
        assert on_disk(tmp_path) == ""
        ana.screen.composer.text = "the code is 4711"
        await ana.pilot.pause()
        ana.screen.parts.drafts.flush()
        assert "4711" in on_disk(tmp_path)
        await ana.press("ctrl+l")
        ana.screen.parts.drafts.flush()
        assert "4711" not in on_disk(tmp_path)


async def test_a_text_that_went_along_to_one_person_is_kept_for_them(tmp_path):
    """Though nothing was changed in it since."""
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, drafts=Drafts(tmp_path, ROOM)) as ana:
            await ana.shows("2 here")
            await ana.write("hi there")
            await ana.press("ctrl+o", *"bob", "enter")
            await ana.shows("private to bob", "▊ hi there")
        assert left(tmp_path, "", bob.id) == ["", "hi there"]


async def test_each_target_has_its_own(tmp_path):
    """A text for everyone goes along to one person, never the other way; all are there after a restart."""
    async with open_house() as house:
        bob = await house.person("bob", secret="b" * 64)
        await house.person("zoe")
        drafts = Drafts(tmp_path, ROOM)
        async with chat(house, size=(120, 36), drafts=drafts) as ana:
            await ana.write("hi there")
            await ana.press("ctrl+o", *"bob", "enter")
            await ana.shows("private to bob", "▊ hi there")
            await ana.click("● zoe")
            await ana.shows("private to zoe", "Private message")
            await ana.click("# lobby")
            await ana.shows("to Everyone", "Message everyone…")
            await ana.write("morning")
            await ana.until(lambda: "morning" in drafts.get(""))
        async with chat(house, size=(120, 36), drafts=Drafts(tmp_path, ROOM)) as ana:
            await ana.shows("▊ morning", "to Everyone", "● bob")
            await ana.press("enter")
            await ana.click("● bob")
            await ana.shows("private to bob", "▊ hi there")
            await ana.press("enter")
            await bob.hears("hi there")
    assert left(tmp_path, bob.id) == [""]


async def test_what_the_program_proposes_is_no_draft(tmp_path):
    """Another name, where ours is taken, is not there again at the next start; what is made of it is."""
    async with open_house() as house:
        await house.person("ana")
        async with chat(house, drafts=Drafts(tmp_path, ROOM)) as ana:
            await ana.shows("/name ana2")
        assert on_disk(tmp_path) == ""
        async with chat(house, drafts=Drafts(tmp_path, ROOM)) as ana:
            await ana.shows("/name ana2")
            await ana.press("2")
        assert left(tmp_path, "") == ["/name ana22"]
