"""The job `read-import`: convert a folder of label files to a file of blocks that imports keep.

order   folder, format, dialect, bucket, folder_labels, stamp_s, blocks (a path)
says    progress {blocks}: so many blocks can be read from the file by now
result  refused (a sentence, or nothing) where the whole of it cannot be read
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vedette.engines.port import EmitEvent, Event
from vedette.errors import Wrong
from vedette.imports.staging import StagingOrder, stage, write_rows


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Read, judge and write out one source."""
    facts = dict(order)
    path = Path(facts.pop("blocks"))
    refusal = ""
    with path.open("wb") as out:
        try:
            for number, rows in enumerate(stage(StagingOrder(**facts)), start=1):
                out.write(write_rows(rows))
                out.flush()
                emit(Event("progress", {"blocks": number}))
                if cancelled():
                    break
        except Wrong as fault:
            refusal = fault.sentence.replace(f"{facts['folder']}/files/", "")
    return {"refused": refusal}
