"""What is done with a request where the disk is full: by what it does to the disk."""

from vedette.api.door import Effect
from vedette.store.reserve import Reserve


def make_room(reserve: Reserve, effect: Effect) -> None:
    """Let what reads pass; give the reserve up for what removes; refuse what writes while it is gone.

    The disk is asked for its room only where something may be removed: that costs 6 µs.
    """
    if effect == "removes" and reserve.is_tight():
        reserve.give_up()
    elif effect == "writes" and reserve.is_spent:
        reserve.refuse_writing()
