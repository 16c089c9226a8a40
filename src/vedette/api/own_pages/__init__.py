"""The server's own pages: whether it lives, whether it is ready, and its figures."""

from vedette.api.own_pages.door import OwnPagesDoor

DOOR = OwnPagesDoor()

__all__ = ["DOOR"]
