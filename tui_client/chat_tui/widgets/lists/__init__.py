"""Lists: people, rooms, search hits."""
