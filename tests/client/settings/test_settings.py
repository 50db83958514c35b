"""Settings: who wins, and how what can't be used is told."""

import os

import pytest

from chat_tui.settings.errors import SettingsError
from chat_tui.settings.profile import Profile
from chat_tui.settings.settings import Settings, load
from chat_tui.storage.choices import MOST_ROOMS, RememberError, SavedChoices, change, recall, with_room
from chatting import open_house
from client.chat_host import chat_at


def written(tmp_path, text):
    """A file of settings."""
    path = tmp_path / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_without_a_file_all_is_as_it_comes(tmp_path):
    """No file is not a fault, and neither is no folder."""
    assert load({}, {}, tmp_path / "nowhere" / "config.toml") == Settings()
    assert Settings().source("theme") == "default"


def test_options_win_over_variables_and_those_over_the_file(tmp_path):
    """And each value knows who has set it."""
    path = written(tmp_path, 'server = "a.org"\nname = "ana"\ntheme = "dracula"\nreduce_motion = true\n')
    settings = load(
        {"name": "zoe", "theme": None},
        {"CHAT_TUI_NAME": "bob", "CHAT_TUI_THEME": "rose-pine", "CHAT_TUI_REDUCE_MOTION": ""},
        path,
    )
    assert (settings.server, settings.name, settings.theme, settings.reduce_motion) == (
        "a.org", "zoe", "rose-pine", True
    )  # fmt: skip
    assert [settings.source(name) for name in ("server", "name", "theme", "reduce_motion")] == [
        f"{path}, line 1", "option --name", "environment CHAT_TUI_THEME", f"{path}, line 4"
    ]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("off", False), ("false", False)])
def test_a_variable_says_yes_or_no(tmp_path, text, value):
    """In the words that people use."""
    assert load({}, {"CHAT_TUI_REDUCE_MOTION": text}, tmp_path / "none").reduce_motion is value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\ntheme = 3", ", line 2: theme must be text in quotes, not 3."),
        ('reduce_motion = "maybe"', ', line 1: reduce_motion must be true or false, not "maybe".'),
        ("undo_seconds = true", ", line 1: undo_seconds must be a number of seconds from 0 to 60, not true."),
        ("undo_seconds = 61", ", line 1: undo_seconds must be a number of seconds from 0 to 60, not 61."),
        ('density = "cosy"', ', line 1: density must be comfortable or compact, not "cosy".'),
        ("text_width = 19", ", line 1: text_width must be 20 to 1000 columns, or 0 for no limit, not 19."),
        ("text_width = 80.5", ", line 1: text_width must be 20 to 1000 columns, or 0 for no limit, not 80.5."),
        ('undo_seconds = "nan"', ', line 1: undo_seconds must be a number of seconds from 0 to 60, not "nan".'),
        ("reduce_motion = 1", ", line 1: reduce_motion must be true or false, not 1."),
        ('server = "http://a.org"', 'server can\'t be "http://a.org". Start the address with ws:// or wss://'),
        ('name = "a b"', "line 1: name can't be \"a b\". A name can't contain spaces."),
        (
            'colour = "red"',
            ', line 1: no setting is called "colour". Settings: server, name, theme, density',
        ),
        ("theme = ", "isn't valid TOML: Invalid value (at "),
        (b'# h\xe9\ntheme = "x"', "line 1: this isn't UTF-8 text."),
        ("#" * (1 << 21), "is too big for a settings file."),
        ('"\\u001b[2J" = 1', "no setting is called"),
    ],
)
def test_what_can_not_be_used_is_one_sentence(tmp_path, text, why):
    """It names the file, the line where that is known, and what is allowed; nothing in it acts on a terminal."""
    with pytest.raises(SettingsError) as error:
        load({}, {}, written(tmp_path, text))
    assert why in str(error.value)
    assert str(error.value).startswith(str(tmp_path))
    assert str(error.value).isprintable()


def test_how_long_a_deletion_can_be_taken_back(tmp_path):
    """In seconds, from 0; nothing where nobody says."""
    assert load({}, {"CHAT_TUI_UNDO_SECONDS": "2.5"}, written(tmp_path, "undo_seconds = 0")).undo_seconds == 2.5
    assert load({}, {}, written(tmp_path, "undo_seconds = 0")).undo_seconds == 0.0
    assert load({}, {}, written(tmp_path, "")).undo_seconds is None


def test_a_password_is_not_kept_with_the_room(tmp_path):
    """Nor shown when the address can't be used."""
    Profile(Settings(), tmp_path / "config.toml", tmp_path).keep_room("wss://ana:geheim@host/dev")
    assert recall(tmp_path).rooms == ("wss://host:443/dev",)
    with pytest.raises(SettingsError, match="server can't be") as refused:
        load({"server": "ana:geheim@host"}, {}, tmp_path / "config.toml")
    assert "geheim" not in str(refused.value)


async def test_the_program_takes_that_time():
    """Over its own."""
    async with open_house() as house, chat_at(house.url(), start=Settings(undo_seconds=600.0)) as ana:
        await ana.shows("connected")
        await ana.say("a slip")
        await ana.shows("▊ a slip")
        await ana.say("/delete last")
        await ana.shows("Deleting", "Undo")


def test_a_wrong_variable_is_told_by_its_name(tmp_path):
    """Not as if it stood in the file."""
    with pytest.raises(SettingsError, match="environment CHAT_TUI_REDUCE_MOTION: reduce_motion must be true or false"):
        load({}, {"CHAT_TUI_REDUCE_MOTION": "perhaps"}, tmp_path / "none")


def test_a_folder_in_place_of_the_file(tmp_path):
    """Is told as what it is."""
    with pytest.raises(SettingsError, match="can't be read: Is a directory"):
        load({}, {}, tmp_path)


@pytest.mark.parametrize(
    ("in_file", "theme"), [("", "dracula"), ('theme = "chat-light"', "rose-pine"), ('theme = "terminal"', "terminal")]
)
def test_the_latest_decision_about_the_theme_holds(tmp_path, in_file, theme):
    """One that was picked wins over what the file said then, and what the file says since wins over that."""
    before = "" if not in_file else "chat-light"
    picked = SavedChoices(theme="rose-pine" if in_file else "dracula", theme_before=before)
    settings = load({}, {}, written(tmp_path, in_file), picked)
    assert settings.theme == theme
    assert settings.theme_in_file == in_file[9:-1]


@pytest.mark.parametrize(
    ("in_file", "density"),
    [("", "compact"), ('density = "comfortable"', "comfortable"), ('density = "compact"', "compact")],
)
def test_the_latest_decision_about_the_density_holds(tmp_path, in_file, density):
    """As it does about the theme; what is damaged is forgotten."""
    settings = load({}, {}, written(tmp_path, in_file), SavedChoices(density="compact"))
    assert (settings.density, settings.density_in_file) == (density, in_file[11:-1])
    assert load({}, {}, tmp_path / "none", SavedChoices(density="cosy")) == Settings()


def test_the_width_of_texts_is_a_number(tmp_path):
    """In the file, or in a variable; 0 is a number, too."""
    assert load({}, {}, written(tmp_path, "text_width = 90")).text_width == 90
    assert load({}, {"CHAT_TUI_TEXT_WIDTH": "0"}, tmp_path / "none").text_width == 0


@pytest.mark.parametrize(
    ("in_file", "variable", "name"),
    [("", "", "zoe"), ("", "bob", "bob"), ('name = "ana"', "", "ana")],
)
def test_a_name_that_was_typed_in_the_program_holds_until_somebody_says_otherwise(tmp_path, in_file, variable, name):
    """A variable does, and so does a file that says something else than it did then."""
    settings = load({}, {"CHAT_TUI_NAME": variable}, written(tmp_path, in_file), SavedChoices(name="zoe"))
    assert settings.name == name
    if name == "zoe":
        assert settings.source("name") == "picked in chat-tui"


def test_a_remembered_name_that_can_not_be_one_is_forgotten(tmp_path):
    """Nobody has typed that."""
    assert load({}, {}, tmp_path / "none", SavedChoices(name="a b")) == Settings()


# -- what is remembered -----------------------------------------------------------------------------------------------


def test_what_is_remembered_comes_back(tmp_path):
    """From a folder that was not there; only its owner can read it, and nothing else is left lying about."""
    folder = tmp_path / "new" / "state"
    change(folder, lambda _: SavedChoices("dracula", "chat-light"))
    change(folder, lambda _: SavedChoices("rose-pine"))
    assert recall(folder) == SavedChoices("rose-pine")
    assert sorted(path.name for path in folder.iterdir()) == ["remembered.json", "remembered.json.lock"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"theme": 3}', b"\xff\xfe", None])
def test_damage_counts_as_nothing(tmp_path, damage):
    """A choice is lost then, no more."""
    if damage is None:
        (tmp_path / "remembered.json").mkdir()
    else:
        (tmp_path / "remembered.json").write_bytes(damage)
    assert recall(tmp_path) == SavedChoices()


def test_damage_to_one_choice_takes_no_other_away(tmp_path):
    """Each is read by itself."""
    (tmp_path / "remembered.json").write_text(
        '{"theme":3,"name":"zoe","rooms":["ws://h:1/"],"names":{"h:1":4},"new":1}'
    )
    assert recall(tmp_path) == SavedChoices(name="zoe", rooms=("ws://h:1/",))


def test_what_can_not_be_kept_is_told(tmp_path):
    """With the file's name."""
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(RememberError, match=r"remembered\.json can't be written"):
        change(tmp_path / "state", lambda _: SavedChoices("dracula"))
    assert os.listdir(tmp_path) == ["state"]  # noqa: PTH208 - names are what is compared


def test_the_latest_rooms_are_remembered_each_once():
    """The latest first, only so many, none that is too long to be read."""
    remembered = SavedChoices(theme="dracula")
    for number in [*range(20), 15]:
        remembered = with_room(remembered, f"ws://h{number}:6789/")
    assert remembered.rooms[:3] == ("ws://h15:6789/", "ws://h19:6789/", "ws://h18:6789/")
    assert len(remembered.rooms) == len(set(remembered.rooms)) == MOST_ROOMS
    assert with_room(remembered, "ws://h:1/" + "x" * 2000) == remembered
    assert remembered.theme == "dracula"


def test_one_choice_does_not_undo_another(tmp_path):
    """Whichever window it was made in; what can be no room is left out."""
    change(tmp_path, lambda _: SavedChoices(rooms=("http://a/", "b.org")))
    one, other = (Profile(Settings(), tmp_path / "config.toml", tmp_path) for _ in range(2))
    one.keep_theme("dracula")
    other.keep_name("zoe")
    one.keep_room("ws://c:6789/")
    assert recall(tmp_path) == SavedChoices(theme="dracula", name="zoe", rooms=("ws://c:6789/", "http://a/", "b.org"))
    assert other.rooms == ["ws://c:6789/", "ws://b.org:6789/"]
