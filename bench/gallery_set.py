"""A dataset of 250,000 looked-at pictures for `bench.gallery`: lines by an import, objects where it looks.

What looking at a quarter of a million pictures would find is written by the rooms' own functions, with random
sizes and hashes; objects lie in the bucket at `WINDOWS` places of the order, `WINDOW` in a row, so that a
gallery that stops there has every picture to draw.
"""

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from sqlalchemy import insert

from bench.datasets import FOLDERS, a_manifest, create
from doubles.servers import RunningServer, start_server, stop_server
from vedette.datasets.picture_facts import PictureFact, write_facts
from vedette.pictures.inspections import store_entries
from vedette.pictures.tables import looks
from vedette.store.db import open_database

PROJECT = "many"
BUCKET = "factory-pictures"
WINDOWS, WINDOW = 20, 320
SHAPES = 40
"""So many pictures are drawn; objects share them."""


def windows(lines: int) -> list[int]:
    """Return the places from which on objects lie in the bucket; the last is the end."""
    return [int(place) for place in np.linspace(0, max(0, lines - WINDOW), WINDOWS)]


def open_set(data: Path, lines: int) -> RunningServer:
    """Return a server on the dataset, which is made where the folder has none."""
    if (data / "gallery-set").is_file():
        return start_server(data)
    server = start_server(data)
    project = server.client("rekognition").create_project(ProjectName=PROJECT)["ProjectArn"]
    put_objects(server, lines)
    create(server, project, "many.manifest", a_manifest(lines))
    stop_server(server)
    write_looks(data, lines)
    (data / "gallery-set").touch()
    return start_server(data)


def put_objects(server: RunningServer, lines: int) -> None:
    """Put the pictures that the gallery will stop at."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    shapes = [draw(number) for number in range(SHAPES)]

    def put(number: int) -> None:
        key = f"boards/{FOLDERS[number % 4]}/2026/img_{number:07}.png"
        s3.put_object(Bucket=BUCKET, Key=key, Body=shapes[number % SHAPES])

    numbers = {start + step for start in windows(lines) for step in range(min(WINDOW, lines))}
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(put, sorted(numbers)))


def draw(number: int) -> bytes:
    """Return a picture as cameras give them, small enough to keep the set small."""
    image = Image.new("RGB", (640, 480), ((number * 37) % 256, (number * 91) % 256, (number * 53) % 256))
    pen = ImageDraw.Draw(image)
    for step in range(12):
        left, top = (number * 71 + step * 97) % 560, (number * 43 + step * 61) % 400
        pen.ellipse((left, top, left + 70, top + 60), fill=(step * 20, 255 - step * 20, number * 6 % 256))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def write_looks(data: Path, lines: int) -> None:
    """Say of every picture that it was looked at, and what a look would have found."""
    database = open_database("", data)
    dice = np.random.default_rng(1)
    look = bytes(16)
    with database.write() as connection:
        connection.execute(
            insert(looks).values(
                id=look, format="PNG", width=640, height=480, bytes=4000, why="", exact="", alike="", color=""
            )
        )
        part = connection.exec_driver_sql("SELECT max(part) FROM datasets").scalar()
    for start in range(0, lines, 10_000):
        seqs = range(start, min(lines, start + 10_000))
        exact, alike = dice.bytes(16 * len(seqs)), dice.bytes(32 * len(seqs))
        sides = dice.integers(200, 4000, (len(seqs), 2))
        facts = {
            seq: PictureFact(
                "sound",
                int(sides[at, 0]),
                int(sides[at, 1]),
                int(sides[at].sum()) * 100,
                exact[at * 16 : at * 16 + 16].hex(),
                # One in fifty looks as its predecessor does.
                alike[(at - (seq % 50 == 9)) * 32 :][:32].hex(),
            )
            for at, seq in enumerate(seqs)
        }
        with database.write() as connection:
            write_facts(connection, int(part), facts)
            store_entries(connection, int(part), dict.fromkeys(seqs, (look, False)))
    database.close()
