"""Functions: a customer's own handlers, as AWS Lambda calls them, each in a process of its own.

    bundle.py       the code, a zip: looked through, unpacked as a whole or not at all
    confine.py      how far a process is shut in here: its own user, Landlock, limits
    runner.py       what runs in that process; it knows nothing of Vedette
    restrictions.py what that process may have, and see of files; gate.py: what it may connect to
    environment.py  one process: it answers invocations until it fails, and is killed with all below it
    results.py      who is told how an event ended, and bucket_records.py, how buckets are
    chains.py       functions that come back to themselves
    usage.py        the memory, the processes and the disk that it uses

A handler is a stranger's. Nothing of this room imports one, and nothing that it says is trusted.
"""
