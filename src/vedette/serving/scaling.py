"""How many units a model should have: pure arithmetic."""

from dataclasses import dataclass

# A request that waited this long means load: a unit answers two or three pictures meanwhile.
# With 0.1 s a queue of eight never made a quick unit two (docs/experiments.md, 2026-11-20).
WAITED_S = 0.03
# Scale down only where fewer units could carry the load with room to spare, and after a calm time.
SPARE = 0.7
CALM_S = 30.0


# A unit's queue holds what it answers within this, at the speed it was measured at; what it cannot hold is
# refused at once. With the picture in work and the way back it stays below a second.
WAIT_S = 0.8
# A slow unit has so many places all the same: its pace is an estimate, and a burst is no overload.
LEAST_PLACES = 10
# However fast a unit is: each request that waits holds a picture and its place in the loop.
MOST_PLACES = 256


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


def places_for(pace_s: float, units: int) -> int:
    """Return how many requests may wait for so many units that look at a picture in that time."""
    per_unit = int(WAIT_S / pace_s) if pace_s > 0 else MOST_PLACES
    return max(1, units) * max(LEAST_PLACES, min(MOST_PLACES, per_unit))


def threads_each(cores: int, most: int) -> int:
    """Return how many threads a unit computes with, so that as many as there may be share the cores."""
    return max(1, cores // most)
