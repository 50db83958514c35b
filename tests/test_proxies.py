"""The configurations in docs/proxies as they stand, but for ports and certificates, with the real proxies."""

import contextlib
import http.client
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import which

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from chatting import PATIENCE
from processes import Server

pytestmark = pytest.mark.long

DOCS = Path(__file__).parents[1] / "docs" / "proxies"
CLIENT, NEIGHBOUR = "127.0.0.2", "127.0.0.3"


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def settings_of(name: str, **replaced: str) -> str:
    """A file of the docs, in which each of these stands, with others in their place."""
    text = (DOCS / name).read_text()
    for old, new in replaced.items():
        assert old in text, f"{old} is not in {name}"
        text = text.replace(old, new)
    return text


def nginx(folder: Path, port: int, backend: int) -> list[str]:
    """The command that runs nginx with what the docs say."""
    text = settings_of(
        "nginx.conf", **{
            "443": str(port), "127.0.0.1:6789": f"127.0.0.1:{backend}",
            "/etc/ssl/chat/fullchain.pem": str(folder / "cert.pem"),
            "/etc/ssl/chat/privkey.pem": str(folder / "key.pem"),
        },
    )  # fmt: skip
    (folder / "chat.conf").write_text(text)
    places = "".join(
        f"{kind}_temp_path {folder / kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder / 'pid'}; error_log stderr; user root;\nevents {{}}\n"
        f"http {{ access_log off; {places} include {folder / 'chat.conf'}; }}\n"
    )
    return ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"]


def haproxy(name: str) -> Callable[[Path, int, int], list[str]]:
    """What gives the command that runs HAProxy with one of the files in the docs."""

    def command(folder: Path, port: int, backend: int) -> list[str]:
        (folder / "chat.pem").write_text((folder / "cert.pem").read_text() + (folder / "key.pem").read_text())
        text = settings_of(
            name, **{
                ":::443": f":::{port}", "127.0.0.1:6789": f"127.0.0.1:{backend}",
                "/etc/haproxy/chat.pem": str(folder / "chat.pem"),
            },
        )  # fmt: skip
        (folder / "haproxy.cfg").write_text(text)
        return ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")]

    return command


def caddy(folder: Path, port: int, backend: int) -> list[str]:
    """The command that runs Caddy with what the docs say, and certificates of its own making."""
    site = f"https://localhost:{port}, https://127.0.0.1:{port}, https://[::1]:{port}"
    text = settings_of("Caddyfile", **{"chat.example.org {": site + " {", "127.0.0.1:6789": f"127.0.0.1:{backend}"})
    own = (
        "admin off\nlocal_certs\nskip_install_trust\nauto_https disable_redirects\n"
        f"storage file_system {folder / 'storage'}\n"
    )
    (folder / "Caddyfile").write_text(f"{{\n{own}}}\n{text}")
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


PROXIES = {
    "nginx": nginx,
    "haproxy": haproxy("haproxy.cfg"),
    "haproxy with PROXY headers": haproxy("haproxy-tcp.cfg"),
    "caddy": caddy,
}


class Proxy:
    """A running proxy before a running server."""

    def __init__(self, command: list[str], port: int, folder: Path) -> None:
        self.port = port
        self._command = command
        self._log = (folder / "log").open("w")
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=self._log, stderr=self._log)
        deadline = time.monotonic() + 3 * PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/healthz")[0] == 200:
                    return
            time.sleep(0.05)
        raise AssertionError(f"the proxy did not start: {Path(self._log.name).read_text()}")

    def stop(self) -> None:
        """End it at once, with all its connections."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(PATIENCE)

    def restart(self) -> None:
        """End it, and start it again."""
        self.stop()
        self._start()

    @property
    def trust(self) -> ssl.SSLContext:
        """Take whatever certificate it shows."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context

    def get(self, path: str, method: str = "GET") -> tuple[int, bytes]:
        """Status and body of a page."""
        client = http.client.HTTPSConnection("localhost", self.port, timeout=PATIENCE, context=self.trust)
        with contextlib.closing(client):
            client.request(method, path)
            response = client.getresponse()
            return response.status, response.read()

    def open(self, host: str = "127.0.0.1", source: str = "", **more) -> ClientConnection:
        """Somebody who is let in, from an address of this computer."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family)
        sock.settimeout(PATIENCE)
        if source:
            sock.bind((source, 0))
        sock.connect((host, self.port))
        shown = f"[{host}]" if ":" in host else host
        url = f"wss://{shown}:{self.port}/"
        try:
            client = connect(url, sock=sock, ssl=self.trust, server_hostname="localhost", proxy=None, **more)
        except BaseException:
            sock.close()
            raise
        client.__enter__()
        assert "init" in str(client.recv(PATIENCE))
        return client


@pytest.fixture(scope="module", params=list(PROXIES))
def proxy(request, tmp_path_factory) -> Iterator[Proxy]:
    """Each proxy, before a server that lets two in from an address and exempts none."""
    program = request.param.split()[0]
    if which(program) is None:
        pytest.skip(f"{program} is not installed")
    folder = tmp_path_factory.mktemp(program)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    server = Server("--trusted-proxy", "127.0.0.1", "--exempt", "none", "--per-address", "2")
    try:
        port = free_port()
        proxy = Proxy(PROXIES[request.param](folder, port, server.port), port, folder)
        try:
            yield proxy
        finally:
            proxy.stop()
    finally:
        server.stop()


def hears(client: ClientConnection, text: str) -> None:
    """Read until somebody has said this."""
    while text not in str(client.recv(PATIENCE)):
        pass


def refusal(proxy: Proxy, source: str, **more) -> int:
    """With which status somebody is turned away."""
    with pytest.raises(InvalidStatus) as refused:
        proxy.open(source=source, **more)
    return refused.value.response.status_code


def test_both_families_come_through(proxy):
    """By TLS; what one says, the other hears."""
    with proxy.open() as ana, proxy.open("::1") as bob:
        ana.send("from far away")
        hears(bob, "from far away")


def test_pages_come_through(proxy):
    """Health and metrics, to GET and HEAD; what else is asked for is answered."""
    assert proxy.get("/healthz") == (200, b"ok\n")
    assert proxy.get("/metrics")[0] == 200
    assert proxy.get("/healthz", "HEAD") == (200, b"")
    assert proxy.get("/", "OPTIONS")[0] == 200
    assert proxy.get("/", "POST")[0] == 405


@pytest.mark.parametrize("claim", ["", "203.0.113.9", "127.0.0.3, 10.0.0.1"])
def test_limits_count_by_the_client(proxy, claim):
    """Two from one address are let in, another address has its own two; what a client claims changes nothing."""
    more = {"additional_headers": {"X-Forwarded-For": claim}} if claim else {}
    with proxy.open(source=CLIENT, **more), proxy.open(source=CLIENT):
        assert refusal(proxy, CLIENT, **more) == 429
        with proxy.open(source=NEIGHBOUR):
            assert proxy.get("/healthz")[0] == 200


def test_a_page_that_the_proxy_shows_under_a_name_of_others_may_not_connect(proxy):
    """Its Origin comes through, and so does the Host with which it is compared."""
    assert refusal(proxy, NEIGHBOUR, origin="https://evil.example") == 403
    with proxy.open(source=NEIGHBOUR, origin=f"https://127.0.0.1:{proxy.port}"):
        pass


def test_after_a_restart_of_the_proxy_all_is_as_before(proxy):
    """Who was connected is cut off, counted no more, and comes back."""
    before = [proxy.open(source=CLIENT) for _ in range(2)]
    proxy.restart()
    for client in before:
        with pytest.raises((ConnectionClosed, OSError)):
            hears(client, "never said")
    with contextlib.ExitStack() as stack:
        deadline = time.monotonic() + PATIENCE
        after: list[ClientConnection] = []
        while len(after) < 2:
            try:
                after.append(stack.enter_context(contextlib.closing(proxy.open(source=CLIENT))))
            except InvalidStatus:
                assert time.monotonic() < deadline
        after[0].send("back")
        hears(after[1], "back")
