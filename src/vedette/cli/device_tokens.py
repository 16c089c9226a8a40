"""The token that a device begins with: from a file or the environment, since all users read command lines."""

import logging
import os
import stat
from collections.abc import MutableMapping
from pathlib import Path

from vedette.errors import Wrong

log = logging.getLogger("vedette.edge")

VARIABLE = "VEDETTE_DEVICE_TOKEN"
# A token has 114 letters.
MOST_BYTES = 4096


def find_token(token: str, file: Path | None, environment: MutableMapping[str, str]) -> str:
    """Return the token of the command line, of a file or of the environment; nothing where there is none.

    A device that its server knows already needs none. So a file that is gone by then is no reason to stay
    away from the belt, and is only said. What the environment held is taken out of it: models' processes,
    which are started later, do not get it.
    """
    inherited = environment.pop(VARIABLE, "")
    if token and file is not None:
        raise Wrong("Give the token once: by --token-file, which others cannot read, or by --token.")
    if token:
        log.warning(
            "--token shows the token to every user of this machine for as long as the agent runs; "
            "give it by --token-file or %s.",
            VARIABLE,
        )
        return token
    return inherited.strip() if file is None else _read(file)


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            status = os.fstat(stream.fileno())
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        log.warning("The token file %s cannot be read: %s.", file, error.strerror)
        return ""
    if len(content) > MOST_BYTES:
        raise Wrong(f"{file} is too long to hold a token.", kind="token", name=str(file))
    if stat.S_ISREG(status.st_mode) and status.st_mode & stat.S_IROTH:
        log.warning("Every user of this machine can read the token in %s: chmod 600 it.", file)
    return content.decode("utf-8", "replace").strip()
