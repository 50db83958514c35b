"""Gathering of a commit: what goes into one batch."""

import asyncio

from chat_server.core.entries import DELETE, MESSAGE, NewEntry
from chat_server.log.sqlite.commits import Append
from chat_server.log.sqlite.gathering import Gathering
from chatting import PATIENCE


class Gathered:
    """A gathering, and the batches that it has handed over."""

    def __init__(self):
        self.batches = []
        self.gathering = Gathering(self.batches.append)

    def add(self, *, deletes=False):
        """One more line, or deletion."""
        entry = NewEntry(DELETE, b"{}", erases=1) if deletes else NewEntry(MESSAGE, b"{}")
        self.gathering.add(Append(asyncio.get_running_loop().create_future(), entry), deletes=deletes)

    async def sizes(self, count):
        """How many were in each of so many batches; the next begin after them."""
        async with asyncio.timeout(PATIENCE):
            while len(self.batches) < count:  # noqa: ASYNC110 - turns of the loop are what it is about
                await asyncio.sleep(0)
        sizes = [len(batch) for batch in self.batches]
        self.batches.clear()
        return sizes


async def test_lines_that_come_while_others_are_written_go_together():
    """However many turns of the loop they come in; only when all of the others are answered."""
    lines = Gathered()
    lines.add()
    lines.add()
    assert await lines.sizes(1) == [2]
    for _ in range(30):
        lines.add()
        await asyncio.sleep(0)
    lines.gathering.answered(1)
    await asyncio.sleep(0)
    assert lines.batches == []
    lines.gathering.answered(1)
    for _ in range(4):
        lines.add()
        await asyncio.sleep(0)
    assert await lines.sizes(1) == [34]


async def test_nobody_waits_for_the_answers_of_deletions():
    """The writer puts them off."""
    lines = Gathered()
    lines.add(deletes=True)
    assert await lines.sizes(1) == [1]
    lines.add()
    lines.add(deletes=True)
    assert await lines.sizes(1) == [2]
    lines.add()
    lines.gathering.answered(1)
    assert await lines.sizes(1) == [1]


async def test_at_the_end_all_goes_at_once():
    """Though others are unanswered; and it goes once."""
    lines = Gathered()
    lines.add()
    lines.gathering.flush()
    lines.add()
    lines.gathering.flush()
    lines.gathering.flush()
    lines.gathering.answered(2)
    await asyncio.sleep(0)
    assert await lines.sizes(2) == [1, 1]
