"""Datasets of both dialects: their entries, labels and counts, at a quarter of a million entries.

    dataset.py    what a dataset is, and its names
    datasets.py   the room's front: create, update, delete, find
    division.py   a test dataset made from entries of the training dataset
    contents.py   what they hold, read and marked
    listing.py    pages of entries and labels, through any filter
    staging.py    a manifest read into blocks; pure, so that a worker process can do it
    blocks.py     blocks as they lie in the tables: bitmaps of 1,024 entries
    sheet.py      a part within one write transaction: entries appended, replaced, removed, saved once
    queries.py    entries by any condition, in any order; query_reading.py is one look at them, and
                  query_pages.py what is answered
    parts.py      a part (one generation of a dataset's entries) written, copied, dropped
    changes.py    an update applied, all or nothing
    works.py      the kinds of jobs on datasets; importing.py the longest, filling.py what they share
    view.py       entries as the room above reads and joins them
    requests.py   what a request for a new dataset asks to have done
    orders.py     what jobs are asked to do, as their rows keep it

The room `pictures` looks at what entries name; nothing here does.
Knows no HTTP and neither dialect's names for a state.
"""
