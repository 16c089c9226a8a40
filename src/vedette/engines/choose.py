"""Which engine an installation uses; there is one so far, and only this file would name a second."""

from vedette.engines.local import LocalEngine
from vedette.engines.port import Engine


def open_engine() -> Engine:
    """Return the engine of this installation."""
    return LocalEngine()
