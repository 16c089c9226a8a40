"""Turn a table without headings, a picture and `normal` or `anomaly` a row, into a manifest.

Rows that cannot be used stand in NAME_errors.csv then, NAME_deduplicated.csv has the others, and there is no
manifest until the table is right.
"""

import csv
from pathlib import Path

from common import arguments, run
from manifest_from_folders import line

VERDICTS = ("normal", "anomaly")


def judge(rows: list[list[str]]) -> tuple[list[list[str]], list[list[str]]]:
    """Return the rows that can be used, and the others with their line's number and what is wrong."""
    seen: set[str] = set()
    good: list[list[str]] = []
    bad: list[list[str]] = []
    for number, row in enumerate(rows, 1):
        if not row:
            continue
        picture, verdict = row[0], row[1].strip().lower() if len(row) > 1 else ""
        if verdict not in VERDICTS:
            bad.append([str(number), picture, verdict, "INVALID_CLASSIFICATION"])
        elif picture in seen:
            bad.append([str(number), picture, verdict, "DUPLICATE"])
        else:
            seen.add(picture)
            good.append([picture, verdict])
    return good, bad


def write_table(path: Path, rows: list[list[str]]) -> None:
    """Write rows as a table."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)


def main() -> None:
    """Write the manifest, or what is wrong with the table."""
    args = arguments(__doc__, "csv_file", s3_path="")
    table = Path(args.csv_file)
    with table.open(encoding="utf-8", newline="") as stream:
        good, bad = judge(list(csv.reader(stream)))
    if bad:
        write_table(table.with_name(f"{table.stem}_errors.csv"), bad)
        write_table(table.with_name(f"{table.stem}_deduplicated.csv"), good)
        raise ValueError(f"{len(bad)} rows cannot be used: see {table.stem}_errors.csv.")
    manifest = table.with_suffix(".manifest")
    lines = [line(args.s3_path + picture, is_anomalous=verdict == "anomaly") for picture, verdict in good]
    manifest.write_text("".join(f"{text}\n" for text in lines), "utf-8")
    anomalous = sum(verdict == "anomaly" for _, verdict in good)
    print(f"{manifest}: {len(good)} images, {len(good) - anomalous} normal, {anomalous} anomalous")


if __name__ == "__main__":
    run(main)
