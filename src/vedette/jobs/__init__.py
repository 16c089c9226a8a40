"""Durable work: queued in the caller's transaction, claimed by a lease, taken up again after a crash.

A job is a row. It is written in the transaction that promises the work and removed in the one that shows
its result, so nothing is lost between the two and nothing is done twice. A job belongs to the server
that runs it for as long as that server renews its lease; after that any server may claim it.

    kind.py      what the rooms above declare: a kind of job, its order, its queue, how often it is tried
    context.py   what a running job may ask of its queue: progress, pauses, its own end
    orders.py    orders to JSON and back, the one place that serialises them
    tables.py    the tables `jobs`, `passed_time` and `servers`
    members.py   the servers that share one database: who lives, who died
    store.py     every statement on that table
    runner.py    the threads of one server; claims.py: which job each takes next; beats.py: leases renewed
    attempt.py   what happens when a job fails

This room knows nothing of trainings or datasets: their rooms declare kinds, and it calls them.
"""
