"""Settings: what the user has set, and who said so."""
