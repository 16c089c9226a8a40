"""The console: pages for people, whoever is signed in at them, and the services' operations for them."""

from vedette.api.console.door import ConsoleDoor, open_door

__all__ = ["ConsoleDoor", "open_door"]
