"""What went wrong is told as a sentence with a next step."""

import errno
import socket
import ssl

import pytest
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosedError, InvalidMessage, InvalidProxy, InvalidStatus, InvalidUpgrade
from websockets.frames import Close
from websockets.http11 import Response

from chat_tui.connection.failures import Failure, explain


def certificate_error():
    """As the TLS library raises it."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("code", "trust", "sentence"),
    [
        (9, "", "isn't valid yet. Is this computer's clock"),
        (10, "", "has expired. Tell the server's operator"),
        (62, "", "is for a different name"),
        (64, "", "is for a different name"),
        (18, "", "host:1 uses a self-signed certificate."),
        (19, "", "comes from an authority that this computer doesn't know."),
        (20, "", "comes from an authority that this computer doesn't know."),
        (20, "SSL_CERT_FILE is /x, but there's no such file.", "can't be checked: SSL_CERT_FILE is /x, but there's"),
        (18, "SSL_CERT_FILE is /x, but there's no such file.", "can't be checked: SSL_CERT_FILE is /x"),
        (10, "SSL_CERT_FILE is /x, but there's no such file.", "has expired"),
    ],
)
def test_each_wrong_certificate_has_its_sentence(code, trust, sentence):
    """And what is wrong with our own settings comes before what they make of the certificate."""
    error = certificate_error()
    error.verify_code = code
    failure = explain(error, "host:1", trust=trust)
    assert sentence in failure.reason
    assert failure.fatal


def test_a_proxy_that_wants_a_login_says_how_to_give_it():
    """And of the password of another proxy nothing is shown."""
    failure = explain(answer(401, b"<html>", WWW_Authenticate='Basic realm="x"'), "host:1")
    assert "wss://user:password@host" in failure.reason
    assert failure.fatal
    assert "geheim" not in explain(InvalidProxy("http://ana:geheim@proxy:x", "bad port"), "host:1").reason


def cut_off():
    """The other side hung up in the handshake."""
    error = InvalidMessage("did not receive a valid HTTP response")
    error.__cause__ = EOFError("connection closed")
    return error


@pytest.mark.parametrize(
    ("error", "hint", "fatal"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "Is the server running?", False),
        (
            OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 111] Connect call"),
            "Can't reach",
            False,
        ),
        (TimeoutError(), "host:1 isn't answering.", False),
        (socket.gaierror(socket.EAI_NONAME, "not known"), "Can't find a host called host. ", False),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "dropped", False),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "Network is unreachable.", False),
        (ssl.SSLEOFError(8, "EOF"), "without answering", False),
        (certificate_error(), "isn't trusted: self-signed certificate. If it's your own", True),
        (cut_off(), "Does the address need wss://?", False),
        (InvalidUpgrade("Upgrade", "h2c"), "isn't a chat-server", True),
        (InvalidProxy("x", "bad"), "proxy", True),
        (ImportError("python-socks is required"), "proxy", True),
        (ValueError("\x1b[2Jodd"), "\ufffd[2Jodd", False),
    ],
)
def test_each_error_has_its_sentence(error, hint, fatal):
    """What another try can't mend is fatal; the rest is tried again. Nobody starts a server on another's computer."""
    failure = explain(error, "host:1")
    assert hint in failure.reason
    assert "To start one" not in failure.reason
    assert failure.fatal is fatal
    assert failure.reason.isprintable()


@pytest.mark.parametrize(
    ("received", "sent", "ours_first", "sentence"),
    [
        (None, None, False, "The connection was lost."),
        (None, Close(1011, "keepalive ping timeout"), False, "The server has stopped answering."),
        (Close(1012, "x"), Close(1012, "x"), False, "The server is restarting."),
        (Close(4008, ""), None, False, "This connection was too slow, so the server closed it; catching up."),
        (Close(1008, "Too many lines\x07"), None, False, "The server closed the connection: Too many lines\ufffd."),
        (Close(1009, ""), None, False, "A line was too long for the server, so it closed the connection."),
        (Close(1009, ""), Close(1009, "too big"), True,
         "The server sent more at once than chat-tui accepts, so the connection was closed."),
        (Close(4999, ""), None, False, "The server closed the connection (code 4999)."),
    ],
)  # fmt: skip
def test_each_close_has_its_sentence(received, sent, ours_first, sentence):
    """Who closed decides whose words count."""
    error = ConnectionClosedError(received, sent, (not ours_first) if received and sent else None)
    assert explain(error, "host:1") == Failure(sentence)


def answer(status, body=b"", **headers):
    """An HTTP answer in place of a WebSocket."""
    fields = {key.replace("_", "-"): value for key, value in headers.items()}
    return InvalidStatus(Response(status, "", Headers(fields), body))


def test_a_refusal_carries_the_servers_own_words():
    """On one line, harmless, and cut."""
    failure = explain(answer(403, b"Ask \xff ana\nfor a token\x1b[2J" + b"x" * 5000), "host:1")
    assert failure.reason.startswith("host:1 refused the connection: Ask \ufffd ana for a token\ufffd[2Jxxx")
    assert len(failure.reason) < 300
    assert failure.fatal


def test_a_web_page_is_no_sentence():
    """Instead of markup the person gets our own hint, and the code."""
    reason = explain(answer(404, b"<html>", Content_Type="text/html"), "host:1").reason
    assert (
        reason == "host:1 refused the connection (404). There's no room at this address. Check the part after the host."
    )


@pytest.mark.parametrize(
    "body",
    [
        b"<html>The plain HTTP request was sent to HTTPS port</html>",
        b"Client sent an HTTP request to an HTTPS server.\n",
        b"<p>You're speaking plain HTTP to an SSL-enabled server port.<br />",
    ],
)
def test_where_tls_is_wanted_the_address_is_to_be_another(body):
    """Each kind of server says so in its own words."""
    failure = explain(answer(400, body, Content_Type="text/html"), "host:1")
    assert failure == Failure("host:1 requires TLS. Use wss:// instead of ws://.", fatal=True)


def test_who_hangs_up_on_tls_seems_to_speak_none():
    """Where TLS has never worked; a reset may have other reasons as well, and one that spoke it once is tried again."""
    for error in (ConnectionResetError(), ssl.SSLEOFError(8, "EOF")):
        failure = explain(error, "host:1", new_tls=True)
        assert failure.fatal
        assert "host:1 doesn't seem to use TLS. Try ws://" in failure.reason
        assert not explain(error, "host:1").fatal
    failure = explain(ConnectionResetError(errno.ECONNRESET, "reset"), "host:1", new_tls=True)
    assert not failure.fatal
    assert "If it doesn't use TLS, try ws://" in failure.reason


def test_a_wait_that_the_server_asks_for_is_kept():
    """In seconds, within reason; what is no number is passed over."""
    assert explain(answer(429, Retry_After="7"), "h").retry_after == 7
    assert explain(answer(503, Retry_After="99999"), "h").retry_after == 60
    assert explain(answer(503, Retry_After="Wed, 21 Oct"), "h").retry_after == 0
    assert not explain(answer(502), "h").fatal


def test_a_plain_web_server_is_no_chat_server():
    """It answers, but with something else."""
    assert explain(answer(200), "h").fatal
