"""Sessions: one client's connection from handshake to goodbye, and what its lines do."""
