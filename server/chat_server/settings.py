"""Settings of the server: every number that an operator may change, with its default and its help, in one table."""

import ipaddress
import re
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_MOST = 1 << 40
_PORTS = {"http": 80, "https": 443}
_KEEP = re.compile(r"(?P<number>[0-9]{1,13})(?P<unit>[smhdwy]?)", re.ASCII)
_UNITS = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0, "y": 31_557_600.0}


def _option(default: Any, help_text: str, metavar: str) -> Any:
    return field(default=default, metadata={"help": help_text, "metavar": metavar})


@dataclass(frozen=True, slots=True)
class Settings:
    """How one server behaves. Times are in seconds, sizes in bytes, unless the name says otherwise."""

    host: str = _option(
        "0.0.0.0",  # noqa: S104 - as above
        "address to listen on: 127.0.0.1 for this computer only, :: for IPv6, unix:PATH for a proxy; can be repeated",
        "ADDRESS",
    )
    port: int = _option(6789, "port to listen on; 0 picks a free port", "PORT")
    log: str = _option(
        "memory:", "where messages are kept: memory: until the server stops, sqlite:PATH in a file", "URL"
    )
    keep: str = _option("", "retention: how long, or how many, messages are kept, such as 30d or 100000", "KEEP")
    history: int = _option(10_000, "messages held in memory for each room; the oldest are dropped first", "MESSAGES")
    rooms: str = _option("open", "whether people may make rooms: open, or closed", "RULE")
    max_rooms: int = _option(10_000, "most rooms", "ROOMS")
    new_rooms: int = _option(20, "rooms a client may make in a day", "ROOMS")
    max_text: int = _option(4096, "longest message, in characters", "CHARACTERS")
    max_lines: int = _option(100, "most lines in a message", "LINES")
    max_frame: int = _option(65_536, "largest WebSocket message accepted", "BYTES")
    outbox: int = _option(1_048_576, "most data queued for one slow client", "BYTES")
    slow_after: float = _option(
        10.0, "how long a client may leave its queue unread before it is disconnected", "SECONDS"
    )
    open_timeout: float = _option(5.0, "time limit for a handshake", "SECONDS")
    ping_interval: float = _option(15.0, "time between keepalive pings", "SECONDS")
    ping_timeout: float = _option(15.0, "time limit for the answer to a ping", "SECONDS")
    close_timeout: float = _option(3.0, "time limit for closing a connection", "SECONDS")
    name_grace: float = _option(600.0, "how long a name stays reserved after its owner leaves", "SECONDS")
    max_connections: int = _option(0, "most connections; 0 for as many as the system allows", "NUMBER")
    per_address: int = _option(256, "most connections without a secret, and most reserved names, per address", "NUMBER")
    exempt: str = _option(
        "127.0.0.0/8,::1",
        "addresses and networks exempt from per-address limits, separated by commas; or none",
        "ADDRESSES",
    )
    trusted_proxy: str = _option(
        "",
        "reverse proxies to believe about client addresses: addresses and networks, separated by commas; unix for "
        "proxies on a Unix socket",
        "ADDRESSES",
    )
    rate_limit: str = _option(
        "20/10", "rate limit: lines a client may send at once, and then per second; or off", "BURST/PER_SECOND"
    )
    allow_origin: str = _option(
        "", "origins of web pages allowed to connect, such as https://chat.example.org, separated by commas", "ORIGINS"
    )
    public_url: str = _option("", "public address of this server, such as https://chat.example.org", "URL")
    metrics_address: str = _option("", "serve /metrics here instead of on the chat's port", "HOST:PORT")

    def __post_init__(self) -> None:
        """Refuse what could not work.

        Raises:
            ValueError: with one sentence for the operator.
        """
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"--port must be a number from 0 to 65535, not {self.port}")
        if self.rooms not in {"open", "closed"}:
            raise ValueError(f"--rooms must be open or closed, not {self.rooms}")
        self.rate, self.metrics_at, self.keeping, self.hosts  # noqa: B018 - asked for their errors
        self.exempt_networks, self.trusted_networks, self.allowed_origins, self.public_origin  # noqa: B018 - as above
        for option in fields(self):
            value = getattr(self, option.name)
            least = 0 if option.name in {"port", "max_connections", "name_grace"} else 1
            if isinstance(value, float) and not (0 if least == 0 else 0.01) <= value <= 1e7:
                raise ValueError(f"{_flag(option.name)} must be a number of seconds above 0, not {value}")
            if isinstance(value, int) and not least <= value <= _MOST:
                raise ValueError(f"{_flag(option.name)} must be a whole number from {least} to {_MOST}, not {value}")

    @property
    def hosts(self) -> tuple[str, ...]:
        """Addresses to listen on, each once."""
        hosts = tuple(dict.fromkeys(host.strip() for host in self.host.split(",") if host.strip()))
        if not hosts or "unix:" in hosts:
            raise ValueError(
                f"--host must be an address such as 127.0.0.1 or ::, a name, or unix:PATH, not {self.host!r}"
            )
        return hosts

    @property
    def exempt_networks(self) -> tuple[Network, ...]:
        """Networks without limits for an address."""
        return () if self.exempt == "none" else _networks("exempt", _parts(self.exempt))

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        """Networks of the proxies that say for whom they ask."""
        return _networks("trusted_proxy", [part for part in _parts(self.trusted_proxy) if part != "unix"])

    @property
    def trusts_unix(self) -> bool:
        """Do those who come by a Unix socket say for whom they ask?"""
        return "unix" in _parts(self.trusted_proxy)

    @property
    def allowed_origins(self) -> frozenset[str]:
        """Origins of web pages that may connect, as browsers write them."""
        return frozenset(_origin("allow_origin", part) for part in _parts(self.allow_origin))

    @property
    def public_origin(self) -> str:
        """The origin of `public_url`, "" where there is none."""
        if not self.public_url:
            return ""
        scheme, _, rest = self.public_url.partition("://")
        page = {"ws": "http", "wss": "https"}.get(scheme.lower(), scheme)
        return _origin("public_url", f"{page}://{rest}")

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
            raise ValueError(f"--rate-limit must be BURST/PER_SECOND such as 20/10, or off, not {self.rate_limit}")
        return burst, per_second

    @property
    def keeping(self) -> tuple[float | None, int | None]:
        """How long, and how many messages are kept; None for no limit."""
        if not self.keep:
            return None, None
        if not (written := _KEEP.fullmatch(self.keep)) or not 1 <= (number := int(written["number"])) <= _MOST:
            raise ValueError(f"--keep must be a time such as 12h, 30d or 1y, or a number of messages, not {self.keep}")
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
                f"--metrics-address must be HOST:PORT such as 127.0.0.1:9100 or [::1]:9100, not {self.metrics_address}"
            )
        return plain, int(port)


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _parts(written: str) -> list[str]:
    return [part.strip() for part in written.split(",") if part.strip()]


def _networks(option: str, written: list[str]) -> tuple[Network, ...]:
    try:
        return tuple(ipaddress.ip_network(part, strict=False) for part in written)
    except ValueError as error:
        raise ValueError(
            f"{_flag(option)} must be addresses or networks such as 10.0.0.0/8, separated by commas: {error}"
        ) from None


def _origin(option: str, written: str) -> str:
    """An origin as browsers write it: small letters, no port that its scheme has anyway, nothing behind it."""
    shape = f"{_flag(option)} must be one host without a path, such as https://chat.example.org, not {written}"
    try:
        parts = urlsplit(written)
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:
        raise ValueError(shape) from None
    scheme = parts.scheme
    if scheme in {"ws", "wss"}:
        raise ValueError(f"{_flag(option)} must start with http{scheme[2:]}://, not {scheme}://, in {written}")
    if (
        not scheme
        or not host
        or "*" in host
        or parts.path not in {"", "/"}
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise ValueError(shape)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}" if port in {None, _PORTS.get(scheme)} else f"{scheme}://{shown}:{port}"
