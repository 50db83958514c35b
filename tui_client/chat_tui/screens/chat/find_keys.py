"""The part of the chat screen that finds: its keys, and the bar in which the phrase is typed."""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType

from chat_tui.screens.chat.find import Search
from chat_tui.screens.chat.selection import SelectingScreen
from chat_tui.widgets.composer.composer import Composer

if TYPE_CHECKING:
    from chat_tui.widgets.bars.find import SearchBar


class FindingScreen(SelectingScreen):
    """A screen with messages, a composer in its `#foot`, and a search."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f", "find", "Find", id="chat.find", priority=True),
        Binding("n,enter", "find_step(1)", "Older find", id="find.older", show=False),
        Binding("N,shift+enter", "find_step(-1)", "Newer find", id="find.newer", show=False),
        Binding("alt+up,alt+down", "pick_found", "Pick what was found", id="find.pick", show=False),
    ]
    composer: Composer
    search: Search

    def action_pick_message(self) -> None:
        """Choose a message by keyboard."""
        raise NotImplementedError

    async def action_find(self, phrase: str = "") -> None:
        """Ask what to look for, or go on asking."""
        bar = self.search.bar
        if bar is None:
            self.messages.close_pick()
            # Made when it is needed: what is there from the start delays the first frame.
            from chat_tui.widgets.bars.find import SearchBar  # noqa: PLC0415

            await self.query("#search").remove()  # the one before may be on its way out
            await self.query_one("#foot").mount(bar := SearchBar(id="search"), before=self.composer)
            self.search.open(bar)
        if phrase:
            bar.phrase = phrase
        bar.type_on()

    def action_find_step(self, by: int) -> None:
        """The next older find (1), or the next newer one (-1); where nothing is looked for, the key is not ours."""
        if self.search.bar is None or self.focused is not self.messages or self.messages.picked is not None:
            raise SkipAction
        self.search.step(by)

    def action_pick_found(self) -> None:
        """From the phrase to the message that it was found in; where nothing is looked for, the key is not ours."""
        if self.search.bar is None:
            raise SkipAction
        self.action_pick_message()

    def finding_key(self, event: events.Key) -> bool:
        """A letter typed at the messages: a key of the search, or more of its phrase; False without a search."""
        bar = self.search.bar
        if bar is None or self.focused is not self.messages or event.character is None:
            return False
        if event.key not in self.active_bindings:
            event.stop()
            bar.type_on(event.character)
        return True

    def to_newest(self) -> None:
        """To the end of the list, for good: a search that led elsewhere is over."""
        self.search.close(stay=True)
        self.messages.to_end()

    def end_search(self) -> bool:
        """Go back to where one was reading; False where nothing was looked for."""
        was_open = self.search.bar is not None
        self.search.close()
        return was_open

    def on_search_bar_typed(self, event: "SearchBar.Typed") -> None:
        """Find it."""
        self.search.look_for(event.phrase)

    def on_search_bar_stepped(self, event: "SearchBar.Stepped") -> None:
        """To the next one."""
        self.search.step(event.by)

    def on_search_bar_confirmed(self) -> None:
        """The letters are the list's now."""
        if self.search.bar is not None:
            self.search.bar.let_go()
        self.set_focus(self.messages)

    def on_search_bar_closed(self) -> None:
        """Back to where one was reading, and to the composer."""
        self.search.close()
        self.set_focus(self.composer)
