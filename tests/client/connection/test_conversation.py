"""Store and connection together, against real servers: each line is kept exactly once, in order."""

import asyncio
from itertools import repeat

from client.connection_host import Person, Room, free_port, serving


async def test_a_line_comes_back_as_kept():
    """What is said is pending until the server has it."""
    room = Room()
    async with serving(room.handler) as port, Person(f"127.0.0.1:{port}") as person:
        person.say("hello")
        assert len(person.store.outbox.messages()) == 1
        await person.until(lambda: person.texts == ["hello"])
        assert person.store.outbox.messages() == []


async def test_lines_said_while_disconnected_arrive_once_and_in_order():
    """They wait, and go when somebody answers."""
    port = await free_port()
    room = Room()
    async with Person(f"127.0.0.1:{port}", delays=lambda: repeat(0.001)) as person:
        for number in range(20):
            person.say(f"{number}")
        assert [row.state for row in person.store.outbox.messages()] == ["unsent"] * 20
        async with serving(room.handler, port):
            await person.until(lambda: len(person.texts) == 20)
            assert [entry["text"] for entry in room.kept] == [str(number) for number in range(20)]
            assert len(room.heard) == 20


async def test_a_line_whose_echo_was_lost_is_found_in_the_next_init():
    """It is kept already: not sent again, not shown twice, and not counted as missed."""
    room = Room()
    async with serving(room.handler) as port, Person(f"127.0.0.1:{port}") as person:
        person.say("first")
        await person.until(lambda: person.texts == ["first"])
        room.silent = True
        person.say("second")
        await person.until(lambda: person.texts == ["first", "second"])
        assert person.store.outbox.messages() == []
        assert len(room.heard) == 2
        assert person.missed == [0]


async def test_nothing_is_lost_or_doubled_by_a_wire_that_is_cut_again_and_again():
    """Thirty lines over a connection that is cut after every fourth."""
    room = Room()
    async with serving(room.handler) as port, Person(f"127.0.0.1:{port}") as person:
        for number in range(30):
            room.silent = room.silent or number % 4 == 3
            person.say(f"{number}")
            await person.until(lambda: person.store.people.you is not None)
        await person.until(lambda: len(person.texts) == 30)
        assert person.texts == [str(number) for number in range(30)]
        assert person.store.outbox.messages() == []


async def test_what_is_busy_without_end_stops_nothing():
    """The socket is read less eagerly while there is something else to do, and still read."""
    room = Room()
    async with serving(room.handler) as port, Person(f"127.0.0.1:{port}", busy=lambda: True) as person:
        for number in range(30):
            person.say(f"{number}")
        await person.until(lambda: len(person.texts) == 30)


async def test_messages_missed_while_away_are_told():
    """A resumed connection brings what others said, and how much it was."""
    room = Room()
    async with serving(room.handler) as port, Person(f"127.0.0.1:{port}", delays=lambda: repeat(0.001)) as person:
        person.say("mine")
        await person.until(lambda: person.texts == ["mine"])
        room.silent = True
        room.kept.append(room.entry("theirs", sender="~bob"))
        person.say("cut")
        await person.until(lambda: len(person.texts) == 3)
        assert person.missed == [1]
        assert person.store.messages[2].text == "theirs"


async def test_a_server_that_knows_only_the_seed_of_the_protocol_will_do():
    """Messages, replies and deletions, without tokens, ids and numbering."""
    heard = asyncio.Queue()

    async def handler(socket):
        await socket.send('{"type":"init","messages":[{"id":1,"text":"welcome","reply_to":null}]}')
        async for line in socket:
            heard.put_nowait(line)
            if line == "/delete 1":
                await socket.send('{"type":"delete","id":1}')
            else:
                await socket.send('{"type":"message","id":2,"text":"hello","reply_to":null}')

    async with serving(handler) as port, Person(f"127.0.0.1:{port}") as person:
        await person.until(lambda: person.texts == ["welcome"])
        person.say("/reply 1 hello")
        assert person.store.outbox.messages() == []
        await person.until(lambda: len(person.texts) == 2)
        person.say("/delete 1")
        await person.until(lambda: person.texts == ["hello"])
        assert [heard.get_nowait() for _ in range(2)] == ["/reply 1 hello", "/delete 1"]
