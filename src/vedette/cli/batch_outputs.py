"""Where the results of a batch go, by how the place is named."""

from pathlib import Path
from typing import Any

from vedette.cli.batch_parquet import ResultTable
from vedette.cli.batch_results import ResultFiles, ResultLines, ResultObjects, ResultStore


def open_results(out: str, s3: Any) -> ResultStore:
    """Return where results go: a .jsonl or a .parquet file, an s3:// prefix, or a folder."""
    if out.startswith("s3://"):
        return ResultObjects(s3, out)
    path = Path(out)
    if path.suffix == ".parquet":
        return ResultTable(path)
    return ResultLines(path) if path.suffix == ".jsonl" else ResultFiles(path)
