"""The message list shows what there is, stays where one reads, and keeps nothing."""

import gc
from types import CoroutineType, FrameType, FunctionType, ModuleType

import pytest
from rich.cells import cell_len
from rich.style import Style

from chat_tui.toolkit.screen_text import screen_text
from chat_tui.widgets.messages.frame import Spacing
from chat_tui.widgets.messages.heights import FOLD_ROWS
from client.message_list_host import Host, row, scroll_up, size_of, until

SIZE = (60, 20)


def _many(first=1, last=100, **fields):
    return [row(key, **fields) for key in range(first, last + 1)]


async def test_a_message_is_header_and_text():
    """Wide: a blank line, author and time, text, behind a gutter."""
    host = Host([row(1, "hello"), row(2, "hi", author="bob", reply_to=1)])
    async with host.run_test(size=SIZE):
        assert host.shown[:7] == ["", " ▊ ana  10:02", " ▊ hello", "", " ▊ ╭ ana: hello", " ▊ bob  10:02", " ▊ hi"]


async def test_compact_has_no_blank_lines():
    """Narrow: one cell of gutter, message below message."""
    host = Host([row(1, "hello"), row(2, "hi", author="bob")], compact=True)
    async with host.run_test(size=(40, 10)):
        assert host.shown[:4] == ["▊ana  10:02", "▊hello", "▊bob  10:02", "▊hi"]


async def test_compact_can_be_switched():
    """A terminal that becomes narrow changes the look of what is shown."""
    host = Host([row(1, "hello")])
    async with host.run_test(size=SIZE):
        host.list.spacing = Spacing(narrow=True)
        assert host.shown[:2] == ["▊ana  10:02", "▊hello"]


async def test_it_stays_at_the_end():
    """The newest message is in view, and so is the one that comes after it."""
    host = Host(_many())
    async with host.run_test(size=SIZE):
        assert host.shown[-1].endswith("message 100")
        host.say(row(101))
        assert host.shown[-1].endswith("message 101")
        assert host.list.at_end


async def test_scrolled_up_nothing_moves():
    """Appends, removals above, older messages and a new height of the terminal leave the top line where it is."""
    host = Host(_many(500, 599))
    async with host.run_test(size=SIZE) as pilot:
        host.list.scroll_to(y=120)
        await pilot.pause()
        before = host.shown
        assert not host.list.at_end
        host.say(row(600))
        assert host.shown == before
        host.delete(*range(500, 520))
        assert host.shown == before
        host.load_older(*_many(300, 399))
        assert host.shown == before
        await pilot.resize_terminal(60, 16)
        await until(lambda: host.shown == before[:15])


async def test_a_new_width_keeps_the_top_message():
    """Wrapped anew, the message at the top is still at the top."""
    host = Host(_many(text="some words that are wrapped where the list is narrow, and then some more of them"))
    host.rows[40] = row(40, "here I am")
    async with host.run_test(size=SIZE) as pilot:
        host.list.reveal(40)
        line = host.line_with("here I am")
        host.list.scroll_to(y=host.list.scroll_y + line - 1)
        await pilot.pause()
        assert "here I am" in host.shown[1]
        await pilot.resize_terminal(30, 20)
        await until(lambda: host.list.scrollable_content_region.width == 29)
        assert "here I am" in host.shown[1]


async def test_at_the_end_a_new_size_stays_at_the_end():
    """Whatever the size, the newest message is at the bottom."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        for size in ((30, 10), (100, 40), (20, 5)):
            await pilot.resize_terminal(*size)
            await until(lambda size=size: len(host.shown) == size[1] - 1)
            assert host.shown[-1].endswith("message 100")


async def test_the_ends_are_told():
    """Leaving the end, reaching the start and coming back are posted."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.list.focus()
        for key, ends in (("pageup", (False, False)), ("home", (False, True)), ("end", (True, False))):
            await pilot.press(key)
            await until(lambda ends=ends: [(m.at_end, m.at_start) for m in host.named("Scrolled")][-1:] == [ends])


@pytest.mark.parametrize(("key", "first"), [("pageup", "message 88"), ("home", "message 1"), ("up", "message 94")])
async def test_keys_scroll(key, first):
    """Page keys, Home and, with nothing picked, the arrows scroll."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.list.focus()
        await pilot.press(key)
        assert next(line for line in host.texts if "message" in line).endswith(first)


async def test_the_wheel_scrolls():
    """The mouse wheel moves the list, and what was read stays readable."""
    host = Host(_many())
    async with host.run_test(size=SIZE):
        before = host.shown
        host.post_message(scroll_up())
        await until(lambda: host.shown != before)
        assert host.shown[-1] in before


async def test_to_end():
    """One call goes to the newest message and follows again."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.list.scroll_to(y=0)
        await pilot.pause()
        host.list.to_end()
        host.say(row(101))
        assert host.shown[-1].endswith("message 101")


async def test_a_preview_shows_the_parent_only_as_long_as_it_is_there():
    """A reply keeps no copy: when the parent goes, its text is gone from the preview as well."""
    host = Host([row(1, "the secret"), row(2, "a reply", reply_to=1)])
    async with host.run_test(size=SIZE):
        assert any("╭ ana: the secret" in line for line in host.shown)
        host.delete(1)
        assert host.texts == [" ▊ ╭ deleted message", " ▊ ana  10:02", " ▊ a reply"]


async def test_nothing_of_a_removed_text_is_kept():
    """After a removal nothing that the list or its app refers to has the text, not even before the next paint."""
    host = Host([row(1, "the secret"), row(2, "a reply", reply_to=1)])
    async with host.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert _holds_text(host.list, "the secret")
        host.delete(1)
        assert not _holds_text(host.list, "the secret")


async def test_no_style_outlives_the_address_that_is_in_it():
    """Libraries keep styles that were added to others; those with an address are never added to."""
    host = Host([row(1, "look at https://secret.example/ *now*")])
    async with host.run_test(size=SIZE) as pilot:
        await pilot.hover("#messages", offset=(14, host.line_with("look")))
        host.list.pick(1)
        await pilot.pause()
        assert _linked_styles()
        host.delete(1)
        await pilot.pause()
        gc.collect()
        assert not _linked_styles()


async def test_a_message_that_the_owner_does_not_have():
    """Between a deletion and its removal from the list, the message shows as deleted."""
    host = Host(_many())
    async with host.run_test(size=SIZE):
        del host.rows[100]
        host.list.refresh_rows([100])
        assert host.shown[-1].strip() == "deleted message"


async def test_what_goes_on_is_drawn_without_a_header():
    """Text below text; when the first of them goes, the next one has the header."""
    host = Host([row(1, "one"), row(2, "two", grouped=True), row(3, "three", grouped=True), row(4, "four")])
    async with host.run_test(size=SIZE):
        assert host.shown[:7] == ["", " ▊ ana  10:02", " ▊ one", " ▊ two", " ▊ three", "", " ▊ ana  10:02"]
        host.rows[2] = row(2, "two")
        host.delete(1)
        assert host.shown[:6] == ["", " ▊ ana  10:02", " ▊ two", " ▊ three", "", " ▊ ana  10:02"]
        host.rows[2] = row(2, "two", grouped=True)
        host.load_older(row(1, "one again"))
        assert host.shown[:4] == ["", " ▊ ana  10:02", " ▊ one again", " ▊ two"]


async def test_a_day_and_the_unread_begin_at_the_same_message():
    """The day's rule is above the other one."""
    host = Host([row(1, rule="new since 10:04", day="Tuesday, 3 March")])
    async with host.run_test(size=SIZE):
        assert [line.strip() for line in host.texts[:3]] == [
            "──────── Tuesday, 3 March ────────", "──────── new since 10:04 ────────", "▊ ana  10:02"
        ]  # fmt: skip


async def test_notes_and_rules():
    """A header tells in words what is private, pending or failed; a rule stands above its message."""
    host = Host([row(1, note="private → you", note_kind="private"), row(2, rule="new since 10:04")])
    async with host.run_test(size=SIZE):
        assert host.texts[0] == " ┃ ana  10:02  private → you"
        assert host.texts[2].strip() == "──────── new since 10:04 ────────"
        host.change(2, rule="", note="not sent: too long", note_kind="failed")
        assert host.texts[2] == " ▊ ana  10:02  not sent: too long"


async def test_unsent_lines_come_last():
    """Our own lines stand below everything, also below what comes after them, until they are acknowledged."""
    host = Host(_many())
    async with host.run_test(size=SIZE):
        host.set_unsent(row(-1, "first", note="sending…"), row(-2, "second", note="not sent yet"))
        host.say(row(101))
        assert [line for line in host.texts if "ana" not in line][-3:] == [" ▊ message 101", " ▊ first", " ▊ second"]
        host.set_unsent(row(-2, "second"))
        host.say(row(102, "first"))
        assert [line for line in host.texts if "ana" not in line][-2:] == [" ▊ first", " ▊ second"]


async def test_a_long_text_is_folded():
    """More than 50 rows show as 49 and the number of those that are hidden."""
    host = Host([row(1, "\n".join(f"line {number}" for number in range(1, 362)))])
    async with host.run_test(size=(60, 80)):
        assert host.texts[1:50] == [f" ▊ line {number}" for number in range(1, FOLD_ROWS)]
        assert host.texts[50] == " ▊ … 312 more lines (Enter to show all)"
        assert len(host.texts) == 51


async def test_reveal_brings_a_message_into_view():
    """A known message is shown and marked until the next scroll; an unknown one is refused."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        assert host.list.reveal(10)
        assert any(line.endswith("message 10") for line in host.shown)
        assert _colour_of(host, "message 10") != _colour_of(host, "message 11")
        host.list.clear_mark()
        assert _colour_of(host, "message 10") == _colour_of(host, "message 11")
        assert not host.list.reveal(1000)
        await pilot.pause()


async def test_reset_replaces_everything():
    """After a reset the new messages are there, and the list is at their end."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        host.list.scroll_to(y=3)
        await pilot.pause()
        host.rows = {one.key: one for one in _many(1, 30, text="new")}
        host.list.reset(size_of(one) for one in host.rows.values())
        assert host.shown[-1] == " ▊ new"
        assert not any("message" in line for line in host.shown)
        assert host.list.at_end


async def test_a_hundred_thousand_messages_need_a_few_dozen_lookups():
    """A start, and each page up, ask for what is near the screen only."""
    host = Host()
    host.rows = _Any()
    async with host.run_test(size=(80, 40)) as pilot:
        host.list.reset((key, 60, False) for key in range(1, 100_001))
        assert host.shown[-1].endswith("message 100000")
        host.list.focus()
        for _ in range(5):
            host.looked_up.clear()
            await pilot.press("pageup")
            await pilot.pause()
            assert 0 < len(set(host.looked_up)) == len(host.looked_up) < 60
        host.looked_up.clear()
        await pilot.press("home")
        assert any(line.endswith("message 1") for line in host.shown)
        assert len(host.looked_up) < 60


async def test_the_page_above_is_measured_when_a_page_is_shown():
    """Not before, since a key would wait for twice the work; and then no message of the next page is to be drawn."""
    host = Host(_many(1, 400))
    async with host.run_test(size=(80, 20)) as pilot:
        host.list.focus()
        await pilot.pause()
        await until(lambda: min(host.looked_up) < min(shown_keys(host)) - 5)
        host.looked_up.clear()
        await pilot.press("pageup")
        top = min(shown_keys(host))
        await until(lambda: min(host.looked_up, default=top) < top - 5)
        assert max(host.looked_up) <= top  # whose name is laid over its first row


def shown_keys(host) -> list[int]:
    """The messages on the screen."""
    return [key for key in host.rows if host.list.is_shown(key)]


@pytest.mark.parametrize("width", [20, 21, 47, 80])
async def test_hostile_text_is_drawn_as_it_is(width):
    """Markup, wide and combining characters, and joiners are text, and every row is exactly as wide as the list."""
    texts = ["[/b] [red]", "[@click=app.quit]x[/]", "界" * 30, "e\u0301\u0300\u0302" * 60, "👩\u200d👧❤\ufe0f" * 20]
    texts += ["a\u200d" * 50, "\u200d\ufe0f\u0301", "https://e.org/" + "x" * 200, "🇩🇪" * 40, "", "\n\n"]
    rows = [row(key, text, author=text.replace("\n", ""), note=text[:30]) for key, text in enumerate(texts, 1)]
    rows += [row(90 + one.key, reply_to=one.key, rule=one.author) for one in rows]
    host = Host(rows)
    async with host.run_test(size=(width, 300)):
        for strip in host.strips:
            assert strip.cell_length == width - 1
            assert cell_len(strip.text) == sum(cell_len(segment.text) for segment in strip) == width - 1
        assert any("[/b] [red]" in line for line in host.shown)
        assert any("x[/]" in line for line in host.shown)
        assert not any(segment.style.meta for strip in host.strips for segment in strip if segment.style)


async def test_a_theme_changes_the_colours():
    """A light theme gives authors and text other colours at once."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        before = host.strips[-1]
        host.theme = "textual-light"
        await pilot.pause()
        await until(lambda: host.strips[-1] != before)
        assert host.strips[-1].text == before.text


async def test_without_colour_the_words_remain(monkeypatch):
    """NO_COLOR takes the colours and leaves every word."""
    monkeypatch.setenv("NO_COLOR", "1")
    host = Host([row(1, note="private → you", note_kind="private", expires_at=1042.0)])
    async with host.run_test(size=SIZE):
        assert host.texts[0] == " ┃ ana  10:02  ⏳ 0:42  private → you"
        colours = {segment.style.color.triplet for strip in host.strips for segment in strip if segment.style.color}
        assert all(red == green == blue for red, green, blue in colours)


async def test_a_burst_is_one_paint_and_no_layout():
    """A hundred arrivals in a row are drawn together, and the rest of the screen is not laid out for them."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        await pilot.pause()
        layouts = []
        host.screen.screen_layout_refresh_signal.subscribe(host, layouts.append, immediate=True)
        host.list.painted.clear()
        for key in range(101, 201):
            host.say(row(key))
        await until(lambda: host.list.painted)
        assert "message 200" in screen_text(host)
        await pilot.pause()
        assert len(host.list.painted) == 1
        assert layouts == []


async def test_a_paint_gives_way_once():
    """What should not be held up by a paint goes first, and however much of it comes, arrivals are drawn."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        await pilot.pause()
        shown = []
        host.list.gives_way = lambda: shown.append("message 101" in screen_text(host)) or True
        host.say(row(101))
        await until(lambda: "message 101" in screen_text(host))
        assert shown
        assert not any(shown)


async def test_the_scrollbar_pages_and_drags():
    """A press above the thumb is a page up; the thumb can be drawn to the top."""
    host = Host(_many())
    async with host.run_test(size=SIZE) as pilot:
        await pilot.mouse_down(offset=(59, 0))
        await pilot.mouse_up(offset=(59, 0))
        await until(lambda: host.list.scroll_y == 300 - 2 * 19)
        await pilot.mouse_down(offset=(59, 17))
        await pilot.hover(offset=(59, 0))
        await pilot.mouse_up(offset=(59, 0))
        await until(lambda: any(line.endswith("message 1") for line in host.shown))


class _Any(dict):
    """All messages, of which none exists before somebody asks for it."""

    def get(self, key, default=None):  # noqa: ARG002  # a dict has it
        return row(key)


def _linked_styles():
    """Every style, wherever it is kept, that holds the address of this test."""
    return [one for one in gc.get_objects() if issubclass(type(one), Style) and "secret.example" in (one.link or "")]


def _holds_text(root, words):
    """Whether any object that can be reached from `root`, but not through code, is a text with these words."""
    seen, queue = {id(root)}, [root]
    while queue:
        one = queue.pop()
        if isinstance(one, str) and words in one:
            return True
        if isinstance(one, type | ModuleType | FunctionType | FrameType | CoroutineType):
            continue
        for other in gc.get_referents(one):
            if id(other) not in seen:
                seen.add(id(other))
                queue.append(other)
    return False


def _colour_of(host, words):
    return next(segment.style.bgcolor for segment in host.strips[host.line_with(words)] if words in segment.text)


async def test_where_the_unread_begin_is_told():
    """Above, here or below; unsent lines come after all others, and without a first one it is nowhere."""
    host = Host([row(key, rule="new" if key == 20 else "") for key in range(1, 41)])
    async with host.run_test(size=(40, 12)) as pilot:
        assert host.list.where_unread == ""
        told = []
        for key, go in [
            (20, host.list.to_end), (20, lambda: host.list.reveal(20)), (20, host.list.action_scroll_home),
            (20, host.list.to_end), (40, lambda: None), (20, lambda: host.set_unsent(*map(row, range(-9, 0)))),
            (99, lambda: None), (None, lambda: None),
        ]:  # fmt: skip
            host.list.first_unread = key
            go()
            await pilot.pause()
            told.append(host.list.where_unread)
        assert told == ["above", "here", "below", "above", "here", "above", "", ""]
        assert len(host.named("UnreadMoved")) == 7
