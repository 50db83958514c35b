"""The WebSocket connection: addresses, retries, failures in words."""
