"""Results of a batch as a Parquet file, which tools for tables read: a row a picture.

    source      the picture, as in the lines of a .jsonl file
    error       why it has no answer, or null
    verdicts    its labels, or normal, anomaly or the kinds of anomaly
    confidence  how sure the model is, from 0 to 1: of the surest label, or of the verdict
    labels      each label or kind with its confidence, its box and its area, in shares of the picture
    response    the service's own response, as JSON

A Parquet file has its directory at its end: nothing can be added to one, and a torn one holds nothing. So
results go into lines beside it as they come, and the table is written whole when a run ends.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from vedette.cli.batch_model import ENDING, NoteFile, NotePlace
from vedette.cli.batch_results import FAILED, Result, ResultLines, plain_json, whole_lines
from vedette.cli.batch_summary import verdict_of
from vedette.cli.parts import require_part
from vedette.errors import Wrong

TABLE = ".parquet"
# Rows that are in memory at once; each may hold a mask.
GROUP = 1000
# What no kind of anomaly covers, which the service names among them.
BACKGROUND = "background"


class ResultTable:
    """A Parquet file, and the lines of a run beside it until the run ends."""

    is_alone = True

    def __init__(self, path: Path) -> None:
        require_part("parquet")
        self._path = path
        self.note: NotePlace = NoteFile(path.with_name(f"{path.name}{ENDING}"))
        self._lines_path = path.with_name(f"{path.name}.jsonl")
        self._lines = ResultLines(self._lines_path)
        try:
            self._sources = sources_in(path) if path.exists() else set()
        except BaseException:
            self._lines.close()
            raise

    def finished(self) -> set[str]:
        """Return the names of the pictures that have a row or a line."""
        return self._sources | self._lines.finished()

    def put(self, name: str, result: Result) -> None:
        """Add a line."""
        self._lines.put(name, result)

    def close(self) -> None:
        """Write the table; where that fails the lines stay, and the next run writes it."""
        try:
            write_table(self._path, self._rows())
            self._lines_path.unlink()
        except OSError as error:
            raise Wrong(
                f"{self._path} was not written: {error.strerror or error}. Its results are in "
                f"{self._lines_path.name} beside it; the same command goes on from there."
            ) from None
        finally:
            self._lines.close()

    def _rows(self) -> Iterator[Mapping[str, Any]]:
        if self._sources:
            yield from rows_in(self._path)
        with self._lines_path.open("rb") as stream:
            for line in stream:
                result = json.loads(line)
                # A kill between the writing of the table and the removal of its lines leaves both.
                if result["source"] not in self._sources:
                    yield row_of(result)


def write_table(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write a Parquet file that appears whole or not at all."""
    import pyarrow as pa
    from pyarrow import parquet

    part = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    schema = _schema()
    try:
        with part.open("wb") as file:
            with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
                for group in _groups(rows):
                    writer.write_batch(pa.RecordBatch.from_pylist(group, schema=schema))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def write_lines_as_table(path: Path, blocks: Iterable[bytes]) -> None:
    """Write the lines of a server's batch as a Parquet file."""
    require_part("parquet")
    write_table(path, (row_of(json.loads(line)) for line in whole_lines(blocks)))


def rows_in(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a table, a group at a time."""
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=GROUP):
            yield from batch.to_pylist()


def sources_in(path: Path) -> set[str]:
    """Return the pictures of a table; refuse what is none of ours."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            if not file.schema_arrow.equals(_schema()):
                raise Wrong(f"{path} is no result of a batch; name another file.")
            batches = file.iter_batches(columns=["source"])
            return {str(name) for batch in batches for name in batch.column(0).to_pylist()}
    # The second is Arrow's for a Parquet file with what its reader lacks, such as another compression.
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Wrong(f"{path} is no result of a batch; name another file.") from error


def row_of(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a line of results as a row."""
    row: dict[str, Any] = {"source": result["source"], "error": result.get(FAILED)}
    if FAILED in result:
        return row
    response = result["response"]
    verdicts, confidence = verdict_of(response)
    text = json.dumps(response, ensure_ascii=False, default=plain_json)
    return row | {
        "verdicts": verdicts,
        "confidence": confidence,
        "labels": list(_labels(response)),
        "response": text,
    }


def _labels(response: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for label in response.get("CustomLabels", []):
        box = label.get("Geometry", {}).get("BoundingBox", {})
        sides = {side.lower(): float(value) for side, value in box.items()}
        yield {"name": label["Name"], "confidence": float(label["Confidence"]) / 100, **sides}
    for kind in response.get("DetectAnomalyResult", {}).get("Anomalies", []):
        if kind["Name"] == BACKGROUND:
            continue
        area = kind.get("PixelAnomaly", {}).get("TotalPercentageArea")
        # The service's name says per cent, and its numbers are shares.
        yield {"name": kind["Name"], "area": None if area is None else float(area)}


def _schema() -> Any:
    import pyarrow as pa

    sides = ("confidence", "left", "top", "width", "height", "area")
    label = pa.struct([("name", pa.string()), *((side, pa.float64()) for side in sides)])
    return pa.schema(
        [
            pa.field("source", pa.string(), nullable=False),
            ("error", pa.string()),
            ("verdicts", pa.list_(pa.string())),
            ("confidence", pa.float64()),
            ("labels", pa.list_(label)),
            ("response", pa.string()),
        ]
    )


def _groups(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    rest = iter(rows)
    while group := list(islice(rest, GROUP)):
        yield group
