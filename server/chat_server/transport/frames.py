"""WebSocket frames as bytes: what is encoded once and shared by every receiver (RFC 6455)."""


def text_frame(payload: bytes) -> bytes:
    """Return a text frame as a server sends it: final, not masked (RFC 6455, 5.2)."""
    size = len(payload)
    if size < 126:
        return b"\x81" + size.to_bytes(1, "big") + payload
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload
