"""What the client knows. Pure: no I/O, no clock, no screen."""
