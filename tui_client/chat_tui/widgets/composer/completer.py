"""The completer: offers what completes the word before the cursor, and puts what is chosen into the text."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from chat_protocol.commands import CommandSpec
from chat_tui.widgets.composer.completion import Completion, complete, complete_name
from chat_tui.widgets.composer.editor import ComposerEditor, plain_text

if TYPE_CHECKING:
    from chat_tui.widgets.composer.completion_popup import CompletionPopup


class Completer:
    """Completes in an editor; `words()` gives the commands, the names, and the names that fit some of the commands.

    Its popup goes into the container of the editor, first, so that it hides none of the notices there.
    """

    def __init__(
        self,
        editor: ComposerEditor,
        words: Callable[[], tuple[Sequence[CommandSpec], Sequence[str], Mapping[str, Sequence[str]]]],
    ) -> None:
        self._editor, self._words = editor, words
        self._made_popup: CompletionPopup | None = None
        self._completion: Completion | None = None
        self._dismissed: int | None = None
        self.chosen: int | None = None
        """The candidate that Enter takes."""

    @property
    def is_open(self) -> bool:
        """Is anything offered?"""
        return self._completion is not None

    def update(self) -> None:
        """The text, the cursor or the focus is another: offer what there is, but not what was dismissed."""
        editor = self._editor
        found = complete(_before_cursor(editor), *self._words()) if editor.selection.is_empty else None
        if found is None:
            self._dismissed = None
        elif found.start == self._dismissed:
            found = None
        if found != self._completion:
            self._offer(found)

    def close(self) -> None:
        """Offer nothing."""
        self._offer(None)

    def dismiss(self) -> None:
        """Offer nothing more for the word being typed."""
        if self._completion is not None:
            self._dismissed = self._completion.start
        self._offer(None)

    def move(self, step: int) -> bool:
        """Choose the candidate before or after; False where there is none."""
        if not self._completion or not self._completion.candidates:
            return False
        at = -1 if self.chosen is None and step > 0 else self.chosen or 0
        self._choose((at + step) % len(self._completion.candidates))
        return True

    def complete(self) -> None:
        """Take the chosen candidate, or the first; in ordinary text look for a name, and let several be chosen from."""
        if self._completion is None and self._editor.selection.is_empty:
            found = complete_name(_before_cursor(self._editor), self._words()[1])
            self._offer(found)
            if found is not None and len(found.candidates) > 1:
                return
        self.accept(self.chosen or 0)

    def accept(self, index: int) -> None:
        """Put candidate `index` in place of the word being typed."""
        if not self._completion or index >= len(self._completion.candidates):
            return
        editor = self._editor
        insert = plain_text(self._completion.candidates[index].insert)
        before = _before_cursor(editor)
        row, column = editor.cursor_location
        # No completion reaches over a line end, so the word begins on the cursor's line.
        start = (row, column - (len(before) - self._completion.start))
        after = editor.document[row][column : column + 1]
        end = (row, column + 1) if after == insert[-1:] == " " else (row, column)
        editor.replace(insert, start, end, maintain_selection_offset=False)

    def _offer(self, completion: Completion | None) -> None:
        self._completion = completion
        self._choose(0 if completion and completion.incomplete else None)

    def _choose(self, index: int | None) -> None:
        self.chosen = index
        if self._completion:
            container = self._editor.parent
            room = container.region.y - 1 if isinstance(container, Widget) else 0  # below the header
            self._popup.show(self._completion, index, room)
        elif self._made_popup is not None:
            self._made_popup.hide()

    @property
    def _popup(self) -> "CompletionPopup":
        """The popup, put where it can float above when it is first needed: no start waits for it."""
        if self._made_popup is None:
            from chat_tui.widgets.composer.completion_popup import CompletionPopup  # noqa: PLC0415 - as above

            self._made_popup = CompletionPopup(self.accept)
            if isinstance(container := self._editor.parent, Widget):
                container.mount(self._made_popup, before=0)
        return self._made_popup


def _before_cursor(editor: ComposerEditor) -> str:
    return editor.document.get_text_range((0, 0), editor.cursor_location)
