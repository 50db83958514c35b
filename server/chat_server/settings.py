"""Settings of the server: every number that an operator may change, with its default and its help, in one table."""

import re
from dataclasses import dataclass, field, fields
from typing import Any

_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_KEEP = re.compile(r"(?P<number>[0-9]{1,13})(?P<unit>[smhdwy]?)", re.ASCII)
_UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0, "y": 31_557_600.0}


def _option(default: Any, help_text: str, metavar: str) -> Any:
    return field(default=default, metadata={"help": help_text, "metavar": metavar})


@dataclass(frozen=True, slots=True)
class Settings:
    """How one server behaves. Times are in seconds, sizes in bytes, unless the name says otherwise."""

    host: str = _option("0.0.0.0", "address to listen on; 127.0.0.1 for this computer only", "ADDRESS")  # noqa: S104 - a chat for the network
    port: int = _option(6789, "port to listen on; 0 picks a free one", "PORT")
    log: str = _option(
        "memory:", "where messages are kept; memory: until the server stops, sqlite:PATH in a file", "URL"
    )
    keep: str = _option(
        "", "how long, or how many messages are kept, such as 30d or 100000; the oldest go first", "KEEP"
    )
    history: int = _option(10_000, "messages held in memory; the oldest go first", "MESSAGES")
    max_text: int = _option(4096, "longest message, in characters", "CHARACTERS")
    max_lines: int = _option(100, "most lines in a message", "LINES")
    max_frame: int = _option(65_536, "largest WebSocket message that is read", "BYTES")
    outbox: int = _option(1_048_576, "most that waits for one client that does not read", "BYTES")
    slow_after: float = _option(
        10.0, "how long a client may read nothing of what waits for it before it is closed", "SECONDS"
    )
    open_timeout: float = _option(5.0, "how long a handshake may take", "SECONDS")
    ping_interval: float = _option(15.0, "time between keepalive pings", "SECONDS")
    ping_timeout: float = _option(15.0, "how long a client may take to answer a ping", "SECONDS")
    close_timeout: float = _option(3.0, "how long a closing connection may take", "SECONDS")
    name_grace: float = _option(600.0, "how long a name is kept for someone who has gone away", "SECONDS")
    max_connections: int = _option(0, "most connections; 0: as many as the system allows", "NUMBER")
    per_address: int = _option(256, "most connections from one address; this computer is exempt", "NUMBER")
    rate_limit: str = _option(
        "20/10", "lines a client may send at once, and then each second; or off", "BURST/PER_SECOND"
    )
    allow_origin: str = _option("", "origins of web pages that may connect, separated by commas", "ORIGINS")
    metrics_address: str = _option("", "where /metrics is served, in place of the chat's own port", "HOST:PORT")

    def __post_init__(self) -> None:
        """Refuse what could not work.

        Raises:
            ValueError: with one sentence for the operator.
        """
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"port is a number from 0 to 65535, not {self.port}")
        self.rate, self.metrics_at, self.keeping  # noqa: B018 - asked for their errors
        for option in fields(self):
            value = getattr(self, option.name)
            least = 0 if option.name in {"port", "max_connections", "name_grace"} else 1
            if isinstance(value, float) and not (0 if least == 0 else 0.01) <= value <= 1e7:
                raise ValueError(f"{option.name} is a number of seconds above 0, not {value}")
            if isinstance(value, int) and not least <= value <= 1 << 40:
                raise ValueError(f"{option.name} is a whole number from {least}, not {value}")

    @property
    def rate(self) -> tuple[float, float] | None:
        """Lines at once and lines a second, or None for no limit."""
        if self.rate_limit == "off":
            return None
        try:
            burst, per_second = map(float, self.rate_limit.split("/"))
        except ValueError:
            burst = per_second = 0.0
        if not (1 <= burst <= 1e6 and 0.01 <= per_second <= 1e6):
            raise ValueError(f"rate_limit is BURST/PER_SECOND such as 20/10, or off, not {self.rate_limit}")
        return burst, per_second

    @property
    def keeping(self) -> tuple[float | None, int | None]:
        """How long, and how many messages are kept; None for no limit."""
        if not self.keep:
            return None, None
        if not (written := _KEEP.fullmatch(self.keep)) or not 1 <= (number := int(written["number"])) <= 1 << 40:
            raise ValueError(f"keep is a time such as 12h, 30d or 1y, or a number of messages, not {self.keep}")
        if not written["unit"]:
            return None, number
        return number * _UNITS[written["unit"]], None

    @property
    def metrics_at(self) -> tuple[str, int] | None:
        """Host and port of `metrics_address`, or None where there is none."""
        if not self.metrics_address:
            return None
        host, _, port = self.metrics_address.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        plain = host[1:-1] if bracketed else host
        if not plain or (":" in plain) != bracketed or not _PORT.fullmatch(port) or int(port) > 65_535:
            raise ValueError(
                f"metrics_address is HOST:PORT such as 127.0.0.1:9100 or [::1]:9100, not {self.metrics_address}"
            )
        return plain, int(port)
