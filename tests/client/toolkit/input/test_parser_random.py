"""No input, however wild, is an error, is kept for ever, or makes the keyboard dead."""

import random

import pytest

from chat_tui.toolkit.input.messages import Translator
from chat_tui.toolkit.input.parser import PATIENCE
from chat_tui.toolkit.input.paste import PASTE_END
from client.toolkit.input.line import Line
from client.toolkit.input.sequence_table import INTERRUPTED, TABLE, typed

GAPS = (0.0, 0.0, 0.001, 0.02, 0.12, 0.4, 1.5)
TELLING = b"\x1b\x1b[]OP_^X<>?;:$~MmuR01259\x07\\\r\n\x11\x7f \xc3\xa9\xff"
"""Bytes that mean something to a parser."""
SENT = [row.sent for row in (*TABLE, *INTERRUPTED)]


def check(pieces):
    """Feed the pieces, as fast and slow as they come, and see that what is found can be told, and that all goes on."""
    chance, line, translator = random.Random(7), Line(), Translator()
    told = 0
    for piece in pieces:
        line.send(piece)
        line.wait(chance.choice(GAPS))
        assert line.parser.wake_at is None or line.now <= line.parser.wake_at <= line.now + PATIENCE
        told += sum(translator.message(event) is not None for event in line.found)
        line.found.clear()
    line.send(PASTE_END)
    line.wait(2 * PATIENCE)
    line.found.clear()
    line.send(b"z")
    assert line.found == typed("z")
    return told


def random_bytes(seed, count):
    """Pieces of up to 40 bytes: any, or such as mean something."""
    chance = random.Random(seed)
    while count > 0:
        size = min(count, chance.randrange(1, 41))
        count -= size
        yield bytes(chance.choices(TELLING, k=size)) if chance.random() < 0.7 else chance.randbytes(size)


def mutated(seed, count):
    """Sequences of the table with bytes changed, left out, put in and repeated."""
    chance = random.Random(seed)
    for _ in range(count):
        sent = bytearray(chance.choice(SENT))
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(sent) + 1)
            match chance.randrange(4):
                case 0:
                    sent[at : at + 1] = bytes((chance.choice(TELLING),))
                case 1:
                    del sent[at : at + chance.randrange(1, 4)]
                case 2:
                    sent[at:at] = bytes(chance.choices(TELLING, k=2))
                case _:
                    sent[at:at] = sent[at : at + 8] * chance.randrange(1, 4)
        yield bytes(sent)


def test_random_bytes():
    """The short form."""
    assert check(random_bytes(1, 40_000)) > 10_000


def test_mutated_sequences():
    """The short form."""
    assert check(mutated(2, 6_000)) > 10_000


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_million_random_bytes():
    """In ten runs, each of which begins anew."""
    assert sum(check(random_bytes(seed, 100_000)) for seed in range(10, 20)) > 250_000


@pytest.mark.long
@pytest.mark.timeout(600)
def test_300_000_mutated_sequences():
    """In ten runs, each of which begins anew."""
    assert sum(check(mutated(seed, 30_000)) for seed in range(20, 30)) > 500_000
