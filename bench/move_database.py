"""`vedette move` of a large installation: SQLite to PostgreSQL and back, and what it takes of memory.

    python -m bench.move_database [--rows 100000]

The rows are entries of one dataset, of the size that lines of boxes have.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert

from bench.common import machine
from doubles.postgres import find_programs, postgres_server
from vedette.identity.seal import make_key
from vedette.migrations.everything import all_tables
from vedette.server.installation import open_installation
from vedette.settings import Settings

LINE = json.dumps(
    {"source-ref": "s3://pictures/line-7/0123456789.jpg", "boxes": {"annotations": [[1] * 5] * 12}}
)
BATCH = 10_000


def fill(data: Path, count: int) -> None:
    """Make an installation with so many figures and as many rows of text."""
    make_key(data)
    tables = all_tables().tables
    with open_installation(Settings(data=data), makes=True) as installation:
        for start in range(0, count, BATCH):
            numbers = range(start, min(count, start + BATCH))
            with installation.database.write() as connection:
                connection.execute(
                    insert(tables["minutes"]),
                    [
                        {
                            "arn": "a",
                            "minute": n,
                            "figure": "f",
                            "total": 0.1,
                            "samples": 1,
                            "least": 0.1,
                            "most": 1.0,
                        }
                        for n in numbers
                    ],
                )
                connection.execute(
                    insert(tables["tags"]),
                    [{"arn": f"arn:{n}", "key": "line", "value": LINE[:256]} for n in numbers],
                )


def move(data: Path, to: str, **environment: str) -> float:
    """Type the command; return how long it took."""
    began = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-m", "vedette", "move", to, "--data", str(data)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    print(ran.stdout.splitlines()[0])
    return time.monotonic() - began


def main() -> None:
    """Measure both ways."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rows", type=int, default=100_000)
    count = words.parse_args().rows
    programs = find_programs()
    assert programs is not None, "tools/install_postgres installs PostgreSQL"
    print(machine())
    with postgres_server(programs) as postgres, tempfile.TemporaryDirectory(prefix="vedette-move-") as place:
        data = Path(place)
        fill(data, count)
        address = f"{postgres.address}&dbname=postgres"
        print(f"{2 * count:,} rows, {(data / 'vedette.db').stat().st_size / 1024**2:.0f} MiB of SQLite")
        print(f"to PostgreSQL: {move(data, address):.1f} s with the command's start")
        print(f"back: {move(data, 'sqlite', VEDETTE_DATABASE=address):.1f} s")
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"the largest process took {peak:.0f} MiB")


if __name__ == "__main__":
    main()
