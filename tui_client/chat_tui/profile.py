"""The person at the keyboard, as the program knows them: settings, choices, and who they are to a server."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from chat_tui.identity import state_folder, user_name
from chat_tui.remembered import Remembered, recall, remember
from chat_tui.settings import Settings, config_file, load


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
        remember(self.folder, Remembered(theme=name, theme_before=self.settings.theme_in_file))


def open_profile(options: Mapping[str, Any]) -> Profile:
    """Read everything; options by the names of the settings, None where they were not given.

    Raises:
        SettingsError: when something is set that can't be used.
    """
    file, folder = config_file(), state_folder()
    return Profile(load(options, os.environ, file, recall(folder)), file, folder)
