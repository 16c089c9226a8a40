"""Listings: keys in order, rolled up at a delimiter, a page at a time.

A rolled-up prefix is passed over with one seek, however many keys lie below it. Positions
are (key, version) of the last thing given; a position whose version is `SKIP` means that
everything beginning with the key has been given.
"""

import sqlite3
from dataclasses import dataclass, field
from typing import Any

from vedette.store.blobs.index import Index
from vedette.store.blobs.names import successor
from vedette.store.blobs.objects import COLUMNS, read_row
from vedette.store.blobs.uploads import read_upload
from vedette.store.blobs.values import Blob, Bucket, Page, Upload

SKIP = "\x00skip"
_CURRENT = "latest = 1 AND marker = 0"


@dataclass(slots=True)
class _Gathering:
    """One page while it fills."""

    most: int
    blobs: list[Blob] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: tuple[str, str] | None = None

    def full(self) -> bool:
        return len(self.blobs) + len(self.prefixes) >= self.most


class Listing:
    """The content of a bucket, in the order of its keys."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def objects(
        self,
        bucket: str,
        *,
        prefix: str = "",
        delimiter: str = "",
        after: tuple[str, str] | None = None,
        most: int,
    ) -> Page:
        """Return current objects; `after` comes from the page before, or is (key, "")."""
        return self._page(bucket, _CURRENT, "key", (prefix, delimiter), after, most)

    def versions(
        self,
        bucket: str,
        *,
        prefix: str = "",
        delimiter: str = "",
        after: tuple[str, str] | None = None,
        most: int,
    ) -> Page:
        """Return versions and delete markers, the newest of a key first."""
        return self._page(bucket, "1", "key, seq DESC", (prefix, delimiter), after, most)

    def _page(
        self,
        bucket: str,
        condition: str,
        order: str,
        rolled: tuple[str, str],
        after: tuple[str, str] | None,
        most: int,
    ) -> Page:
        prefix, delimiter = rolled
        if most <= 0:
            return Page([], [])
        db = self._index.reader()
        gathering = _Gathering(most)
        start = self._start(db, bucket, prefix, after)
        source = f"FROM blobs WHERE bucket = ? AND {condition}"
        while start is not None:
            position, values = start
            batch = 100 if delimiter else min(most, 1000)
            rows = db.execute(
                f"SELECT {COLUMNS} {source} AND {position} ORDER BY {order} LIMIT {batch}", (bucket, *values)
            ).fetchall()
            start = _gather(gathering, rows, prefix, delimiter)
            if start is not None and gathering.full():
                # Something may follow; whether it does is asked once, here.
                more = db.execute(
                    f"SELECT key {source} AND {start[0]} ORDER BY {order} LIMIT 1", (bucket, *start[1])
                ).fetchone()
                within = more is not None and str(more[0]).startswith(prefix)
                return Page(gathering.blobs, gathering.prefixes, gathering.last if within else None)
        return Page(gathering.blobs, gathering.prefixes)

    def _start(
        self, db: sqlite3.Connection, bucket: str, prefix: str, after: tuple[str, str] | None
    ) -> tuple[str, tuple[Any, ...]] | None:
        if after is None or after[0] < prefix:
            return _from(prefix)
        key, version = after
        if version == SKIP:
            return _beyond(key)
        if version:
            row = db.execute(
                "SELECT seq FROM blobs WHERE bucket = ? AND key = ? AND version = ?", (bucket, key, version)
            ).fetchone()
            if row is not None:
                return "key >= ? AND (key > ? OR seq < ?)", (key, key, row[0])
        return "key > ?", (key,)

    def uploads(
        self,
        bucket: Bucket,
        *,
        prefix: str = "",
        delimiter: str = "",
        after: tuple[str, str] | None = None,
        most: int,
    ) -> tuple[list[Upload], list[str], tuple[str, str] | None]:
        """Return unfinished uploads, prefixes, and where the next page starts."""
        uploads: list[Upload] = []
        prefixes: list[str] = []
        rows = self._index.reader().execute(
            "SELECT id, bucket, key, owner, started_ms, about, done FROM uploads"
            " WHERE bucket = ? AND done = '{}' AND (key, id) > (?, ?) ORDER BY key, id",
            (bucket.name, *(after or ("", ""))),
        )
        last: tuple[str, str] | None = None
        for upload in map(read_upload, rows):
            if not upload.key.startswith(prefix):
                continue
            rolled = roll(upload.key, prefix, delimiter)
            if rolled in prefixes:
                last = (upload.key, upload.id)
                continue
            if len(uploads) + len(prefixes) >= most:
                return uploads, prefixes, last
            if rolled:
                prefixes.append(rolled)
            else:
                uploads.append(upload)
            last = (upload.key, upload.id)
        return uploads, prefixes, None


def roll(key: str, prefix: str, delimiter: str) -> str:
    """Return the common prefix that represents this key in a listing, or nothing."""
    if not delimiter:
        return ""
    at = key.find(delimiter, len(prefix))
    return key[: at + len(delimiter)] if at >= 0 else ""


def _gather(
    page: _Gathering, rows: list[tuple[Any, ...]], prefix: str, delimiter: str
) -> tuple[str, tuple[Any, ...]] | None:
    """Fill the page from rows in order; return where to go on, or None at the end."""
    for row in rows:
        key = str(row[0 + 1])
        if not key.startswith(prefix):
            return None
        rolled = roll(key, prefix, delimiter)
        if rolled:
            page.prefixes.append(rolled)
            page.last = (rolled, SKIP)
            return _beyond(rolled)
        blob = read_row(row)
        page.blobs.append(blob)
        page.last = (key, blob.version)
        if page.full():
            return "key >= ? AND (key > ? OR seq < ?)", (key, key, blob.seq)
    if not rows or page.last is None:
        return None
    blob = page.blobs[-1]
    return "key >= ? AND (key > ? OR seq < ?)", (blob.key, blob.key, blob.seq)


def _from(prefix: str) -> tuple[str, tuple[Any, ...]]:
    return "key >= ?", (prefix,)


def _beyond(prefix: str) -> tuple[str, tuple[Any, ...]] | None:
    after = successor(prefix)
    return None if after is None else ("key >= ?", (after,))
