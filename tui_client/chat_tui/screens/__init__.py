"""The screens: where the store, the connection and the widgets meet."""
