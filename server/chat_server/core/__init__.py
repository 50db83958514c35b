"""Rules of a room: what is allowed, who sees what, when it ends. Pure."""
