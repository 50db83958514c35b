"""The first screen: where to go, and under which name."""
