"""The job `read-import`: convert a folder of label files to blocks that imports keep, a file each.

order   folder, format, dialect, bucket, folder_labels, stamp_s, blocks (a folder, see `block_file`)
says    progress {blocks}: so many blocks are written by now
result  refused (a sentence, or nothing) where the whole of it cannot be read
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vedette.engines.port import EmitEvent, Event
from vedette.errors import Wrong
from vedette.file_access import write_file
from vedette.imports.staging import StagingOrder, block_file, stage, write_rows


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Read, judge and write out one source."""
    facts = dict(order)
    path = Path(facts.pop("blocks"))
    refusal = ""
    try:
        for number, rows in enumerate(stage(StagingOrder(**facts)), start=1):
            write_file(block_file(path, number), write_rows(rows))
            emit(Event("progress", {"blocks": number}))
            if cancelled():
                break
    except Wrong as fault:
        refusal = fault.sentence.replace(f"{facts['folder']}/files/", "")
    return {"refused": refusal}
