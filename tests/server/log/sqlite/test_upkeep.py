"""Upkeep of a log: when it is done."""

from chat_server.log.sqlite.facts import Facts
from chat_server.log.sqlite.schema import open_writer
from chat_server.log.sqlite.search_index import prepare
from chat_server.log.sqlite.upkeep import Upkeep

WORTH, MOST = 10, 100


def test_while_lines_come_the_index_of_words_waits(tmp_path):
    """For quiet, or a second; not where too many messages are not in it, nor with a few."""
    now = [5.0]
    connection = open_writer(tmp_path / "log.db")
    upkeep = Upkeep(connection, prepare(connection), WORTH, MOST, lambda: now[0])
    facts = Facts("epoch", last=WORTH)
    connection.execute("INSERT INTO facts VALUES ('indexed', 0)")

    def due(last, *, quiet):
        facts.last = last
        return upkeep.is_due(facts, idle=False, quiet=quiet)

    assert not due(WORTH - 1, quiet=True)
    assert due(WORTH, quiet=False)
    facts = upkeep.step(facts, lambda: False, quiet=False)
    done = facts.indexed
    assert done > 0
    assert not due(done + WORTH - 1, quiet=True)
    assert due(done + WORTH, quiet=True)
    assert not due(done + MOST, quiet=False)
    assert due(done + MOST + 1, quiet=False)
    now[0] += 1.0
    assert due(done + WORTH, quiet=False)
    connection.close()
