"""The built-in policies: documents like anybody's own, which come with the program and cannot be changed.

What each is for stands in docs/how-to/accounts-and-keys.md. Nothing here judges them.
"""

from functools import cache
from importlib.resources import files

NAMES = ("administrator", "trainer", "labeller", "viewer", "caller")


@cache
def builtin_document(name: str) -> str:
    """Return the document of a built-in policy."""
    return files(__package__).joinpath(f"{name}.json").read_text("utf-8")
