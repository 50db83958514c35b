"""Files in the user's folders: identity, outbox, drafts, choices."""
