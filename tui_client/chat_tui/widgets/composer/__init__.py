"""The composer: editor, completion, history of what was sent."""
