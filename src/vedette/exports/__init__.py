"""Exports of datasets into buckets, as durable work.

    values.py    what an export is
    tables.py    where exports lie, and the entries of the moment that they hold
    records.py   every statement on those tables
    writing.py   the files of an export put into a bucket, each only once and over nothing
    works.py     the job: frozen, written, taken up after a crash
    exports.py   the room's front: made, found, cancelled, forgotten

This room knows no format (`exchange` does), and reads entries through `datasets` alone.
"""
