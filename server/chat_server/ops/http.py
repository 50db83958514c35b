"""Health and metrics pages over plain HTTP, for an operator's programs: `/healthz` and `/metrics`."""

from collections.abc import Iterator
from http import HTTPStatus

from websockets.http11 import Request

from chat_protocol.events import Deleted, Message
from chat_server.core.metrics import CONTENT_TYPE, Family, Sample, format_metrics, labelled
from chat_server.sessions.context import ServerContext
from chat_server.sessions.entrance import READING, answer_to_method
from chat_server.transport.connection import Connection
from chat_server.transport.handler import Answer, Handler

# As long as nobody says anything after a line could not be kept, nobody knows whether the next one could. A server
# that is avoided because it is ill would never find out.
_ILL_SECONDS = 30.0


class OperatorPages:
    """The two pages. With `metrics_elsewhere`, the chat's own port does not have `/metrics`."""

    def __init__(self, context: ServerContext, *, metrics_elsewhere: bool) -> None:
        self._context = context
        self._metrics_elsewhere = metrics_elsewhere

    def page(self, path: str) -> Answer | None:
        """Return what the chat's port answers to a plain request; None for what is none of these pages."""
        if path == "/metrics" and self._metrics_elsewhere:
            return Answer(HTTPStatus.NOT_FOUND, "Metrics are served elsewhere; see --metrics-address.\n")
        return self.page_apart(path)

    def page_apart(self, path: str) -> Answer | None:
        """Return what the address that is for metrics alone answers."""
        match path:
            case "/healthz":
                return self._health()
            case "/metrics":
                return Answer(HTTPStatus.OK, format_metrics(_families(self._context)), CONTENT_TYPE)
        return None

    def _health(self) -> Answer:
        context = self._context
        if context.stopping:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "The server is shutting down.\n")
        host = context.host
        if host.trouble is not None:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, f"Can't save messages: {host.trouble}.\n")
        if host.log_failed_at is not None and context.now() - host.log_failed_at < _ILL_SECONDS:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "Can't save messages: the log can't be written.\n")
        return Answer(HTTPStatus.OK, "ok\n")


class MetricsEntrance(Handler):
    """What all connections to the address that is for metrics alone share: one request, one answer."""

    __slots__ = ("_context", "_pages")

    def __init__(self, context: ServerContext, pages: OperatorPages) -> None:
        self._context = context
        self._pages = pages

    def connection(self) -> Connection:
        """Return a connection that is about to come in; it is counted and bounded like any other."""
        return Connection(self._context.connections, lambda _connection: self)

    def on_request(self, request: Request) -> Answer | None:
        """Answer with a page; nobody is let in here."""
        if request.method not in READING:
            return answer_to_method(request.method)
        path = request.path.partition("?")[0]
        page = self._pages.page_apart(path)
        return page or Answer(
            HTTPStatus.NOT_FOUND, "Only /metrics and /healthz are served here.\n", refused="no_such_room"
        )


def _families(context: ServerContext) -> Iterator[Family]:
    """Everything that is counted, under its name."""
    counts, hub = context.counts, context.host.hub
    waiting = [connection.waiting_bytes for connection in context.connections]

    def one(name: str, kind: str, explanation: str, value: float) -> Family:
        return Family(f"chat_{name}", kind, explanation, [Sample(value)])

    yield one("connections", "gauge", "Open connections, including handshakes.", len(waiting))
    yield one("clients", "gauge", "Clients in the list of people.", hub.people)
    yield one("rooms", "gauge", "Rooms in memory, the lobby included.", len(context.rooms))
    yield one("messages_total", "counter", "Messages saved.", counts.delivered[Message])
    yield one("deletions_total", "counter", "Messages deleted or expired.", counts.delivered[Deleted])
    yield one("deliveries_total", "counter", "Events delivered, once per receiving connection.", hub.deliveries)
    yield one("sent_bytes_total", "counter", "Bytes of delivered events.", hub.sent_bytes)
    yield one("outbox_bytes", "gauge", "Bytes queued for slow connections.", sum(waiting))
    most = max(counts.outbox_most, *waiting, 0)
    yield one("outbox_most_bytes", "gauge", "Most bytes ever queued for one connection.", most)
    yield one("slow_closes_total", "counter", "Connections closed as too slow.", counts.slow_closes)
    errors = labelled("code", counts.errors)
    yield Family("chat_errors_total", "counter", "Lines refused, by error code.", errors)
    yield one("handshakes_total", "counter", "Handshakes accepted.", counts.handshakes)
    refused = labelled("reason", counts.refused)
    yield Family("chat_handshakes_refused_total", "counter", "Handshakes refused, by reason.", refused)
    late = "Seconds from a temporary message's expiry to its saved deletion."
    yield Family("chat_expiry_lag_seconds", "histogram", late, counts.expiry_lag.samples())
    late = "Seconds the event loop was late, sampled once a second."
    yield Family("chat_loop_lag_seconds", "histogram", late, counts.loop_lag.samples())
