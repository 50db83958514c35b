"""Text of messages: formats, links, code, wrapping."""
