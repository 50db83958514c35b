"""The profile of the person at the keyboard: joins settings, saved choices, and their identity at a server."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from chat_tui.connection.address import ConnectionUrlError, parse_url
from chat_tui.settings.settings import Settings, config_file, load
from chat_tui.storage.choices import recall, remember, with_room
from chat_tui.storage.identity import login, state_folder, user_name


class Profile(msgspec.Struct, frozen=True):
    """What holds for this run. `file` is where settings are looked for, `folder` where the program keeps its own."""

    settings: Settings
    file: Path
    folder: Path

    @property
    def name(self) -> str | None:
        """The name to ask a server for."""
        return self.settings.name or user_name()

    def keep_theme(self, name: str) -> None:
        """Use this theme from now on.

        Raises:
            RememberError: when that can't be written down.
        """
        self._keep(theme=name, theme_before=self.settings.theme_in_file)

    def keep_density(self, density: str) -> None:
        """Arrange messages so from now on.

        Raises:
            RememberError: when that can't be written down.
        """
        self._keep(density=density, density_before=self.settings.density_in_file)

    @property
    def proposed_name(self) -> str:
        """What to begin with where a name is asked for: it may be one that no server would take."""
        return self.name or login()

    def keep_name(self, name: str) -> None:
        """Be called that from now on, unless an option, a variable or a later change of the file says otherwise.

        Raises:
            RememberError: when that can't be written down.
        """
        if name != self.name:
            self._keep(name=name, name_before=self.settings.name_in_file)

    @property
    def rooms(self) -> list[str]:
        """The URLs of rooms that have greeted us, the latest first."""
        found: dict[str, None] = {}
        for url in recall(self.folder).rooms:
            with suppress(ConnectionUrlError):
                found[parse_url(url)] = None
        return list(found)

    def keep_room(self, url: str) -> None:
        """Remember a room that has greeted us.

        Raises:
            RememberError: when that can't be written down.
        """
        before = recall(self.folder)
        if (after := with_room(before, parse_url(url))) != before:
            remember(self.folder, after)

    def _keep(self, **changed: str) -> None:
        """Change what is remembered now, by whichever window."""
        remember(self.folder, msgspec.structs.replace(recall(self.folder), **changed))


def open_profile(options: Mapping[str, Any]) -> Profile:
    """Read everything; options by the names of the settings, None where they were not given.

    Raises:
        SettingsError: when something is set that can't be used.
    """
    file, folder = config_file(), state_folder()
    return Profile(load(options, os.environ, file, recall(folder)), file, folder)
