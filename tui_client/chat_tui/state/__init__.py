"""The client's state. Pure: no I/O, no clock, no screen."""
