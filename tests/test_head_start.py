"""A start of the real program: it connects before the libraries are imported, and uses that very connection."""

import os
import socket
import sys
from pathlib import Path

import pytest

from terminal import Terminal

_PATIENCE = 20.0
_HOLDS = """
import os, sys

class Hold:
    def find_spec(self, name, path, target=None):
        if name == "textual":
            sys.meta_path.remove(self)
            assert "websockets" not in sys.modules
            open(os.environ["GO_ON"]).read()

sys.meta_path.insert(0, Hold())
from chat_tui.cli import main
sys.exit(main())
"""
"""The client, which comes to Textual and goes on when the pipe GO_ON is opened and closed."""


@pytest.mark.parametrize("told", ["argument", "environment"])
def test_the_connection_is_there_before_textual_is(tmp_path: Path, told: str) -> None:
    """While the import is held, the server has the connection; then the request comes over this very one."""
    pipe = tmp_path / "go-on"
    os.mkfifo(pipe)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(_PATIENCE)
        url = f"ws://127.0.0.1:{server.getsockname()[1]}"
        words, env = ([url], {}) if told == "argument" else ([], {"CHAT_TUI_SERVER": url})
        argv = [sys.executable, "-c", _HOLDS, *words]
        with Terminal(argv, home=tmp_path, env={**env, "GO_ON": str(pipe)}) as client:
            theirs, _ = server.accept()
            with theirs:
                theirs.setblocking(False)
                pipe.write_text("")
                heard = bytearray()

                def asked(_: list[str]) -> bool:
                    try:
                        heard.extend(theirs.recv(4096))
                    except BlockingIOError:
                        return False
                    return heard.endswith(b"\r\n\r\n")

                client.wait(asked)
                assert heard.startswith(b"GET /")
                server.setblocking(False)
                with pytest.raises(BlockingIOError):
                    server.accept()
