"""Bytes that nobody meant: whatever comes in whichever pieces, nothing breaks and nothing is left."""

import random

import pytest
from websockets.frames import Opcode

from chatting import open_house
from sockets import Wire, handshake, masked, text

DIALOGUE = [
    handshake("/?name=noise"), text("hello"), text("/to noise /temp 5 hi"), text("/name other"), text("/delete last"),
    masked(Opcode.PING, b"?"), masked(Opcode.TEXT, b"in ", fin=False), masked(Opcode.CONT, b"two"),
    masked(Opcode.BINARY, b"\0"), text("/exit"), masked(Opcode.CLOSE, b"\x03\xe8"),
]  # fmt: skip


def disturbed(dice: random.Random) -> bytes:
    """A dialogue with parts left out, doubled, put elsewhere, and a few bytes changed."""
    parts = [DIALOGUE[0]] * dice.choice([1, 1, 1, 0, 2]) + dice.choices(DIALOGUE[1:], k=dice.randrange(12))
    data = bytearray(b"".join(parts))
    for _ in range(dice.choice([0, 0, 1, 2, 10])):
        if data:
            place = dice.randrange(len(data))
            data[place : place + dice.choice([0, 1, 1, 1, 5])] = dice.randbytes(dice.choice([0, 1, 1, 1, 3]))
    return bytes(data)


@pytest.mark.parametrize("seed", range(10))
async def test_noise_breaks_nothing(caplog, seed):
    """200 disturbed dialogues in random pieces, each cut off at its end: no exception, no error, nothing is left."""
    dice = random.Random(seed)
    async with open_house(rate_limit="10/1") as house:
        bob = await house.person("bob")
        for _ in range(200):
            wire = Wire("192.0.2.1")
            connection = house.seat(wire)
            data = disturbed(dice)
            if dice.random() < 0.5:
                connection.data_received(DIALOGUE[0])
                await house.settled()
                data = data.removeprefix(DIALOGUE[0])
            while data and not wire.closed:
                size = dice.choice([1, 10, 100, 10_000])
                connection.data_received(data[:size])
                data = data[size:]
                if dice.random() < 0.2:
                    await house.settled()
            if dice.random() < 0.5:
                connection.eof_received()
            connection.connection_lost(None)
        await house.settled()
        assert len(house.connections) == 1
        assert house.host.parked == 0
        assert house.connections.admission.count == 1
        assert await house.host.log.roster() == {"bob": bob.id}
        await bob.say("done")
        await bob.hears("done")
        await bob.sees("bob")
    assert not [record for record in caplog.records if record.name != "websockets.server"]
