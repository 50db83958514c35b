"""Picking a message, and acting on it; jumping from one to another."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message

from chat_tui.widgets.messages.action_strip import ActionStrip
from chat_tui.widgets.messages.canvas import Lookup
from chat_tui.widgets.messages.edges import EdgePane
from chat_tui.widgets.messages.heights import Size
from chat_tui.widgets.messages.jump_history import Trail
from chat_tui.widgets.messages.row import Action

SHOW_ALL = Action("show-all", "Show all", "a")
SHOW_LESS = Action("show-less", "Show less", "a")


class PickingPane(EdgePane):
    """A message pane in which one can be picked. `actions(key)` says what can be done with it; folding is its own.

    `details(key)` are words that are shown with the actions, "" for none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "up", "Previous message", show=False, id="list.up"),
        Binding("down", "down", "Next message", show=False, id="list.down"),
        Binding("alt+up", "pick_step(-1)", "Previous message", show=False, id="list.previous"),
        Binding("alt+down", "pick_step(1)", "Next message", show=False, id="list.next"),
        Binding("left,shift+tab", "move_focus(-1)", "Previous action", show=False, id="list.action-previous"),
        Binding("right,tab", "move_focus(1)", "Next action", show=False, id="list.action-next"),
        Binding("enter", "activate", "Act", show=False, id="list.activate"),
        Binding("escape", "close_pick", "Close", show=False, id="list.close"),
        Binding("pageup", "page_up", "Page up", show=False, id="list.page-up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="list.page-down"),
        Binding("home", "scroll_home", "Oldest", show=False, id="list.home"),
        Binding("end", "scroll_end", "Newest", show=False, id="list.end"),
    ]

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

    def __init__(
        self,
        lookup: Lookup,
        actions: Callable[[int], Sequence[Action]],
        now: Callable[[], float],
        *,
        details: Callable[[int], str] = lambda _: "",
        id: str | None = None,  # noqa: A002  # Textual's name for it
    ) -> None:
        super().__init__(lookup, now, id=id)
        self._actions, self._details = actions, details
        self._trail = Trail()

    # -- jumping --------------------------------------------------------------

    @property
    def can_go_back(self) -> bool:
        """Was there a jump that nobody has taken back?"""
        return bool(self._trail)

    def jump(self, origin: int | None, key: int) -> bool:
        """Go from one message, or from none, to another and mark that, with a way back; False where it is not known."""
        place = self._viewport.place
        if not self.reveal(key):
            return False
        self._trail.went(origin, place)
        return True

    def go_back(self) -> None:
        """Take the newest jump back whose place is still there, and mark where it began."""
        while (step := self._trail.back()) is not None:
            if self._viewport.go_to(step.place):
                self._canvas.mark(step.origin)
                self._changed(at_once=True)
                return

    def to_end(self) -> None:
        """Go to the newest message, and follow those that come; jumps are over."""
        self._trail.forget()
        super().to_end()

    # -- picking --------------------------------------------------------------

    @property
    def picked(self) -> int | None:
        """The key of the picked message."""
        return self._canvas.picked

    def pick(self, key: int) -> None:
        """Show the actions of a message, and stay where we are until the pick is closed."""
        if self._blocks.find(key) is None or key == self.picked:
            return
        self._build()
        self._canvas.mark(None)
        self._canvas.pick(key, self._new_strip(key))
        self._viewport.hold()
        self._show_picked()
        self.post_message(self.Picked(key))

    def begin_pick(self) -> None:
        """Pick what a search or a jump has gone to; else the last message; scrolled up, the last one shown in full."""
        for gone_to in (self._canvas.found, self._canvas.marked):
            if gone_to is not None and self._blocks.find(gone_to) is not None:
                self.pick(gone_to)
                return
        if not self.at_end and (shown := self._last_in_full()) is not None:
            self.pick(shown)
            return
        last = self._blocks.last()
        if last is not None:
            if self.picked is None:
                self._viewport.follow_end()
                self._changed(at_once=True)
            self.pick(self._blocks.key(last))

    def _last_in_full(self) -> int | None:
        self._build()
        full = (item.key for item in reversed(self._viewport.visible) if item.end == self._canvas.height(item.key))
        return next(full, None)

    def pick_step(self, by: int) -> None:
        """Pick the message before (-1) or after (1) the picked one; begin where none is picked."""
        place = None if self.picked is None else self._blocks.find(self.picked)
        if place is None:
            self.begin_pick()
        elif (other := self._blocks.step(place, by)) is not None:
            self.pick(self._blocks.key(other))

    def close_pick(self, *, gone: bool = False) -> None:
        """Take the actions away; if the list was at the end before, it goes on following."""
        if self.picked is not None:
            self._canvas.pick(None, None)
            self._viewport.release()
            self._changed(at_once=True)
            self.post_message(self.PickClosed(gone=gone))

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
        if self.picked is not None and self._lines and self._columns:
            self._find_below_strip()
            self._viewport.show(self.picked, self._lines)
        self._changed(at_once=True)

    def _prepare(self) -> None:
        super()._prepare()
        self._find_below_strip()

    def _find_below_strip(self) -> None:
        place = None if self.picked is None else self._blocks.find(self.picked)
        below = None if place is None else self._blocks.step(place, 1)
        self._canvas.set_below_strip(None if below is None else self._blocks.key(below))

    # -- what the owner tells: the pick must outlive it, or end ---------------

    def reset(self, sizes: Iterable[Size]) -> None:
        """Replace everything but the unsent lines, close the pick, and go to the end. Keys ascend."""
        super().reset(sizes)
        self._trail.forget()
        self.close_pick(gone=True)

    def remove_messages(self, keys: Iterable[int]) -> None:
        """Forget messages, and everything that was drawn of them; replies to them are drawn anew."""
        super().remove_messages(keys)
        self._close_if_gone()

    def set_unsent(self, keys: Sequence[int]) -> None:
        """Our own lines that are not acknowledged yet (keys < 0): drawn after everything else, in this order."""
        super().set_unsent(keys)
        self._close_if_gone()

    def refresh_rows(self, keys: Iterable[int]) -> None:
        """These messages look different now, and other things may be done with them."""
        super().refresh_rows(keys)
        self._renew_strip()

    def _close_if_gone(self) -> None:
        if self.picked is not None and self._blocks.find(self.picked) is None:
            self.close_pick(gone=True)

    # -- acting ---------------------------------------------------------------

    def _activate(self, index: int) -> None:
        """Carry out an action of the picked message, or ask for its confirmation."""
        key, strip = self.picked, self._canvas.strip
        if key is None or strip is None:
            return
        action = strip.activate(index)
        self._canvas.forget({key})
        self._changed(at_once=True)
        if action in (SHOW_ALL, SHOW_LESS):
            self._unfold(key)
        elif action is not None:
            self.post_message(self.ActionChosen(action.name, key))

    def _unfold(self, key: int) -> None:
        """Show all of a long text, or its beginning only."""
        self._viewport.stay()
        self._canvas.unfolded ^= {key}
        self._canvas.forget({key})
        self._renew_strip()
        if key in self._canvas.unfolded:
            self._changed(at_once=True)  # stay at the beginning: that is where one reads on
        else:
            self._show_picked()

    def on_key(self, event: events.Key) -> None:
        """A letter that triggers an action of the picked message."""
        strip = self._canvas.strip
        if strip is None or not event.character or not event.is_printable:
            return
        index = strip.index_of(event.character.lower())
        if index is not None:
            event.stop()
            event.prevent_default()
            self._activate(index)

    def action_activate(self) -> None:
        """Carry out the focused action."""
        if self._canvas.strip is None:
            raise SkipAction
        self._activate(self._canvas.strip.focused)

    def action_move_focus(self, by: int) -> None:
        """Focus another action."""
        if self.picked is None or self._canvas.strip is None:
            raise SkipAction
        self._canvas.strip.move(by)
        self._canvas.forget({self.picked})
        self._changed(at_once=True)

    def action_up(self) -> None:
        """Pick the previous message; scroll where none is picked."""
        self.scroll_up() if self.picked is None else self.pick_step(-1)

    def action_down(self) -> None:
        """Pick the next message; scroll where none is picked."""
        self.scroll_down() if self.picked is None else self.pick_step(1)

    def action_pick_step(self, by: int) -> None:
        """Pick another message."""
        self.pick_step(by)

    def action_close_pick(self) -> None:
        """Close the actions."""
        if self.picked is None:
            raise SkipAction
        self.close_pick()

    def action_scroll_home(self) -> None:
        """Go to the oldest message."""
        self.scroll_to(y=0)

    def action_scroll_end(self) -> None:
        """Go to the newest message."""
        self.to_end()
