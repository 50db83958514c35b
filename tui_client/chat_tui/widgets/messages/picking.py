"""Picking: one message is chosen, with a strip of the actions on it, and stays where it is until that is closed."""

from collections.abc import Callable, Sequence

from textual.actions import SkipAction
from textual.message import Message

from chat_tui.widgets.messages.action_strip import ActionStrip
from chat_tui.widgets.messages.pane import MessagePane, PanePart
from chat_tui.widgets.messages.row import Action

SHOW_ALL = Action("show-all", "Show all", "a")
SHOW_LESS = Action("show-less", "Show less", "a")


class Picked(Message, namespace="message_list"):
    """A message was picked; its actions are shown."""

    def __init__(self, key: int) -> None:
        super().__init__()
        self.key = key


class PickClosed(Message, namespace="message_list"):
    """No message is picked any more; `gone`: because there is no such message any more."""

    def __init__(self, *, gone: bool = False) -> None:
        super().__init__()
        self.gone = gone


class ActionChosen(Message, namespace="message_list"):
    """An action is to be carried out. The message stays picked until somebody closes it."""

    def __init__(self, name: str, key: int) -> None:
        super().__init__()
        self.name, self.key = name, key


class Picking(PanePart):
    """Picks a message and carries out actions. `actions(key)` says which there are; folding is its own.

    `details(key)` are words that are shown with the actions, "" for none.
    """

    def __init__(
        self,
        pane: MessagePane,
        actions: Callable[[int], Sequence[Action]],
        details: Callable[[int], str],
        tell: Callable[[Message], None],
    ) -> None:
        self._pane, self._canvas, self._blocks, self._viewport = pane, pane.canvas, pane.blocks, pane.viewport
        self._actions, self._details, self._tell = actions, details, tell

    @property
    def picked(self) -> int | None:
        """The key of the picked message."""
        return self._canvas.picked

    def pick(self, key: int) -> None:
        """Show the actions of a message, and stay where we are until the pick is closed."""
        if self._blocks.find(key) is None or key == self.picked:
            return
        self._pane.build()
        self._canvas.mark(None)
        self._canvas.pick(key, self._new_strip(key))
        self._viewport.hold()
        self._show_picked()
        self._tell(Picked(key))

    def begin(self) -> None:
        """Pick what a search or a jump has gone to; else the last message; scrolled up, the last one shown in full."""
        for gone_to in (self._canvas.found, self._canvas.marked):
            if gone_to is not None and self._blocks.find(gone_to) is not None:
                self.pick(gone_to)
                return
        if not self._pane.at_end and (shown := self._last_in_full()) is not None:
            self.pick(shown)
            return
        last = self._blocks.last()
        if last is not None:
            if self.picked is None:
                self._viewport.follow_end()
                self._pane.invalidate(at_once=True)
            self.pick(self._blocks.key(last))

    def _last_in_full(self) -> int | None:
        self._pane.build()
        full = (item.key for item in reversed(self._viewport.visible) if item.end == self._canvas.height(item.key))
        return next(full, None)

    def step(self, by: int) -> None:
        """Pick the message before (-1) or after (1) the picked one; begin where none is picked."""
        place = None if self.picked is None else self._blocks.find(self.picked)
        if place is None:
            self.begin()
        elif (other := self._blocks.step(place, by)) is not None:
            self.pick(self._blocks.key(other))

    def close(self, *, gone: bool = False) -> None:
        """Take the actions away; if the list was at the end before, it goes on following."""
        if self.picked is not None:
            self._canvas.pick(None, None)
            self._viewport.release()
            self._pane.invalidate(at_once=True)
            self._tell(PickClosed(gone=gone))

    def _new_strip(self, key: int) -> ActionStrip:
        actions = list(self._actions(key))
        if key in self._canvas.unfolded:
            actions.append(SHOW_LESS)
        elif self._canvas.palette is not None and self._canvas.drawn(key).hidden:
            actions.insert(0, SHOW_ALL)
        return ActionStrip(actions, self._details(key))

    def _renew_strip(self) -> None:
        """The picked message or what can be done with it may have changed."""
        if self.picked is None or self._canvas.strip is None:
            return
        strip = self._new_strip(self.picked)
        if (strip.actions, strip.words) != (self._canvas.strip.actions, self._canvas.strip.words):
            self._canvas.pick(self.picked, strip)

    def _show_picked(self) -> None:
        """Bring the picked message and its actions into view."""
        if self.picked is not None and self._pane.has_room:
            self._find_below_strip()
            self._viewport.show(self.picked, self._pane.lines)
        self._pane.invalidate(at_once=True)

    def prepared(self) -> None:
        """The gap under the picked message makes room for the strip."""
        self._find_below_strip()

    def changed(self, *, gone: bool) -> None:
        """The pick, and what can be done with it, follow the message, or end with it."""
        if not gone:
            self._renew_strip()
        elif self.picked is not None and self._blocks.find(self.picked) is None:
            self.close(gone=True)

    def _find_below_strip(self) -> None:
        place = None if self.picked is None else self._blocks.find(self.picked)
        below = None if place is None else self._blocks.step(place, 1)
        self._canvas.set_below_strip(None if below is None else self._blocks.key(below))

    # -- acting ---------------------------------------------------------------

    def activate(self, index: int) -> None:
        """Carry out an action of the picked message, or ask for its confirmation."""
        key, strip = self.picked, self._canvas.strip
        if key is None or strip is None:
            return
        action = strip.activate(index)
        self._canvas.forget({key})
        self._pane.invalidate(at_once=True)
        if action in (SHOW_ALL, SHOW_LESS):
            self.unfold(key)
        elif action is not None:
            self._tell(ActionChosen(action.name, key))

    def unfold(self, key: int) -> None:
        """Show all of a long text, or its beginning only."""
        self._viewport.stay()
        self._canvas.unfolded ^= {key}
        self._canvas.forget({key})
        self._renew_strip()
        if key in self._canvas.unfolded:
            self._pane.invalidate(at_once=True)  # stay at the beginning: that is where one reads on
        else:
            self._show_picked()

    def trigger(self, letter: str) -> bool:
        """Carry out the action that has this letter; False where none has."""
        index = None if self._canvas.strip is None else self._canvas.strip.index_of(letter)
        if index is not None:
            self.activate(index)
        return index is not None

    def activate_focused(self) -> None:
        """Carry out the focused action. Raises SkipAction where nothing is picked."""
        if self._canvas.strip is None:
            raise SkipAction
        self.activate(self._canvas.strip.focused)

    def move_focus(self, by: int) -> None:
        """Focus another action. Raises SkipAction where nothing is picked."""
        if self.picked is None or self._canvas.strip is None:
            raise SkipAction
        self._canvas.strip.move(by)
        self._canvas.forget({self.picked})
        self._pane.invalidate(at_once=True)
