"""The writer's commits: which of what waits goes into one."""

import asyncio
import json

from chat_server.core.entries import DELETE, MESSAGE, NewEntry
from chat_server.log.sqlite.commits import Append
from chat_server.log.sqlite.upkeep import INDEX_FROM
from chatting import PATIENCE
from sqlite_writer import make_writer

SAID = json.dumps({"text": "hello", "from_id": "~ana", "from_name": "ana", "sent_at": 0.0}).encode()


async def test_few_deletions_go_into_a_commit_while_others_write(tmp_path):
    """A line that comes meanwhile waits for little. Where no line has come, those that are left go together."""
    loop = asyncio.get_running_loop()
    writer, outcomes = make_writer(tmp_path / "log.db", INDEX_FROM)
    writer.start()

    def line():
        return Append(loop.create_future(), NewEntry(MESSAGE, SAID))

    def deletion(seq):
        return Append(loop.create_future(), NewEntry(DELETE, b"{}", erases=seq))

    async def kept():
        async with asyncio.timeout(PATIENCE):
            return len((await outcomes.get()).entries)

    writer.submit([line() for _ in range(200)])
    assert await kept() == 200
    for waiting, first in ((8, 6), (40, 10), (150, 32)):
        writer.submit([line(), *map(deletion, range(1, waiting + 1))])
        commits = [await kept(), await kept(), await kept()]
        assert commits == [1, first, waiting - first]
    writer.submit(None)
    assert await outcomes.get() is None
