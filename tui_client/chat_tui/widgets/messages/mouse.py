"""Mouse clicks on a message: what was pressed, whether it is still there, and what that part of a message does."""

from collections.abc import Callable
from typing import NamedTuple

from textual import events
from textual.geometry import Offset
from textual.message import Message

from chat_tui.widgets.markup.wrapping import offset_at
from chat_tui.widgets.messages.edges import PageEdges
from chat_tui.widgets.messages.frame import Part
from chat_tui.widgets.messages.pane import MessagePane
from chat_tui.widgets.messages.picking import ActionChosen, Picking


class AuthorClicked(Message, namespace="message_list"):
    """The author's name on a message was clicked."""

    def __init__(self, key: int) -> None:
        super().__init__()
        self.key = key


class PreviewClicked(Message, namespace="message_list"):
    """The preview on a reply was clicked; the list has gone to the parent where it knows that."""

    def __init__(self, key: int, parent_key: int) -> None:
        super().__init__()
        self.key, self.parent_key = key, parent_key


class LinkClicked(Message, namespace="message_list"):
    """An http(s) address in a text was clicked."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url


class _Hit(NamedTuple):
    """What is under the mouse."""

    key: int
    row: int
    cell: int
    part: Part


class MessageMouse:
    """Carries out clicks; `jump(origin, key)` goes from one message to another."""

    def __init__(
        self,
        pane: MessagePane,
        picking: Picking,
        edges: PageEdges,
        jump: Callable[[int, int], bool],
        tell: Callable[[Message], None],
    ) -> None:
        self._pane, self._canvas = pane, pane.canvas
        self._picking, self._edges = picking, edges
        self._jump, self._tell = jump, tell
        self._pressed: tuple[Offset, _Hit | None] | None = None

    def press(self, event: events.MouseDown) -> None:
        """Remember what was pressed: until the button is up again, something else may have come there."""
        self._pressed = event.offset, self._hit(event.x, event.y)

    def click(self, event: events.Click) -> None:
        """Act on what was pressed; where the mouse moved in between, that was a selection."""
        pressed, self._pressed = self._pressed, None
        if pressed is None or pressed[0] != event.offset or event.button != 1:
            return
        hit = pressed[1]
        if hit is not None and self._is_still_there(hit):
            event.stop()
            self._clicked(hit)

    def _hit(self, x: int, y: int) -> _Hit | None:
        self._pane.build()
        if not 0 <= y < len(self._pane.rows):
            return None
        key, row = self._pane.rows[y]
        return _Hit(key, row, x, self._canvas.drawn(key).parts[row])

    def _is_still_there(self, hit: _Hit) -> bool:
        if self._pane.blocks.find(hit.key) is None:
            return False
        parts = self._canvas.drawn(hit.key).parts
        return hit.row < len(parts) and parts[hit.row] is hit.part

    def _clicked(self, hit: _Hit) -> None:
        match hit.part:
            case Part.GAP | Part.RULE | Part.DETAILS:
                pass
            case Part.EDGE:
                self._edges.clicked(hit.key)
            case Part.ACTIONS:
                self._clicked_action(hit)
            case Part.MORE:
                self._clicked_folded(hit.key)
            case Part.PREVIEW:
                self._clicked_preview(hit.key)
            case _ if self._canvas.drawn(hit.key).is_author(hit.row, hit.cell):
                self._tell(AuthorClicked(hit.key))
            case _:
                url = self._link_at(hit)
                if url is not None:
                    self._tell(LinkClicked(url))
                elif hit.key == self._picking.picked:
                    self._picking.close()
                else:
                    self._picking.pick(hit.key)

    def _clicked_action(self, hit: _Hit) -> None:
        strip = self._canvas.strip
        if strip is None or hit.key != self._picking.picked:
            return
        indent = self._canvas.frame(hit.key).strip_indent
        row = hit.row - self._canvas.drawn(hit.key).parts.index(Part.ACTIONS)
        index = strip.item_at(self._pane.columns - indent, row, hit.cell - indent)
        if index is not None:
            self._picking.activate(index)

    def _clicked_folded(self, key: int) -> None:
        row = self._pane.lookup(key)
        if row is not None and row.folded and row.leads:
            self._tell(ActionChosen(row.leads, key))
        else:
            self._picking.unfold(key)

    def _clicked_preview(self, key: int) -> None:
        row = self._pane.lookup(key)
        if row is not None and row.reply_to is not None:
            self._jump(key, row.reply_to)
            self._tell(PreviewClicked(key, row.reply_to))

    def _link_at(self, hit: _Hit) -> str | None:
        """The address under the mouse."""
        drawn = self._canvas.drawn(hit.key)
        span, text = drawn.span(hit.row), drawn.text
        cell = hit.cell - self._canvas.frame(hit.key).indent
        if span is None or text is None or cell < 0:
            return None
        at = offset_at(text.text, span, cell)
        number = text.link_at(at) if at < span[1] else None
        return None if number is None else text.urls[number]
