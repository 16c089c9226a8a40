"""The pictures of datasets, looked at in the background by other processes.

    pictures.py    the room's front: pictures that wait, thumbnails, the same picture in two datasets
    walk.py        a task's entries, a batch after the other
    inspector.py     objects found in their bucket, and looked at by other processes
    inspections.py       what was found, kept by object version, so that no object is decoded twice
    thumbnails.py  small pictures, made when they are asked for
    twins.py       the same picture in two datasets

Reads entries and never writes one: what is wrong with a picture is handed to `datasets`, which keeps it.
"""
