"""Tags as commands take them: KEY=VALUE."""

import sys
from collections.abc import Iterable, Mapping
from typing import Annotated

from vedette.cli.listing import print_list
from vedette.cli.signatures import Argument, Exit, Option

Tags = Annotated[list[str] | None, Argument(metavar="[KEY=VALUE]...", help="Tags to add or to change.")]
Removed = Annotated[list[str] | None, Option("--remove", help="The key of a tag to remove.")]


def pairs(texts: Iterable[str] | None) -> dict[str, str]:
    """Return the tags that a command names; one without a = ends it with a sentence."""
    tags: dict[str, str] = {}
    for text in texts or ():
        key, sign, value = text.partition("=")
        if not sign:
            print(f"{text!r} is no tag: KEY=VALUE.", file=sys.stderr)
            raise Exit(2)
        tags[key] = value
    return tags


def print_tags(tags: Mapping[str, str]) -> None:
    """Print tags by their keys, as the command's --output says."""
    columns = {"key": lambda item: item[0], "value": lambda item: item[1]}
    print_list(columns, sorted(tags.items()), lambda item: item)
