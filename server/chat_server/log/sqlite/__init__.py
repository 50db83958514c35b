"""The durable log: one SQLite file, one thread that writes."""
