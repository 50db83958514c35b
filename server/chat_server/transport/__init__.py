"""Transport: sockets, WebSocket frames, write buffers, the hub."""
