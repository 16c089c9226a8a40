"""Trials: a version run over pictures without labels, what people say of its guesses, and what is learnt.

    trials.py     the room's front: trials begun, found, cancelled and forgotten
    choosing.py   which pictures of a bucket a trial is about, with the rights of who asks
    running.py    the job: pictures looked at ten by ten, each once
    verifying.py  what people say of each guess; two who say different things of one hear of it
    adding.py     verified pictures put into a dataset, as any edit of entries
    collecting.py pictures that were answered elsewhere, verified as a trial's are
    records.py    every statement on the tables
    tables.py     the tables
    values.py     the values

Never changes a dataset but through its editor, and never a picture.
"""
