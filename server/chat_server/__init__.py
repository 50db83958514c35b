"""chat-server: keeps the record of what was said, and brings it to everyone connected."""
