"""How many units a model should have: pure arithmetic."""

from dataclasses import dataclass

# A request that waited this long means load: a unit answers two or three pictures meanwhile.
# With 0.1 s a queue of eight never made a quick unit two (docs/experiments.md, 2026-11-20).
WAITED_S = 0.03
# Scale down only where fewer units could carry the load with room to spare, and after a calm time.
SPARE = 0.7
CALM_S = 30.0


# A unit's queue holds what it answers within this, at the speed it was measured at; what it cannot hold is
# refused at once.
WAIT_S = 0.8
# A slow unit has so many places all the same: its pace is an estimate, and a burst is no overload.
LEAST_PLACES = 10
# However fast a unit is: each request that waits holds a picture and its place in the loop.
MOST_PLACES = 256
# From a whole request to its answer, where units work at their speed; what would come later is refused.
ANSWER_WITHIN_S = 1.0
# Of it, for the way back to the client, through a loop that is busy receiving what others send.
WAY_BACK_S = 0.1
# A request that was let in has a chance all the same, however long its thread took: so long, or so many of
# a unit's turns, where those last longer, up to a second. A slow unit answers nobody within one.
LEAST_WAIT_S = 0.3
LEAST_TURNS = 5
MOST_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Load:
    """The recent load of a model's units.

    `waited_s` is how long the oldest request that waits now has waited, `waiting` how many do.
    `busy` is the share of the units' time that was work since the number last changed, or for the last
    half minute, and `calm_s` for how long nothing has waited.
    """

    units: int
    waiting: int = 0
    waited_s: float = 0.0
    busy: float = 0.0
    calm_s: float = 0.0


def units_wanted(load: Load, *, least: int, most: int) -> int:
    """Return the unit count to move to: up at once when work waits, down one at a time."""
    count = load.units
    if load.waiting and load.waited_s >= WAITED_S:
        # A queue as long as the units are many is worth as many more.
        count += max(1, load.waiting // max(1, load.units * 4))
    elif load.calm_s >= CALM_S and load.busy * load.units <= SPARE * (load.units - 1):
        count -= 1
    return max(least, min(most, count))


def places_for(pace_s: float, overdue_s: float = 0.0) -> int:
    """Return how many requests may wait for a unit of that pace.

    `overdue_s` is how long it has worked on its present picture beyond that: it shortens the time in which
    it can answer those that wait, and says nothing of how long each of them will take.
    """
    within_s = max(0.0, WAIT_S - overdue_s)
    places = int(within_s / pace_s) if pace_s > 0 else MOST_PLACES
    return max(LEAST_PLACES, min(MOST_PLACES, places))


def wait_for(pace_s: float, ahead: int, *, elapsed_s: float, within_s: float = ANSWER_WITHIN_S) -> float:
    """Return how long a request may still wait for a place, so that its answer comes in time.

    `ahead` pictures are with the unit when it gets there, itself among them, and `elapsed_s` have passed
    since it was received.
    """
    least_s = min(MOST_WAIT_S, max(LEAST_WAIT_S, LEAST_TURNS * pace_s))
    return max(least_s, within_s - WAY_BACK_S - ahead * pace_s - elapsed_s)


def threads_each(cores: int, most: int) -> int:
    """Return how many threads a unit computes with, so that as many as there may be share the cores."""
    return max(1, cores // most)
