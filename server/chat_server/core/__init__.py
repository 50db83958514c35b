"""Core of the server: a room's rules, timeline and roster, limits and counters. Pure: no I/O, no clock."""
