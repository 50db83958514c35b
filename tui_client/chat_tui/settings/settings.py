"""Settings: reads what a user may set, with its source (an option, a `CHAT_TUI_*` variable, the program, a file).

The file is TOML and may be absent. What can't be used is told in one sentence that names its place and what is allowed.
Which themes and keys there are is for those to check who know them: `refuse` gives them the sentence.
"""

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from chat_protocol.names import InvalidNameError, check_name
from chat_protocol.text import clean_line
from chat_tui.connection.address import ConnectionUrlError, parse_url, without_login
from chat_tui.settings.errors import SettingsError
from chat_tui.settings.suggestions import did_you_mean
from chat_tui.storage.choices import SavedChoices
from chat_tui.storage.identity import NO_FOLDER

ENVIRONMENT = "CHAT_TUI_"
DEFAULT = "default"
_PICKED = "picked in chat-tui"
_FILE = "config.toml"
_LARGEST = 1 << 20
_LONGEST_UNDO = 60
_NARROWEST_TEXT, _WIDEST_TEXT = 20, 1000
COMFORTABLE, COMPACT = "comfortable", "compact"
_BOOLEANS = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}


VALUES = ("server", "name", "theme", "density", "text_width", "reduce_motion", "undo_seconds")
"""What an option, a variable and the file can say; `keys` can be in the file alone."""


class Settings(msgspec.Struct, frozen=True):
    """The values in force; "" and None are nothing. `keys` are keys by binding id, separated by commas.

    `sources` says who set what, `theme_in_file` and its like what the file says whoever else says something.
    """

    server: str = ""
    name: str = ""
    theme: str = ""
    density: str = ""
    text_width: int | None = None
    reduce_motion: bool = False
    undo_seconds: float | None = None
    keys: Mapping[str, str] = msgspec.field(default_factory=dict)
    sources: Mapping[str, str] = msgspec.field(default_factory=dict)
    theme_in_file: str = ""
    density_in_file: str = ""
    name_in_file: str = ""

    def source(self, name: str) -> str:
        """Who set a value; a key's name is `keys.` and its binding id."""
        return self.sources.get(name, DEFAULT)

    @property
    def name_is_for_once(self) -> bool:
        """Was the name given for this run, by an option or a variable?"""
        return self.source("name").startswith(("option ", "environment "))

    def without_picked_theme(self) -> "Settings":
        """The same but for a theme that was picked inside the program, should that be the one in force."""
        if self.source("theme") != _PICKED:
            return self
        sources = {**self.sources, "theme": self.source("theme_in_file")}
        return msgspec.structs.replace(self, theme=self.theme_in_file, sources=sources)

    def refuse(self, name: str, why: str) -> SettingsError:
        """Return the error for a value that can't be used; `why` goes on after the name of the value."""
        return SettingsError(_sentence(self.source(name), name, why))


def config_file() -> Path:
    """Where the file is looked for."""
    from platformdirs import user_config_path  # noqa: PLC0415 - its import would delay the first frame

    try:
        return user_config_path("chat-tui") / _FILE
    except RuntimeError:  # neither HOME nor an entry for this user
        return NO_FOLDER / _FILE


def load(
    options: Mapping[str, Any], environment: Mapping[str, str], path: Path, picked: SavedChoices | None = None
) -> Settings:
    """Return what is in force; options that are None were not given.

    The latest decision about theme, density and name holds: one that was picked inside the program wins over the file,
    until the file says something else than it did then.

    Raises:
        SettingsError: when something can't be used.
    """
    settings = _from_file(path)
    theme, density, user = settings.theme, settings.density, settings.name
    if theme:
        settings = msgspec.structs.replace(
            settings, sources={**settings.sources, "theme_in_file": settings.source("theme")}
        )
    if picked is not None and picked.theme and picked.theme_before == theme:
        settings = _with(settings, "theme", picked.theme, _PICKED)
    if picked is not None and picked.density in (COMFORTABLE, COMPACT) and picked.density_before == density:
        settings = _with(settings, "density", picked.density, _PICKED)
    if picked is not None and picked.name and picked.name_before == user:
        with suppress(SettingsError):  # what is remembered may be damaged, and nothing of it is needed
            settings = _with(settings, "name", picked.name, _PICKED)
    for name in VALUES:
        if text := environment.get(ENVIRONMENT + name.upper()):
            settings = _with(settings, name, text, f"environment {ENVIRONMENT}{name.upper()}")
    for name in VALUES:
        if (value := options.get(name)) is not None:
            option = "command line" if name == "server" else f"option --{name.replace('_', '-')}"
            settings = _with(settings, name, value, option)
    return msgspec.structs.replace(settings, theme_in_file=theme, density_in_file=density, name_in_file=user)


def _with(settings: Settings, name: str, value: Any, source: str) -> Settings:
    """The same with one value more."""
    sources = {**settings.sources, name: source}
    checked: dict[str, Any] = {name: _checked(name, value, source)}
    return msgspec.structs.replace(settings, sources=sources, **checked)


def _checked(name: str, value: Any, source: str) -> str | bool | float | int:
    if name == "undo_seconds":
        return _seconds(value, source)
    if name == "text_width":
        return _cells(value, source)
    if name == "reduce_motion":
        known = (
            value if isinstance(value, bool) else _BOOLEANS.get(value.casefold()) if isinstance(value, str) else None
        )
        if known is None:
            raise SettingsError(_sentence(source, name, f"must be true or false, not {_shown(value)}."))
        return known
    if not isinstance(value, str):
        raise SettingsError(_sentence(source, name, f"must be text in quotes, not {_shown(value)}."))
    if name == "density" and value not in ("", COMFORTABLE, COMPACT):
        raise SettingsError(_sentence(source, name, f"must be {COMFORTABLE} or {COMPACT}, not {_shown(value)}."))
    try:
        if name == "server" and value:
            parse_url(value)
        if name == "name" and value:
            check_name(value)
    except (ConnectionUrlError, InvalidNameError) as error:
        raise SettingsError(_sentence(source, name, f"can't be {_shown(without_login(value))}. {error}")) from None
    return value


def _seconds(value: Any, source: str) -> float:
    try:
        seconds = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not 0 <= seconds <= _LONGEST_UNDO:
        why = f"must be a number of seconds from 0 to {_LONGEST_UNDO}, not {_shown(value)}."
        raise SettingsError(_sentence(source, "undo_seconds", why))
    return seconds


def _cells(value: Any, source: str) -> int:
    try:
        cells = -1 if isinstance(value, bool | float) else int(value)
    except (TypeError, ValueError):
        cells = -1
    if cells and not _NARROWEST_TEXT <= cells <= _WIDEST_TEXT:
        why = f"must be {_NARROWEST_TEXT} to {_WIDEST_TEXT} columns, or 0 for no limit, not {_shown(value)}."
        raise SettingsError(_sentence(source, "text_width", why))
    return cells


# -- the file ---------------------------------------------------------------------------------------------------------


def _from_file(path: Path) -> Settings:
    text = _read(path)
    if text is None:
        return Settings()
    import tomllib  # noqa: PLC0415 - most have no file

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} isn't valid TOML: {clean_line(str(error))}.") from None
    settings = Settings()
    for name, value in table.items():
        source = _place(path, text, name)
        if name == "keys":
            settings = _with_keys(settings, value, path, text)
        elif name in VALUES:
            settings = _with(settings, name, value, source)
        else:
            known = ", ".join([*VALUES, "keys"])
            meant = did_you_mean(name, [*VALUES, "keys"])
            raise SettingsError(f"{source}: no setting is called {_shown(name)}.{meant} Settings: {known}.")
    return settings


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise SettingsError(f"{path} is too big for a settings file.")
        return raw.decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}, line {line}: this isn't UTF-8 text.") from None


def _with_keys(settings: Settings, table: Any, path: Path, text: str) -> Settings:
    if not isinstance(table, dict):
        raise SettingsError(
            f'{_place(path, text, "keys")}: keys must be a table: [keys], and below it "chat.people" = "f2".'
        )
    keys, sources = {}, dict(settings.sources)
    for name, value in _flat(table):
        source = _place(path, text, name)
        several = isinstance(value, list) and all(isinstance(key, str) for key in value)
        if not (isinstance(value, str) or several):
            raise SettingsError(_sentence(source, f"keys.{name}", f'must be a key such as "f2", not {_shown(value)}.'))
        keys[name] = ",".join(value) if several else value
        sources[f"keys.{name}"] = source
    return msgspec.structs.replace(settings, keys=keys, sources=sources)


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Names with dots: unquoted, TOML takes them for tables in tables."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _place(path: Path, text: str, name: str) -> str:
    """The file, and the line where a name is set, as far as that can be told from its looks."""
    spelled = re.compile(rf"\s*\[?\s*(?:keys\s*\.\s*)?[\"']?{re.escape(name)}[\"']?\s*[=\].]")
    line = next((number for number, row in enumerate(text.split("\n"), 1) if spelled.match(row)), None)
    return f"{path}, line {line}" if line else str(path)


def _sentence(source: str, name: str, why: str) -> str:
    return f"{source}: {clean_line(name)} {why}"


def _shown(value: Any) -> str:
    """Enough of a value to recognise it, and harmless."""
    text = clean_line(str(value).lower() if isinstance(value, bool) else str(value))
    text = text if len(text) <= 60 else f"{text[:60]}…"
    return f'"{text}"' if isinstance(value, str) else text
