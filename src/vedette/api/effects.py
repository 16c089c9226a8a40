"""What an operation does to the disk, by its name: it reads, writes or removes.

All services choose the first words of names alike. An operation that is not known to read or to remove is
taken for one that writes: refusing too much for a while loses nothing. One that is called otherwise says
so itself (`api.operations.operation`).
"""

from vedette.api.door import Effect

READING = (
    "Describe", "List", "Get", "Detect", "Download", "Assume", "Decode", "Search", "Query", "Count", "Preview"
)  # fmt: skip
REMOVING = ("Delete", "Discard", "Remove", "Untag", "Stop")


def effect_of_name(operation: str) -> Effect:
    """Return what an operation of a service does."""
    if operation.startswith(REMOVING):
        return "removes"
    return "reads" if operation.startswith(READING) else "writes"
