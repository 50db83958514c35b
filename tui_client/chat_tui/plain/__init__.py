"""The client as a stream of lines: for screen readers, pipes and schedulers. No screen, no Textual."""
