"""What is being written belongs to whom it is for, and outlives a restart."""

import pytest

from chat_tui.storage.drafts import MOST, Drafts
from chatting import open_house
from client.chat_host import chat


def test_what_was_written_is_there_again(tmp_path):
    """For each target and place its own; readable by its owner alone."""
    file = tmp_path / "state" / "drafts.json"
    drafts = Drafts(file, "a:1")
    drafts.keep("", "for all")
    drafts.keep("~bob", "for bob\nalone")
    drafts.save()
    other = Drafts(file, "b:1")
    other.keep("", "elsewhere")
    other.save()
    again = Drafts(file, "a:1")
    assert [again.get(target) for target in ("", "~bob", "~zoe")] == ["for all", "for bob\nalone", ""]
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["drafts.json"]
    again.keep("", "")
    again.keep("~bob", " \n")
    again.save()
    assert "for bob" not in file.read_text()


def test_what_must_not_last_is_not_written_down(tmp_path):
    """A secret, and what is to delete itself; while we are here it is remembered all the same."""
    file = tmp_path / "drafts.json"
    drafts = Drafts(file, "a:1")
    drafts.keep("", "password: hunter22")
    drafts.keep("~bob", "gone soon", fleeting=True)
    drafts.save()
    assert drafts.get("") == "password: hunter22"
    assert not file.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a:1": 3}', '{"a:1": {"": 3}}', "\x00", '{"a:1": {"": "x"}'])
def test_a_damaged_file_is_no_draft(tmp_path, text):
    """And no reason not to chat; it is written anew."""
    file = tmp_path / "drafts.json"
    file.write_text(text)
    drafts = Drafts(file, "a:1")
    assert drafts.get("") == ""
    drafts.keep("", "hello")
    drafts.save()
    assert Drafts(file, "a:1").get("") == "hello"


def test_a_folder_that_can_not_be_written_is_no_reason_either(tmp_path):
    """Then they last as long as the program."""
    (tmp_path / "in the way").write_text("")
    drafts = Drafts(tmp_path / "in the way" / "drafts.json", "a:1")
    drafts.keep("", "hello")
    drafts.save()
    assert drafts.get("") == "hello"


def test_they_are_bounded(tmp_path):
    """The oldest go first."""
    drafts = Drafts(tmp_path / "drafts.json", "a:1")
    for number in range(MOST + 5):
        drafts.keep(f"~{number}", "x")
    assert drafts.get("~4") == ""
    assert drafts.get("~5") == "x"


def test_two_windows_share_one_file(tmp_path):
    """Each changes what was changed in it, and takes nothing of the other's away."""
    file = tmp_path / "drafts.json"
    one, other = Drafts(file, "a:1"), Drafts(file, "a:1")
    one.keep("~bob", "for bob")
    one.save()
    other.keep("", "for all")
    other.save()
    one.save()
    assert [Drafts(file, "a:1").get(target) for target in ("", "~bob")] == ["for all", "for bob"]
    one.keep("~bob", "")
    one.save()
    other.keep("", "for all of you")
    other.save()
    assert [Drafts(file, "a:1").get(target) for target in ("", "~bob")] == ["for all of you", ""]


def test_a_text_beyond_all_measure_takes_no_other_away(tmp_path):
    """It is not written down; many that are long together leave a file that can be read again."""
    file = tmp_path / "drafts.json"
    drafts = Drafts(file, "a:1")
    drafts.keep("", "precious")
    drafts.keep("~bob", "x" * 1_100_000)
    drafts.save()
    assert [Drafts(file, "a:1").get(target) for target in ("", "~bob")] == ["precious", ""]
    for place in range(3):
        drafts = Drafts(file, f"b:{place}")
        for number in range(30):
            drafts.keep(f"~{number}", f"{place}" * 19_000)
        drafts.save()
    assert file.stat().st_size <= 1024 * 1024
    assert Drafts(file, "b:2").get("~29") == "2" * 19_000


async def test_what_is_to_delete_itself_is_never_on_disk(tmp_path):
    """Whether that is typed, or chosen when the text is there, on the disk perhaps, already."""
    file = tmp_path / "drafts.json"
    async with open_house() as house, chat(house, drafts=Drafts(file, "a")) as ana:
        await ana.write("/temp 30 the code is 4711")
        ana.screen.parts.drafts.flush()
        assert not file.exists()
        ana.screen.composer.text = "the code is 4711"
        await ana.pilot.pause()
        ana.screen.parts.drafts.flush()
        assert "4711" in file.read_text()
        await ana.press("ctrl+l")
        ana.screen.parts.drafts.flush()
        assert "4711" not in file.read_text()


async def test_a_text_that_went_along_to_one_person_is_kept_for_them(tmp_path):
    """Though nothing was changed in it since."""
    file = tmp_path / "drafts.json"
    async with open_house() as house:
        bob = await house.person("bob")
        async with chat(house, drafts=Drafts(file, "a")) as ana:
            await ana.shows("2 here")
            await ana.write("hi there")
            ana.screen.parts.recipient.turn_to(bob.id)
        assert [Drafts(file, "a").get(target) for target in ("", bob.id)] == ["", "hi there"]


async def test_each_target_has_its_own(tmp_path):
    """A text for everyone goes along to one person, never the other way; all are there after a restart."""
    file = tmp_path / "drafts.json"
    async with open_house() as house:
        bob = await house.person("bob", secret="b" * 64)
        await house.person("zoe")
        drafts = Drafts(file, "a")
        async with chat(house, size=(120, 36), drafts=drafts) as ana:
            await ana.write("hi there")
            await ana.click("● bob")
            await ana.shows("private to bob", "▊ hi there")
            await ana.click("● zoe")
            await ana.shows("private to zoe", "Private message")
            await ana.click("Everyone", "▏")
            await ana.shows("to Everyone", "Message everyone…")
            await ana.write("morning")
            await ana.until(lambda: "morning" in drafts.get(""))
        async with chat(house, size=(120, 36), drafts=Drafts(file, "a")) as ana:
            await ana.shows("▊ morning", "to Everyone", "● bob")
            await ana.press("enter")
            await ana.click("● bob")
            await ana.shows("private to bob", "▊ hi there")
            await ana.press("enter")
            await bob.hears("hi there")
    assert Drafts(file, "a").get(bob.id) == ""


async def test_what_the_program_proposes_is_no_draft(tmp_path):
    """Another name, where ours is taken, is not there again at the next start; what is made of it is."""
    file = tmp_path / "drafts.json"
    async with open_house() as house:
        await house.person("ana")
        async with chat(house, drafts=Drafts(file, "a")) as ana:
            await ana.shows("/name ana2")
        assert not file.exists()
        async with chat(house, drafts=Drafts(file, "a")) as ana:
            await ana.shows("/name ana2")
            await ana.press("2")
        assert Drafts(file, "a").get("") == "/name ana22"
