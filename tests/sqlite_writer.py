"""A writer of the SQLite log by itself, with its real file and thread, and the outcomes of its commits."""

import asyncio

from chat_server.log.sqlite.facts import Facts
from chat_server.log.sqlite.schema import open_writer
from chat_server.log.sqlite.search_index import prepare
from chat_server.log.sqlite.upkeep import Upkeep
from chat_server.log.sqlite.writer import Writer


def make_writer(path, index_from):
    """Make one that is not started yet, and the queue of its outcomes; `index_from` as for a log."""
    loop = asyncio.get_running_loop()
    outcomes = asyncio.Queue()
    connection = open_writer(path)
    writer = Writer(
        connection,
        Facts("epoch"),
        lambda outcome: loop.call_soon_threadsafe(outcomes.put_nowait, outcome),
        Upkeep(connection, prepare(connection), index_from),
    )
    return writer, outcomes
