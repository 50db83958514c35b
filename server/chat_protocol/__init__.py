"""The wire: what clients may say and what servers may say. Imported by both sides; imports neither."""
