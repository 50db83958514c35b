"""The panes of the screen. A widget knows neither the store nor the connection."""
