"""Where what is loaded ends: the row that says so, what it posts, and what tells that older messages are wanted."""

from chat_tui.widgets.messages.frame import Spacing
from client.message_list_host import Host, click, row, scroll_up, until

SIZE = (60, 20)
MISSING = "not loaded (click)"


def _many(first, last, **fields):
    return [row(key, **fields) for key in range(first, last + 1)]


def _with_gap():
    """Ten messages, a gap, ten more."""
    return [*_many(11, 20), row(501, edge=MISSING, edge_opens=True), *_many(502, 510)]


async def test_an_edge_is_in_the_place_of_the_blank_row():
    """So that nothing moves when it goes; narrow, where there are no blank rows, it is a row more."""
    host = Host([row(1, edge="Start of the conversation", day="Tuesday, 3 March"), row(2, grouped=True, edge=MISSING)])
    async with host.run_test(size=SIZE):
        dashes = "─" * 8
        assert [line.strip() for line in host.shown[:6]] == [
            f"{dashes} Start of the conversation {dashes}", f"{dashes} Tuesday, 3 March {dashes}", "▊ ana  10:02",
            "▊ message 1", f"{dashes} {MISSING} {dashes}", "▊ message 2",
        ]  # fmt: skip
        host.list.spacing = Spacing(narrow=True)
        assert [line.strip() for line in host.shown[:2]] == [
            "─── Start of the conversation ───",
            "─── Tuesday, 3 March ───",
        ]


async def test_a_click_on_an_edge_asks_for_what_goes_on_from_what_is_read():
    """After a scroll to newer messages for what comes next; else, and at the very top, for what came before."""
    host = Host(_with_gap())
    async with host.run_test(size=SIZE) as pilot:
        for top, older in [(16, True), (20, False), (18, True)]:
            host.list.scroll_to(y=top)
            await pilot.pause()
            await click(pilot, MISSING)
            event = host.named("EdgeClicked").pop()
            assert (event.key, event.older) == (501, older)
            host.heard.clear()
        host.list.reset([])
        host.rows = {7: row(7, edge=MISSING)}
        host.list.reset([(7, 5, False)])
        host.list.set_unsent([])
        await click(pilot, MISSING)
        assert [(event.key, event.older) for event in host.named("EdgeClicked")] == [(7, True)]
        assert host.list.picked is None


async def test_the_top_is_told_before_it_is_reached():
    """Once when it comes near, and then with each scroll, also where nothing moves any more."""
    host = Host(_many(1, 200))
    host.list.are_older = True
    async with host.run_test(size=SIZE) as pilot:
        assert not host.list.near_start
        assert not host.named("NearStart")
        host.list.scroll_to(y=70)
        await pilot.pause()
        assert not host.list.near_start
        host.list.scroll_to(y=50)
        await pilot.pause()
        assert host.list.near_start
        assert len(host.named("NearStart")) >= 1
        host.list.scroll_to(y=0)
        await pilot.pause()
        host.heard.clear()
        host.post_message(scroll_up())
        await until(lambda: host.named("NearStart"))
        host.heard.clear()
        host.list.action_page_up()
        await until(lambda: host.named("NearStart"))
        host.heard.clear()
        host.list.are_older = False
        host.list.action_page_up()
        await pilot.pause()
        assert not host.named("NearStart")


async def test_a_page_leaves_what_is_read_where_it_is():
    """At the top, in the middle of a gap, at the end: no line moves but those that take the place of the edge."""
    host = Host([row(500, edge=MISSING), *_many(501, 540)])
    async with host.run_test(size=SIZE) as pilot:
        host.list.scroll_to(y=0)
        await pilot.pause()
        before = host.shown
        host.rows[500] = row(500)
        host.load_older(*_many(300, 499))
        assert host.shown == ["", *before[1:]]
        host.list.to_end()
        before = host.shown
        host.load_older(*_many(100, 299))
        assert host.shown == before


async def test_a_page_closes_a_gap_below_or_above_what_is_read():
    """The message that somebody goes on from keeps its line."""
    host = Host(_with_gap())
    async with host.run_test(size=SIZE) as pilot:
        for first, last, wish in [(21, 50, 20), (490, 500, 501)]:
            host.list.reveal(wish)
            await pilot.pause()
            line = host.line_with(f"message {wish}")
            fresh = _many(first, last)
            host.rows |= {one.key: one for one in fresh}
            host.list.insert([(one.key, 10, False) for one in fresh], wish)
            assert host.line_with(f"message {wish}") == line
