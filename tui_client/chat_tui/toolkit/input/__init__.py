"""Terminal input: from the bytes that a terminal sends to the events that the app hears."""
