"""Which entries of a training dataset become its test part: a fifth of every label.

The same labels and the same seed give the same choice, on any machine.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence

# In the words of Custom Labels, the one dialect whose customers ask for a division.
TOO_FEW = "The manifest file doesn't have enough labeled images to distribute the dataset."
LEAST = 2  # pictures of a label, so that each side gets one


class TooFew(Exception):
    """A label has too few pictures for both sides."""

    def __init__(self, labels: Sequence[Hashable]) -> None:
        self.labels = tuple(labels)
        super().__init__(TOO_FEW)


def choose_test(labels: Sequence[Sequence[Hashable]], *, seed: int, share: float = 0.2) -> list[int]:
    """Return the positions to move, in order.

    Every label moves `share` of its pictures within one, where its pictures allow it at all, and
    at least one; so do all pictures together. Pictures with the same set of labels are
    interchangeable, so whole fifths of such groups move first; what remains is filled up one by one
    in a drawn order, and then exchanged until no single or double exchange helps.
    """
    groups: Groups = defaultdict(list)
    for position, names in enumerate(labels):
        groups[(*dict.fromkeys(names), _ALL)].append(position)
    counts: Counter[Hashable] = Counter()
    for names, members in groups.items():
        counts.update(dict.fromkeys(names, len(members)))
    if short := [name for name, count in counts.items() if count < LEAST and name is not _ALL]:
        raise TooFew(short)
    dice = random.Random(seed)  # noqa: S311  (a repeatable choice, not a secret)
    table = _Table(groups, Counter({name: max(1, round(n * share)) for name, n in counts.items()}))
    for names, members in groups.items():
        table.move(names, int(len(members) * share))
    table.fill(dice)
    for _ in range(_PASSES):
        table.exchange(dice)
    positions: list[int] = []
    for names, members in groups.items():
        positions += dice.sample(members, table.moves[names])
    return sorted(positions)


Names = tuple[Hashable, ...]
Groups = dict[Names, list[int]]


class _All:
    """The label that every picture has, so that all of them together move a fifth as well."""


_ALL = _All()
_WEIGHT = 1_000_000  # a label's against that of all pictures, of which there are at most as many
_PASSES = 12  # each looks at other groups; most splits need one
_LOOK = 300  # groups looked at for one exchange; with more of them, one that helps is never far


class _Table:
    """How many of each group move, and how many each label still lacks (below zero: has too many)."""

    def __init__(self, groups: Groups, shares: Counter[Hashable]) -> None:
        self.groups = groups
        self.lack = shares
        self.moves: dict[Names, int] = dict.fromkeys(groups, 0)
        self.holders: dict[Hashable, list[Names]] = defaultdict(list)
        for names in groups:
            for name in names:
                self.holders[name].append(names)

    def move(self, names: Names, count: int) -> None:
        self.moves[names] += count
        for name in names:
            self.lack[name] -= count

    def fill(self, dice: random.Random) -> None:
        """Move one more picture of a group while none of its labels has enough."""
        order = list(self.groups)
        dice.shuffle(order)
        for names in order:
            if self._may(names, 1) and all(self.lack[name] > 0 for name in names):
                self.move(names, 1)

    def exchange(self, dice: random.Random) -> None:
        """Move single pictures in or out while that brings labels nearer; each step does, so it ends."""
        todo = [name for name in self.lack if self.lack[name]]
        bound = 50 * len(self.lack) + 1000  # far above what was ever seen; a bound, not a hope
        while todo and bound:
            bound -= 1
            name = todo.pop()
            for names, step in self._find_help(name, dice):
                self.move(names, step)
                todo += [other for other in names if self.lack[other]]

    def _find_help(self, name: Hashable, dice: random.Random) -> list[tuple[Names, int]]:
        """Return the move, or the two moves, that help this label without hurting the rest more."""
        if not self.lack[name]:
            return []
        step = 1 if self.lack[name] > 0 else -1
        near = self._look(self.holders[name], dice)
        single = [names for names in near if self._may(names, step)]
        best = max(single, key=lambda names: self._gain(names, step), default=None)
        if best is not None and self._gain(best, step) > 0:
            return [(best, step)]
        return self._find_pair(single, step, dice)

    def _find_pair(self, single: list[Names], step: int, dice: random.Random) -> list[tuple[Names, int]]:
        backs = self._look(list(self.groups), dice)
        for names in single[:100]:
            before = self._gain(names, step)
            self.move(names, step)
            back = next((b for b in backs if self._may(b, -step) and before + self._gain(b, -step) > 0), None)
            self.move(names, -step)
            if back is not None:
                return [(names, step), (back, -step)]
        return []

    def _look(self, among: list[Names], dice: random.Random) -> list[Names]:
        return among if len(among) <= _LOOK else dice.sample(among, _LOOK)

    def _may(self, names: Names, step: int) -> bool:
        return 0 <= self.moves[names] + step <= len(self.groups[names])

    def _gain(self, names: Names, step: int) -> int:
        """Return by how much the squared distance of the labels from their share shrinks.

        All pictures together count for little beside a label, so that they give way to each of them.
        """
        gains = (2 * step * self.lack[name] - 1 for name in names if name is not _ALL)
        return _WEIGHT * sum(gains) + 2 * step * self.lack[_ALL] - 1
