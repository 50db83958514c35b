"""Autosave of what is being written: each view has a draft, and the file is written with a debounce."""

from collections.abc import Callable

from textual.timer import Timer

from chat_tui.storage.drafts import Drafts
from chat_tui.widgets.composer.completion import modifiers
from chat_tui.widgets.composer.composer import Composer

_SAVE_AFTER = 1.0
"""Seconds until what is being written is in its file."""


class DraftAutosave:
    """Keeps the composer's text as the draft of whom it is for; what deletes itself is never on disk."""

    def __init__(self, drafts: Drafts, composer: Composer, warn: Callable[[str], None]) -> None:
        self._drafts = drafts
        self._composer = composer
        self._warn = warn
        self._proposal = ""
        self._name = ""
        self._carried = ""
        self._timer: Timer | None = None

    def restore(self) -> None:
        """Put the draft to everyone back into the composer."""
        if draft := self._drafts.get(""):
            self._composer.set_text(draft)
        if self._drafts.trouble:
            self._warn(self._drafts.trouble)

    def close(self) -> None:
        """The end: what is being written is there again at the next start, after a loss of power as well."""
        self._stop()
        self._drafts.save(durable=True)
        self._drafts.close()

    def changed(self) -> None:
        """The text is another one: it is saved soon, not with every key; that it is gone, at once.

        What was sent must not be there a second time, to be sent again, whatever becomes of us now.
        """
        self.keep()
        if not self._composer.text:
            self._drafts.save()
        elif self._timer is None:
            self._timer = self._composer.set_timer(_SAVE_AFTER, self.flush)

    def keep(self) -> None:
        """What stands in the composer is the draft of whom it is for."""
        self._keep_for(self._name)

    def keep_submitted(self, text: str, *, fleeting: bool) -> None:
        """A line that has left the composer is a draft until it is known what becomes of it."""
        self._drafts.keep(self._name, text, fleeting=fleeting)

    def flush(self) -> None:
        """Write the file now."""
        self._stop()
        self._drafts.save()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def turn_to(self, name: str) -> None:
        """Each view has its own text, by this name; "" is the home's."""
        if name == self._name:
            return
        self.keep()
        carried, self._carried = self._carried, ""
        if carried and carried == self._composer.text and not self._drafts.get(name):
            self._drafts.keep(self._name, "")
            self._name = name
            self._keep_for(name)
            return
        self._name = name
        if self._composer.text != (text := self._drafts.get(name)):
            self._composer.set_text(text)

    def carry(self) -> None:
        """What was written goes along to the next view, if that has no text of its own."""
        self._carried = self._composer.text

    @property
    def proposes(self) -> bool:
        """Does what was proposed stand in the composer as it was?"""
        return bool(self._proposal) and self._composer.text == self._proposal

    def propose(self, line: str) -> None:
        """Put a line into the empty composer that the user may send, or not: it is nobody's draft."""
        self._proposal = line
        self._composer.set_text(line)

    def _keep_for(self, client_id: str) -> None:
        text = self._composer.text
        text = "" if text == self._proposal else text
        self._drafts.keep(client_id, text, fleeting=self._is_fleeting(text))

    def _is_fleeting(self, text: str) -> bool:
        return self._composer.temp != "off" or "/temp" in modifiers(text)
