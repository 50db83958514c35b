"""What an operator's programs ask over plain HTTP: is it well (`/healthz`), and what was counted (`/metrics`)."""

from collections.abc import Iterator
from http import HTTPStatus

from websockets.http11 import Request

from chat_server.core.metrics import CONTENT_TYPE, Family, Sample, format_metrics, labelled
from chat_server.sessions.context import Service
from chat_server.sessions.session import READING, Session
from chat_server.transport.connection import Answer

# As long as nobody says anything after a line could not be kept, nobody knows whether the next one could. A server
# that is avoided because it is ill would never find out.
_ILL_SECONDS = 30.0


class Operations:
    """The two pages. With `metrics_elsewhere`, the chat's own port does not have `/metrics`."""

    def __init__(self, service: Service, *, metrics_elsewhere: bool) -> None:
        self._service = service
        self._metrics_elsewhere = metrics_elsewhere

    def page(self, path: str) -> Answer | None:
        """What the chat's port answers to a plain request; None for what is none of these pages."""
        if path == "/metrics" and self._metrics_elsewhere:
            return Answer(HTTPStatus.NOT_FOUND, "Metrics are not here; see --metrics-address.\n")
        return self.page_apart(path)

    def page_apart(self, path: str) -> Answer | None:
        """What the address that is for metrics alone answers."""
        match path:
            case "/healthz":
                return self._health()
            case "/metrics":
                return Answer(HTTPStatus.OK, format_metrics(_families(self._service)), CONTENT_TYPE)
        return None

    def _health(self) -> Answer:
        service = self._service
        if service.stopping:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "The server is stopping.\n")
        if service.log_failed_at is not None and service.now() - service.log_failed_at < _ILL_SECONDS:
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, "Messages can't be kept: the log can't be written.\n")
        return Answer(HTTPStatus.OK, "ok\n")


class MetricsConnection(Session):
    """A connection to the address that is for metrics alone: one question, one answer. Counted like any other."""

    __slots__ = ("_operations",)

    def __init__(self, service: Service, operations: Operations) -> None:
        super().__init__(service)
        self._operations = operations

    def answer(self, request: Request) -> Answer | None:
        """Nobody is let in here."""
        if request.method not in READING:
            return None  # the library refuses it
        path = request.path.partition("?")[0]
        page = self._operations.page_apart(path)
        return page or Answer(HTTPStatus.NOT_FOUND, "There are /metrics and /healthz here.\n", refused="no_such_room")


def _families(service: Service) -> Iterator[Family]:
    """Everything that is counted, under its name."""
    counts, hub = service.counts, service.hub
    waiting = [session.waiting_bytes for session in service.sessions]

    def one(name: str, kind: str, explanation: str, value: float) -> Family:
        return Family(f"chat_{name}", kind, explanation, [Sample(value)])

    yield one("connections", "gauge", "Connections of all kinds, those in a handshake included.", len(waiting))
    yield one("clients", "gauge", "Clients that are listed.", hub.people)
    yield one("messages_total", "counter", "Messages that were kept.", counts.messages)
    yield one("deletions_total", "counter", "Messages that were deleted or have expired.", counts.deletions)
    yield one("deliveries_total", "counter", "Events given to connections, one for each receiver.", hub.deliveries)
    yield one("sent_bytes_total", "counter", "Bytes of these events.", hub.sent_bytes)
    yield one("outbox_bytes", "gauge", "Bytes that wait for connections that do not read.", sum(waiting))
    most = max(counts.outbox_most, *waiting, 0)
    yield one("outbox_most_bytes", "gauge", "The most bytes that ever waited for one connection.", most)
    yield one("slow_closes_total", "counter", "Connections closed because they did not read.", counts.slow_closes)
    errors = labelled("code", counts.errors)
    yield Family("chat_errors_total", "counter", "Lines that were refused, by the code of the error.", errors)
    yield one("handshakes_total", "counter", "Handshakes that let somebody in.", counts.handshakes)
    refused = labelled("reason", counts.refused)
    yield Family("chat_handshakes_refused_total", "counter", "Handshakes that did not, by the reason.", refused)
    late = "Seconds from the end of a temporary message to its deletion being kept."
    yield Family("chat_expiry_lag_seconds", "histogram", late, counts.expiry_lag.samples())
    late = "Seconds by which the event loop was late, looked at once a second."
    yield Family("chat_loop_lag_seconds", "histogram", late, counts.loop_lag.samples())
