"""What strangers write stays text in every place of the screen, and a flood of it holds up nobody."""

import json

from textual import events

from chatting import open_house
from client.chat_host import chat, chat_at
from client.connection_host import greet, serving

NAME = "[/b][red]eve"
TEXT = "[@click=app.quit]quit[/] [bold $primary]x[/b] [link=file:///]y"


async def test_markup_is_text_everywhere():
    """Message, name, roster, header, composer, reply bar, strip, picker, banner."""
    async with open_house() as house, chat(house, size=(120, 36)) as ana:
        eve = await house.person("eve")
        await eve.say(f"/name {NAME}", TEXT)
        await ana.shows(f"▊ {NAME}", f"▊ {TEXT}", f"● {NAME}")
        await ana.click(f"▊ {TEXT}")
        await ana.click(f"Message {NAME}")
        await ana.shows(f"to: {NAME} (private)", f"▔ private to {NAME} ▔", f"Private message to {NAME}…")
        await ana.write("x")
        await ana.press("escape")
        await ana.shows(f"This text is for {NAME} only.")
        await ana.press("ctrl+u", "ctrl+o")
        await ana.shows("Send messages to", f"▸ {NAME}")
        await ana.press("escape", "ctrl+u", "escape", "up", "r")
        await ana.shows(f"↪ replying to {NAME}: {TEXT}")
        await ana.say(TEXT)
        await ana.shows(f"╭ {NAME}: {TEXT}")
        await ana.press("ctrl+r", *"quit", "enter")
        await ana.shows("2 found", f"▸ {ana.app.store.people.you.name}", f"  {NAME}", f"  {TEXT}")
        await ana.press("escape")
        await ana.say(f"/to {NAME} hello")
        await ana.shows("privately")
        await eve.say("/exit")
        await ana.shows("1 here")
        await ana.click(f"○ {NAME}")
        await ana.say("are you there")
        await ana.shows(f"{NAME} has left.")
        await ana.press("ctrl+u")
        await ana.say("/[/b] x")
        await ana.shows('no command "/[/b]"')


async def test_a_word_of_the_server_is_text():
    """An error that answers no line of ours stands in the banner, as it is, made safe, on at most three rows."""

    async def rude(socket):
        await socket.send('{"type":"init","messages":[]}')
        await socket.send(json.dumps({"type": "error", "code": "x", "text": f"{TEXT} \x1b[2J" + " many words" * 99}))
        await socket.wait_closed()

    async with serving(rude) as port, chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows(TEXT)
        assert "\x1b" not in "".join(ana.rows)
        assert sum("many words" in row for row in ana.rows) <= 3


async def test_numbers_that_no_message_has_harm_nothing():
    """Below 1, or beyond all measure: such a message is not shown; what refers to one refers to nothing."""
    odd = (0, -1, 2**60, 2**63 - 1)

    async def rude(socket):
        await socket.send(json.dumps({"type": "init", "messages": [{"id": number, "text": "odd"} for number in odd]}))
        for number in (*odd, 2**63, 10**30):
            for event in (
                {"type": "delete", "id": number, "seq": number},
                {"type": "message", "id": abs(number) % 1000 + 1, "text": "even", "reply_to": number, "seq": number},
                {"type": "message", "id": number, "text": "odd"},
            ):
                await socket.send(json.dumps(event))
        await socket.send(json.dumps({"type": "message", "id": 5000, "text": "the last"}))
        await socket.wait_closed()

    async with serving(rude) as port, chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows("▊ even", "▊ the last")
        await ana.press("up", "up", "enter")
        assert "odd" not in "".join(ana.rows)
        assert all(0 < number < 2**60 for number in ana.app.store.messages)


async def test_a_link_that_is_no_address_is_text():
    """Whoever opens it is told; it is not opened."""
    async with open_house() as house, chat(house) as ana:
        opened = []
        ana.app.open_url = lambda url, **_: opened.append(url)
        bob = await house.person("bob")
        for url in ("https://[x/y", "https://\u2100.example/"):
            await bob.say(f"see {url} there")
            await ana.shows(f"see {url}")
            await ana.press("up", "o")
            await ana.shows("That link isn't a valid address.")
            await ana.press("escape")
        assert opened == []


async def test_a_refusal_of_the_connection_is_text():
    """The sentence of a server that does not let us in."""

    def refuse(connection, request):
        return connection.respond(403, "[/b] not you [red]\n")

    async with serving(greet, process_request=refuse) as port, chat_at(f"ws://127.0.0.1:{port}") as ana:
        await ana.shows("refused the connection: [/b] not you [red].", "✕ refused")


async def test_wide_and_joined_letters_fill_no_more_than_their_cells():
    """Every row is as wide as the terminal, whatever is written, in names too."""
    text = "한국어 ｗｉｄｅ 👩\u200d👩\u200d👧 e\u0301 ❤\ufe0f " * 5
    for size in ((120, 36), (50, 20)):
        async with open_house() as house, chat(house, size=size) as ana:
            eve = await house.person("eve")
            await eve.say("/name 한국어이름", text, f"/reply 1 {text}")
            await ana.until(lambda ana=ana: len(ana.app.store.messages) == 2)
            await ana.press("up", "m", "up", "r", "ctrl+b")
            await ana.shows("한국어이름")
            strips = ana.strips
            assert {strip.cell_length for strip in strips} == {size[0]}
            await ana.press("escape", "ctrl+r", *"wide", "enter")
            await ana.shows("2 found")
            strips = ana.strips
            assert {strip.cell_length for strip in strips} == {size[0]}


async def test_five_thousand_at_once():
    """All are taken, in order, the last one is seen, and what is typed meanwhile is there."""
    async with open_house() as house, chat(house) as ana:
        bob = await house.person("bob")
        taken: list[int] = []
        ana.screen.feed.event_filter = lambda heard: (taken.append(len(heard)), heard)[1]
        texts = [f"flood {number}" for number in range(5000)]
        await bob.say(*texts[:2500])
        await ana.until(lambda: taken)
        ana.app.post_message(events.Key("x", "x"))
        await bob.say(*texts[2500:])
        await ana.shows("▊ flood 4999", "▊ x")
        assert [message.text for message in ana.app.store.messages.values()] == texts
        assert max(taken) <= 128
