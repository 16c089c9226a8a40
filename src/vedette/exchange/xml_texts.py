"""What XML 1.0 cannot say, not even as a reference: refused before anything of an export is written."""

import re

from vedette.errors import Wrong

UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def require_xml(text: str) -> None:
    """Refuse a text that XML cannot hold."""
    if UNWRITABLE.search(text):
        raise Wrong(f"{text!r:.80} has a character that XML cannot hold; choose another format.", kind="file")
