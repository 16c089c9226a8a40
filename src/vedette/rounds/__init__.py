"""Labelling rounds: pictures of a dataset for some people, whose answers are kept apart until the hand-back.

    round.py      what a round, a task and an answer are, and from which state to which a round goes
    sharing.py    who gets which pictures; pure
    agreement.py  how far two answers to one picture agree; pure
    rounds.py     the front for who leads a round: made, opened, ended; assigning.py: its tasks given to
                  people; reviewing.py: reviewed
    answers.py    the front for who labels in it: what is open for them, and their answers; membership.py:
                  the round as they see it; tasks.py: rows read; acceptance.py: what an answer must hold to
    handback.py   answers put into the dataset by a durable job, and what stood in their way; weighing.py:
                  an answer beside what the dataset says now; handback_previews.py: what it would do
    records.py    rows read as values; statistics.py how far people agree; areas.py what masks cover
    caching.py    what was counted of a whole round, for who asks again
    room.py       all of it, opened together

Knows no HTTP, no rights and no policies: a person here is somebody whom the door has let in.
"""
