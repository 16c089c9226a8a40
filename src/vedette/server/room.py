"""What a request does to the disk: it reads, writes or removes. Asked only when room is short.

By the names of operations, which all four services choose alike. An operation that is not known to read
or to remove is taken for one that writes: refusing too much for a while loses nothing.
"""

from typing import Literal

from vedette.store.reserve import Reserve
from vedette.wire.http import Request

Effect = Literal["reads", "writes", "removes"]

READING = ("Describe", "List", "Get", "Detect", "Download", "Assume", "Decode", "Search")
REMOVING = ("Delete", "Remove", "Untag", "Stop")
# Vedette's own operations on many entries are POST requests.
OWN_SERVICE = "/vedette/"
METHODS: dict[str, Effect] = {"GET": "reads", "HEAD": "reads", "OPTIONS": "reads", "DELETE": "removes"}


def may_remove(request: Request) -> bool:
    """Say, at a glance, whether a request may remove something; only then the disk is asked for its room.

    A look at the disk costs 6 µs and the search for the operation 3 to 16 µs, which each detection would pay.
    """
    if request.method != "POST":
        return request.method == "DELETE"
    operation = request.headers.get("x-amz-target").rpartition(".")[2]
    if operation:
        return operation.startswith(REMOVING)
    return "delete" in request.raw_query or request.raw_path.startswith(OWN_SERVICE)


def effect_of_operation(name: str) -> Effect:
    """Return what an operation of a service does, by its name."""
    if name.startswith(REMOVING):
        return "removes"
    return "reads" if name.startswith(READING) else "writes"


def effect_of_bucket_request(request: Request) -> Effect:
    """Return what a request of S3 does; many objects are deleted by a POST."""
    names = {pair.partition("=")[0] for pair in request.raw_query.split("&")}
    if request.method == "POST" and "delete" in names:
        return "removes"
    return METHODS.get(request.method, "writes")


def make_room(reserve: Reserve, effect: Effect) -> None:
    """Let what reads pass; give the reserve up for what removes; refuse what writes while it is gone."""
    if effect == "removes":
        reserve.give_up()
    elif effect == "writes":
        reserve.refuse_writing()
