"""Pictures of a dataset looked at, beside bare Pillow that only decodes them, on all cores in one run.

Bar of issue "Datasets and manifests": checking 1,000 JPEGs of 500 KB goes at 80 % or more of the
speed at which bare Pillow decodes them. Both take turns, a part of the pictures at a time, in warm
processes that give way alike, so that a busy machine is as busy for the one as for the other.

`python -m bench.pictures [PICTURES]`; 1,000 unless said.
"""

import io
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.common import machine, processor_s, resident_mib, row
from doubles.houses import HERE, MovedClock
from doubles.lines import BUCKET, Room, a_line, a_room
from vedette.cores import count_cores
from vedette.engines.pool import Pool
from vedette.migrations import upgrade
from vedette.pictures.pictures import DatasetPictures, PictureStores
from vedette.store.db import open_database

# Different pictures; each lies under many names, and is looked at under each.
DRAWN = 40
ROUNDS = 2
Pair = tuple[float, float]


def draw(number: int) -> bytes:
    """Return a JPEG of about 500 KB: soft shapes, and the grain of a sensor."""
    dice = np.random.default_rng(number)
    shapes = Image.fromarray(dice.integers(0, 256, (9, 12, 3), dtype=np.uint8))
    image = np.asarray(shapes.resize((1600, 1200), Image.Resampling.BICUBIC), np.int16)
    grain = dice.integers(-15, 16, (1200, 1600, 1), dtype=np.int16)
    out = io.BytesIO()
    Image.fromarray(np.clip(image + grain, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=85)
    return out.getvalue()


def decode(order: Mapping[str, Any], emit: Any, cancelled: Any) -> dict[str, Any]:
    """Decode files with bare Pillow; run in another process."""
    for file in order["files"]:
        with Image.open(file) as image:
            image.load()
    return {}


def bare(pool: Pool, files: Sequence[Path]) -> float:
    """Return how long bare Pillow takes for the files on all cores."""
    shares = [{"files": [str(file) for file in files[start::32]]} for start in range(32)]
    with ThreadPoolExecutor(pool.size) as threads:
        began = time.perf_counter()
        list(threads.map(pool.ask, shares))
        return time.perf_counter() - began


def checked(room: Room, pictures: DatasetPictures, names: Sequence[str]) -> float:
    """Return how long it takes from the end of an import until every picture is looked at."""
    created = room.create([a_line(name, "a") for name in names])
    began = time.perf_counter()
    pictures.wait(600)
    elapsed_s = time.perf_counter() - began
    assert room.now().counts.errors == 0
    room.datasets.delete(room.project, created)
    return elapsed_s


def main(count: int) -> None:
    """Draw the pictures, let both take turns, and say how fast each was."""
    pictures = [draw(number) for number in range(DRAWN)]
    size = sum(map(len, pictures)) / DRAWN / 1000
    print(machine())
    print(f"{count:,} JPEGs of {size:,.0f} KB, 1600 x 1200, on {count_cores()} cores\n")
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
        (own, peer), (our_s, their_s), most = compare(Path(place), pictures, count)
    print("| what | measured | bar | |\n|---|---|---|---|")
    row("bare Pillow decodes", f"{count / peer:.0f} a second", "", is_met=True)
    row("pictures are checked", f"{count / own:.0f} a second", "", is_met=True)
    row("checking beside bare Pillow", f"{peer / own:.2f}", ">= 0.80", is_met=peer / own >= 0.8)
    spent = f"{our_s / count * 1000:.1f} and {their_s / count * 1000:.1f} ms"
    row("processor time of a picture, both", f"{spent}: {their_s / our_s:.2f}", "", is_met=True)
    row("memory of a process that looks", f"{most:.0f} MiB", "bounded", is_met=most < 512)


def compare(folder: Path, drawn: Sequence[bytes], count: int) -> tuple[Pair, Pair, float]:
    """Return the seconds of both, those of their processors, and the memory of one of our processes."""
    database = open_database("", folder)
    upgrade(database, folder)
    pool, plain = Pool("look", count_cores()), Pool("bench.pictures:decode", count_cores())
    with a_room(database, folder, MovedClock()) as room:
        room.blobs.make_bucket(BUCKET, account=HERE)
        files = []
        for number in range(count):
            room.blobs.put(BUCKET, f"boards/{number}.png", drawn[number % DRAWN])
            with room.blobs.open(BUCKET, f"boards/{number}.png") as file:
                files.append(Path(file.name))
        pictures = DatasetPictures(
            PictureStores(database, room.datasets, room.blobs), pool, folder / "pictures"
        )
        pictures.start()
        warm(pool, {"looks": [{"file": str(files[0]), "colors": None}]})
        warm(plain, {"files": [str(files[0])]})
        before = (spent_by(pool) + time.process_time(), spent_by(plain))
        own = peer = 0.0
        for turn in range(ROUNDS):
            numbers = range(turn, count, ROUNDS)
            measure_own = lambda: checked(room, pictures, [str(number) for number in numbers])  # noqa: B023, E731
            other = lambda: bare(plain, [files[number] for number in numbers])  # noqa: B023, E731
            own, peer = take_turns(measure_own, other, own, peer, first=turn % 2 == 0)
        spent = (spent_by(pool) - before[0] + time.process_time(), spent_by(plain) - before[1])
        most = max(resident_mib(process._child.pid) for process in pool._all)
        pictures.close()
        plain.close()
    database.close()
    return (own, peer), spent, most


def spent_by(pool: Pool) -> float:
    """Return the processor time of a pool's processes."""
    return sum(processor_s(process._child.pid) for process in pool._all)


def take_turns(
    measure_own: Callable[[], float], other: Callable[[], float], own: float, peer: float, *, first: bool
) -> tuple[float, float]:
    """Run both, now the one first and now the other."""
    if first:
        own += measure_own()
        return own, peer + other()
    peer += other()
    return own + measure_own(), peer


def warm(pool: Pool, order: Mapping[str, Any]) -> None:
    """Start every process of a pool."""
    both = [threading.Thread(target=pool.ask, args=[order]) for _ in range(4 * pool.size)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
