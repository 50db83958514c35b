"""A server that is killed without a word: nothing that was answered is missing, nothing is there twice."""

import json
from contextlib import suppress

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from chatting import PATIENCE
from processes import running_server

SECRET = {"Authorization": "Bearer " + "s" * 32}


def until_killed(server, ana, answered, said):
    """Say lines, and collect the numbers of those that were answered, until there is no server; how many were said."""
    with suppress(ConnectionClosed):
        while True:
            while said < len(answered) + 50:
                ana.send(f"/txn t{said} line {said}")
                said += 1
            event = json.loads(ana.recv(PATIENCE))
            if event["type"] == "message" and event["text"] == f"line {len(answered)}":
                answered.append(event["id"])
            if len(answered) % 100 == 99:
                server.process.kill()
                server.process.wait(PATIENCE)
    return said


def test_a_kill_in_a_flood_loses_nothing_that_was_answered(tmp_path):
    """Twice, and everything that was not answered is said again with its token: each line is there once, in order."""
    log = f"sqlite:{tmp_path / 'chat.db'}"
    answered, said = [], 0
    for _ in range(2):
        with running_server("--log", log, "--rate-limit", "off") as server:
            with connect(f"{server.url}/?name=ana", additional_headers=SECRET, proxy=None, max_size=None) as ana:
                for number in range(len(answered), said):
                    ana.send(f"/txn t{number} line {number}")
                said = until_killed(server, ana, answered, said)
            server.process.stderr.close()
    assert answered == sorted(answered)
    with running_server("--log", log) as server, connect(server.url, proxy=None, max_size=None) as bob:
        found = json.loads(bob.recv(PATIENCE))["messages"]
        while found[0]["id"] > 1:
            bob.send(f"/history {found[0]['id']} 200")
            while (event := json.loads(bob.recv(PATIENCE)))["type"] != "history":
                pass
            found = event["messages"] + found
        lines = [message["text"] for message in found]
        assert lines == [f"line {number}" for number in range(len(lines))]
        assert [message["id"] for message in found][: len(answered)] == answered
