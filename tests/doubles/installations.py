"""Installations without a server: made as the first start makes them, on a database that is quick to make."""

from pathlib import Path

from doubles.houses import SqliteMaker
from vedette.identity.seal import make_key
from vedette.server.installation import open_installation
from vedette.settings import Settings


def an_installation(maker: SqliteMaker, **settings: str) -> Path:
    """Return the data folder of a new installation."""
    _, folder = maker.new()
    make_key(folder)
    with open_installation(Settings(data=folder, **settings), makes=True):
        return folder
