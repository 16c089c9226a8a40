"""The job `read-manifest`: convert a manifest to a file of blocks that datasets import.

order   manifest, blocks (paths), dialect, most_rows, bucket, caller
says    progress {blocks}: so many blocks can be read from the file by now
result  bucket, dropped, and refused (a sentence, or nothing) where the manifest as a whole fails
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vedette.datasets.staging import ManifestRules, Staging, write_block
from vedette.dialects.intake import ManifestRefused
from vedette.engines.port import EmitEvent, Event


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Read, judge and write out one manifest."""
    rules = ManifestRules(order["dialect"], int(order["most_rows"]), order["bucket"], order["caller"])
    refusal = ""
    with Path(order["manifest"]).open("rb") as stream, Path(order["blocks"]).open("wb") as out:
        staging = Staging(stream, rules)
        try:
            for number, rows in enumerate(staging.blocks(), start=1):
                out.write(write_block(rows))
                out.flush()
                emit(Event("progress", {"blocks": number}))
                if cancelled():
                    break
        except ManifestRefused as error:
            refusal = error.message
    return {"bucket": staging.bucket, "dropped": staging.dropped, "refused": refusal}
