"""Turn a table without headings, a picture and its labels a row, into a manifest."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path

from common import arguments, run


def separate(rows: list[list[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """Return the first row of each picture, and the others."""
    seen: set[str] = set()
    first: list[list[str]] = []
    again: list[list[str]] = []
    for row in rows:
        (again if row[0] in seen else first).append(row)
        seen.add(row[0])
    return first, again


def line(row: list[str], prefix: str) -> str:
    """Return the manifest's line of a row."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    entry: dict[str, object] = {"source-ref": prefix + row[0]}
    for label in filter(None, row[1:]):
        entry[label] = 1
        entry[f"{label}-metadata"] = {
            "confidence": 1,
            "job-name": f"labeling-job/{label}",
            "class-name": label,
            "human-annotated": "yes",
            "creation-date": now,
            "type": "groundtruth/image-classification",
        }
    return json.dumps(entry)


def main() -> None:
    """Write the manifest; where a picture is named twice, write which, and no manifest."""
    args = arguments(__doc__, "csv_file", s3_path="")
    table = Path(args.csv_file)
    with table.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream) if row]
    first, again = separate(rows)
    if again:
        for name, part in (("deduplicated", first), ("duplicates", again)):
            with table.with_name(f"{table.stem}-{name}.csv").open("w", encoding="utf-8", newline="") as out:
                csv.writer(out).writerows(part)
        raise ValueError(
            f"{len(again)} rows name a picture again. Look at {table.stem}-duplicates.csv, "
            f"then go on with {table.stem}-deduplicated.csv."
        )
    manifest = table.with_suffix(".manifest")
    manifest.write_text("".join(f"{line(row, args.s3_path)}\n" for row in first), "utf-8")
    print(f"{manifest}: {len(first)} images, {sum(len(list(filter(None, row[1:]))) for row in first)} labels")


if __name__ == "__main__":
    run(main)
