"""Recall: brings lines back into a composer: those that were sent before, and those that could not be sent."""

from typing import Protocol

from chat_tui.widgets.composer.sent_history import SentHistory, addressed
from chat_tui.widgets.markup.wrapping import one_line


class _Writing(Protocol):
    """What a composer shows."""

    text: str
    target: str
    room: str

    def set_text(self, text: str) -> None:
        """Replace the text."""

    def show_recalled(self, line: str) -> None:
        """Replace the text by one that is complete."""

    def show_notice(self, text: str, *, stays: bool = False) -> None:
        """Say what is wrong."""


class Recall:
    """A walk through the `sent` lines of a composer, and a way back for a line that could not be sent."""

    def __init__(self, composer: _Writing, sent: SentHistory) -> None:
        self._composer = composer
        self._sent = sent

    @property
    def is_shown(self) -> bool:
        """Is the text of the composer a line that was recalled, and not changed since?"""
        return self._sent.is_recalled(self._composer.text)

    @property
    def _audience(self) -> str:
        return self._composer.target or self._composer.room

    def older(self) -> bool:
        """Show the line sent before, if there is one."""
        return self._show(self._sent.older(self._composer.text, self._audience))

    def newer(self) -> bool:
        """Show the line sent after, at the end the draft, if there is one."""
        return self._show(self._sent.newer(self._composer.text))

    def give_back(self, text: str, reason: str, target: str) -> None:
        """Give a line back that was for `target`, and say why.

        An empty composer gets the text itself, with its `/to` if it is set to somebody else by now. Where something
        else is being written the two are never joined, as that could send one to the audience of the other: the draft
        stays, and Ctrl+Up brings the refused line.
        """
        if self._composer.text.strip():
            self._sent.add(text, target)
            self._composer.show_notice(f"not sent, ctrl+↑ brings it back: {one_line(reason)}", stays=True)
        else:
            self._composer.set_text(addressed(text, target, self._audience))
            self._composer.show_notice(one_line(reason))

    def _show(self, line: str | None) -> bool:
        if line is not None:
            self._composer.show_recalled(line)
        return line is not None
