"""Feedback loops: a version tried on new pictures, people asked, and what they say learnt and put to use.

    loops.py    the room's front: loops begun, found, gone on with, stopped, forgotten
    running.py  the job that takes a loop from where it is to where it waits, and the beat that begins it
    steps.py    the steps, and which follows which
    port.py     what the steps ask of the other rooms: the promise that a door keeps
    records.py  every statement on the table
    tables.py   the table
    values.py   the values

A loop holds no thread while it waits for a trial, a person or a training. What each step does it asks by the
operations of the services, with the rights that whoever asked for it has then.
"""
