"""The built-in policies: ordinary documents that come with the program and cannot be changed.

docs/how-to/accounts-and-keys.md describes them. They are not evaluated here.
"""

from functools import cache
from importlib.resources import files

# The one that lets others in.
ADMINISTRATOR_POLICY = "administrator"
NAMES = (ADMINISTRATOR_POLICY, "trainer", "labeller", "viewer", "caller", "annotator")


@cache
def builtin_document(name: str) -> str:
    """Return the document of a built-in policy."""
    return files(__package__).joinpath(f"{name}.json").read_text("utf-8")
