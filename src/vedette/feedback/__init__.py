"""Feedback from production: a sample of what running versions are asked, kept to be verified, and drift.

    feedback.py   the room's front: plans made, changed and described
    taking.py     what serving hands over: drawn by chance into a queue with bounds, stored by one thread
    storing.py    which of the drawn pictures are kept, and where; bounds a day and in all
    sweeping.py   what is older than its plan says is removed, if that is certain
    watching.py   the last pictures held against those of the training (drift.py), and what was found
    drift.py      the test itself: numbers in, words out
    learning.py   the job that measures the pictures of a training once
    records.py    every statement on the tables
    tables.py     the tables
    values.py     the values

Off unless a version is told otherwise. Serving never waits for this room, and loses nothing but a sample if
it fails. Kept pictures lie in a bucket of the account and leave the installation by nobody's doing here.
"""
