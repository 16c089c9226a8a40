"""In which order waiting jobs are begun, as far as can be known now: accounts take turns."""

from collections import Counter, defaultdict, deque
from collections.abc import Sequence

from vedette.jobs.store import JobPlace


def waiting_line(places: Sequence[JobPlace]) -> list[JobPlace]:
    """Return the jobs that wait, the next one first, if all that run went on for long.

    Whose account has fewest under way comes first, as the runner chooses; of equals who asked first. `places`
    are in the order in which they were added.
    """
    under_way = Counter(place.account for place in places if place.owner)
    waiting: defaultdict[str, deque[JobPlace]] = defaultdict(deque)
    for place in places:
        if not place.owner:
            waiting[place.account].append(place)
    line = []
    while waiting:
        account = min(waiting, key=lambda account: (under_way[account], waiting[account][0].id))
        line.append(waiting[account].popleft())
        under_way[account] += 1
        if not waiting[account]:
            del waiting[account]
    return line
