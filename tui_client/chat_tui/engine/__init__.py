"""Between connection and store: events gathered and applied once a frame."""
