"""Batches: a version asked about all pictures below an address, as durable work that servers share.

    batches.py       the room's front: batches begun, found, stopped, gone on with, forgotten
    listing.py       the jobs before and after: pictures listed in parts, the summary written
    part_run.py      the job of a part: pictures looked at, their results written as one object
    looking.py       pictures brought to a warm process, one by one where one of them ends it
    models.py        which model it asks, held to wherever a part runs
    tools.py         what the jobs work with, and what each asks before it goes on
    result_files.py  results as the bytes of an object
    tallies.py       what came of pictures, counted
    records.py       every statement on the tables
    tables.py        the tables
    values.py        the values

Each part's results are one object of a fixed name, so that a part which is done again after a crash leaves
each result once. Never changes a picture, and removes nothing in a bucket.
"""
