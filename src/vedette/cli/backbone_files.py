"""Where weights that were brought as files lie, and the way from a name to its file."""

import json
import os
import re
from pathlib import Path

from vedette.errors import Missing

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")
BUILT_IN = ("lite0", "file", "transformers")


def backbone_folder() -> Path:
    """Return the folder in which weights lie."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "vedette" / "backbones"


def resolve_backbone(name: str) -> str:
    """Return a backbone as trainings understand it: a name that was added stands for its file."""
    if name.partition(":")[0] in BUILT_IN or not NAME.match(name):
        return name
    return f"file:{file_of(name)}"


def card_of(name: str) -> Path:
    return backbone_folder() / f"{name}.json"


def file_of(name: str) -> Path:
    if not NAME.match(name) or not card_of(name).is_file():
        raise Missing(f'There is no backbone "{name}"; `vedette backbone list` names those there are.')
    return backbone_folder() / str(json.loads(card_of(name).read_bytes())["file"])
