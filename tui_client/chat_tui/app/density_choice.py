"""Density choice: how close together messages stand, switched by a key, and kept."""

from collections.abc import Callable

import msgspec

from chat_tui.screens.chat.screen import ChatScreen
from chat_tui.settings.settings import COMFORTABLE, COMPACT, Settings
from chat_tui.storage.choices import RememberError
from chat_tui.widgets.messages.frame import WIDEST, Spacing


class DensityChoice:
    """How the messages of a chat are arranged; `keep` writes down what was picked, and may raise RememberError."""

    def __init__(self, chat: Callable[[], ChatScreen]) -> None:
        self.keep: Callable[[str], None] | None = None
        self._chat = chat

    def begin(self, settings: Settings) -> None:
        """Arrange them as the user has set it."""
        widest = WIDEST if settings.text_width is None else settings.text_width
        self._chat().space(Spacing(dense=settings.density == COMPACT, widest=widest))

    def change(self) -> None:
        """The other one, from now on."""
        chat = self._chat()
        chat.space(msgspec.structs.replace(chat.spacing, dense=not chat.spacing.dense))
        density = COMPACT if chat.spacing.dense else COMFORTABLE
        chat.status.done(f"{density.capitalize()} rows.")
        if self.keep is None:
            return
        try:
            self.keep(density)
        except RememberError as error:
            chat.notify(f"{density.capitalize()} rows for now: {error}", severity="warning", markup=False)
