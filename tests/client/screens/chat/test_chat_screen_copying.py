"""A drag takes the texts of messages, and nothing of what stands beside them."""

from textual.events import MouseDown, MouseMove, MouseUp

from chatting import open_house
from client.chat_host import chat


async def drag(person, start, *path):
    """Press at a cell, move over others, let go at the last."""
    events = [(MouseDown, start), *((MouseMove, place) for place in path), (MouseUp, path[-1])]
    for event, (x, y) in events:
        person.app.post_message(event(None, x, y, 0, 0, 1, False, False, False, x, y))
    await person.pilot.pause()


async def test_a_drag_takes_texts_wherever_it_ends():
    """Over the roster, the header, the composer or between messages: the nearest text, no draft, and nothing moves."""
    async with open_house() as house, chat(house, size=(120, 30)) as ana:
        bob = await house.person("bob")
        await bob.say("first text", "second text", "third text", "last text")
        await ana.shows("▊ last text", "● bob")
        await ana.write("my draft")
        first, second, third = (ana.rows.index(ana.row(f"{word} text")) for word in ("first", "second", "third"))
        over_roster = ana.row("● bob").index("● bob")
        for start, end, text in [
            ((9, first), (over_roster, first), "text"),
            ((9, first), (over_roster, second), "bob: text\nbob: second text"),
            ((9, first), (119, third - 1), "bob: text\nbob: second text"),
            ((10, third), (over_roster, 0), "bob: first text\nbob: second text\nbob: third te"),
            ((9, second), (10, 27), "bob:  text\nbob: third text\nbob: last text"),
        ]:
            await drag(ana, start, (start[0] + 1, start[1]), end)
            assert ana.app.clipboard == text, (start, end)
            assert [ana.rows.index(ana.row(f"{word} text")) for word in ("first", "second", "third")] == [
                first, second, third
            ]  # fmt: skip
        assert "✓ Sent to the terminal's clipboard." in ana.rows[0]
        assert {widget.id for widget in ana.screen.selections} == {"messages"}
        ana.app.copy_to_clipboard("from elsewhere")
        await drag(ana, (over_roster, 4), (over_roster, 6))
        await drag(ana, (over_roster, 4), (9, first))
        assert ana.app.clipboard == "from elsewhere"
