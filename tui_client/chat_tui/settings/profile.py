"""The profile of the person at the keyboard: joins settings, saved choices, and their identity at a server."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from chat_protocol.names import InvalidNameError, check_name
from chat_tui.connection.address import ConnectionUrlError, one_place, one_spelling, parse_url, without_login
from chat_tui.settings.settings import Settings, config_file, load
from chat_tui.storage.choices import SavedName, change, recall, with_name, with_room
from chat_tui.storage.identity import login, prove, state_folder, user_name

if TYPE_CHECKING:
    from chat_tui.storage.drafts import Drafts
    from chat_tui.storage.outbox_file import OutboxFile
    from chat_tui.storage.places import PlaceFile


class Arrival(NamedTuple):
    """Who we are at one server, and what is kept of it; None where nothing is to be."""

    secret: str | None
    notice: str | None
    """What is wrong with the secret, as a sentence."""
    drafts: "Drafts | None" = None
    outbox: "OutboxFile | None" = None
    place: "PlaceFile | None" = None
    name: str | None = None


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
        before = self.settings.theme_in_file
        change(self.folder, lambda now: msgspec.structs.replace(now, theme=name, theme_before=before))

    def keep_density(self, density: str) -> None:
        """Arrange messages so from now on.

        Raises:
            RememberError: when that can't be written down.
        """
        before = self.settings.density_in_file
        change(self.folder, lambda now: msgspec.structs.replace(now, density=density, density_before=before))

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
            before = self.settings.name_in_file
            change(self.folder, lambda now: msgspec.structs.replace(now, name=name, name_before=before))

    # -- one server ---------------------------------------------------------------------------------------------

    def name_at(self, url: str) -> str | None:
        """The name to ask this server for: an option, a variable, the one that was taken there, or the usual one.

        One that was taken holds until the settings file says something else than it did then.
        """
        taken = recall(self.folder).names.get(one_place(url))
        if taken is None or taken.before != self.settings.name_in_file or self.settings.name_is_for_once:
            return self.name
        try:
            return check_name(taken.name)
        except InvalidNameError:  # what is remembered may be damaged
            return self.name

    def keep_name_at(self, url: str, name: str) -> None:
        """Be called that at this server from now on.

        Raises:
            RememberError: when that can't be written down.
        """
        taken = None if name == self.name else SavedName(name, self.settings.name_in_file)
        change(self.folder, lambda now: with_name(now, one_place(url), taken))

    def identity_at(self, url: str, *, guest: bool, job: str = "") -> tuple[str, str | None]:
        """What proves who we are at this server, and what is wrong with it, as a sentence.

        Each `job` is somebody of its own; a guest is somebody else each time.
        """
        where = one_place(url)
        where = recall(self.folder).spellings.get(where, where)
        return prove(f"{where} {job}".rstrip(), guest=guest)

    def spellings(self, url: str) -> tuple[str, ...]:
        """The URLs under which an earlier version may have written something down about this room."""
        where = recall(self.folder).spellings.get(one_place(url), "")
        spelled = urlsplit(one_spelling(url))._replace(netloc=where).geturl() if where else without_login(url)
        return tuple(dict.fromkeys((without_login(url), spelled)))

    def arrive(self, url: str, *, guest: bool) -> Arrival:
        """Open what is kept of a room; a guest's is for this run, and nothing is written down."""
        from chat_tui.storage.drafts import Drafts  # noqa: PLC0415 - who chats without a screen has none of this
        from chat_tui.storage.outbox_file import FOLDER, OutboxFile  # noqa: PLC0415 - as above
        from chat_tui.storage.places import PlaceFile  # noqa: PLC0415 - as above

        secret, problem = self.identity_at(url, guest=guest)
        if guest:
            return Arrival(secret, problem, name=self.name)
        room, before = one_spelling(url), self.spellings(url)
        drafts = Drafts(self.folder, room, before)
        if problem:  # whoever we are this time, no server would know us again
            return Arrival(secret, problem, drafts, name=self.name_at(url))
        outbox = OutboxFile(self.folder / FOLDER, room, secret, before)
        place = PlaceFile(self.folder, room, secret)
        return Arrival(secret, problem, drafts, outbox, place, self.name_at(url))

    @property
    def rooms(self) -> list[str]:
        """The URLs of rooms that have greeted us, the latest first, each room once."""
        found: dict[str, str] = {}
        for url in recall(self.folder).rooms:
            with suppress(ConnectionUrlError):
                found.setdefault(one_spelling(parsed := parse_url(url)), parsed)
        return list(found.values())

    def keep_room(self, url: str) -> None:
        """Remember a room that has greeted us; not a password in its address.

        Raises:
            RememberError: when that can't be written down.
        """
        change(self.folder, lambda now: with_room(now, without_login(parse_url(url))))


def open_profile(options: Mapping[str, Any]) -> Profile:
    """Read everything; options by the names of the settings, None where they were not given.

    Raises:
        SettingsError: when something is set that can't be used.
    """
    file, folder = config_file(), state_folder()
    return Profile(load(options, os.environ, file, recall(folder)), file, folder)
