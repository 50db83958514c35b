"""Wire protocol: the commands that clients send and the events that servers send. Both sides import it, it neither."""
