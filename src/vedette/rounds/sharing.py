"""Who gets which pictures of a round: everybody about as many, and a share of them twice. Pure."""

import math
from collections.abc import Iterator, Mapping, Sequence


def choose_doubled(count: int, share: float) -> set[int]:
    """Return which of so many pictures two people label, spread evenly over all of them."""
    doubled_count = min(count, math.ceil(count * share - 1e-9))
    return {place * count // doubled_count for place in range(doubled_count)} if doubled_count else set()


def share_out(doubled: Sequence[bool], people: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yield a picture's place and who labels it; two different people for a doubled one.

    One person alone labels every picture once.
    """
    place = 0
    for number, is_doubled in enumerate(doubled):
        copies = min(2 if is_doubled else 1, len(people))
        for step in range(copies):
            yield number, people[(place + step) % len(people)]
        place += copies


def share_again(
    labellers: Mapping[int, Sequence[str]], free: Sequence[int], people: Sequence[str]
) -> list[tuple[int, str]]:
    """Return who takes each task without a person: somebody who does not label the picture already.

    `labellers` says who labels each picture, `free` which lack somebody, a picture that lacks two twice.
    Everybody gets about as many; a picture that everybody labels already is left out.
    """
    loads = dict.fromkeys(people, 0)
    takers: list[tuple[int, str]] = []
    able_to: dict[int, set[str]] = {}
    for picture in free:
        able = able_to.setdefault(picture, set(people) - set(labellers.get(picture, ())))
        if able:
            taker = min(able, key=lambda person: (loads[person], person))
            able.discard(taker)
            takers.append((picture, taker))
            loads[taker] += 1
    return takers
