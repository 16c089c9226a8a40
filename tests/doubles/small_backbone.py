"""A backbone for tests that train: a file in a folder of backbones, as any other, while one wants it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vedette.learn.net import backbones

FOLDER = str(Path(__file__).parent / "backbones")
SMALL, SIDES = "small", (96, 160)


@contextmanager
def small_backbone() -> Iterator[None]:
    """Let a training ask for SMALL."""
    backbones.__path__.append(FOLDER)
    try:
        yield
    finally:
        backbones.__path__.remove(FOLDER)
