"""What putting a dataset back comes to: which entries go, come back, or say again what they said.

A plan is of a moment; whoever carries it out keeps the dataset from being changed until it is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets.blocks import find_places
from vedette.datasets.dataset import Dataset
from vedette.datasets.parts import read_lines_at, read_refs
from vedette.datasets.past import Differences, addresses_at, find_differences, read_touched
from vedette.datasets.snapshots import DatasetSnapshot
from vedette.datasets.steps import PRESENT, digest_line
from vedette.datasets.tables import journal, journal_steps


@dataclass(frozen=True, slots=True)
class RestorePlan:
    """Places of the dataset's part to empty, and past entries to put back, by the places they had.

    `sources` says which step knows what a past entry said. `stays` counts what is left as it is.
    """

    # Where the past entries were: the dataset's own part, or one that it had before.
    part: int
    removes: Sequence[int] = ()
    # Where an entry was, and where the entry of the same picture is.
    replaces: Sequence[tuple[int, int]] = ()
    returns: Sequence[int] = ()
    sources: Mapping[int, int] = field(default_factory=dict)
    # Entries that come back leave the project's other dataset.
    takes_from_other: bool = False
    stays: int = 0

    def __len__(self) -> int:
        return len(self.removes) + len(self.replaces) + len(self.returns)


def plan_restore(
    connection: Connection, dataset: Dataset, other: Dataset | None, snapshot: DatasetSnapshot
) -> RestorePlan:
    """Return what brings a dataset back to a snapshot."""
    differences = find_differences(connection, snapshot.part, snapshot.step)
    moved_places = find_moved(connection, snapshot.part, other, differences)
    returning = differences.removed[~np.isin(differences.removed["seq"], list(moved_places))]
    plan = RestorePlan(
        part=snapshot.part,
        removes=differences.added["seq"].tolist(),
        replaces=list(zip(differences.changed["seq"].tolist(), differences.changed_at.tolist(), strict=True)),
        returns=returning["seq"].tolist(),
        sources=_sources(returning) | _sources(differences.changed),
        stays=len(moved_places),
    )
    return plan if snapshot.part == dataset.part else _into_new_part(connection, dataset, plan)


def without_comings_and_goings(plan: RestorePlan) -> RestorePlan:
    """Return what a plan does to pictures that are in the dataset then and now."""
    stays = plan.stays + len(plan.removes) + len(plan.returns)
    return replace(plan, removes=(), returns=(), stays=stays)


def find_moved(
    connection: Connection, part: int, other: Dataset | None, differences: Differences
) -> dict[int, str]:
    """Return the entries that were moved to the project's other dataset and are there, by their places."""
    if other is None or not len(differences.removed):
        return {}
    moves = select(journal.c.id).where(journal.c.other.is_not(None), journal.c.removed > 0)
    lines = connection.execute(moves.where(journal.c.id.in_(_lines(differences)))).scalars().all()
    leaving = differences.removed[np.isin(differences.removed["line"], lines)]
    by_address = {address.decode(): seq for seq, address in addresses_at(connection, part, leaving["seq"])}
    present = find_places(connection, other.part, list(by_address))
    return {by_address[address]: address for address in present}


def _lines(differences: Differences) -> list[int]:
    return [int(number) for number in np.unique(differences.removed["line"])]


def plan_revert(connection: Connection, dataset: Dataset, other: Dataset | None, line: int) -> RestorePlan:
    """Return what takes one change back, wherever entries still are as it left them."""
    first = _first_step(connection, dataset.part, line)
    if first is None:
        return RestorePlan(dataset.part)
    its = read_touched(connection, dataset.part, first - 1, line=line)
    now = read_touched(connection, dataset.part, first - 1)
    now = now[np.isin(now["seq"], its["seq"])]
    is_same = (now["after"] & PRESENT == its["after"] & PRESENT) & (now["new"] == its["new"])
    steps = its[is_same]
    was_present, is_present = (steps[name] & PRESENT == PRESENT for name in ("before", "after"))
    removed = steps[was_present & ~is_present]
    returns = _free_of_twins(connection, dataset, removed)
    moves = _was_move(connection, line)
    if moves:
        returns = _those_in(connection, dataset, other, returns)
    replaced = steps[was_present & is_present & (steps["old"] != steps["new"])]
    added = steps[:0] if moves else steps[~was_present & is_present]
    count = len(added) + len(replaced) + len(returns)
    return RestorePlan(
        part=dataset.part,
        removes=added["seq"].tolist(),
        replaces=[(seq, seq) for seq in replaced["seq"].tolist()],
        returns=returns["seq"].tolist(),
        sources=_sources(returns) | _sources(replaced),
        takes_from_other=moves,
        stays=len(its) - count,
    )


def _first_step(connection: Connection, part: int, line: int) -> int | None:
    query = select(journal_steps.c.id).where(journal_steps.c.line == line, journal_steps.c.part == part)
    number: int | None = connection.execute(query.order_by(journal_steps.c.id).limit(1)).scalar()
    return number


def _was_move(connection: Connection, line: int) -> bool:
    return connection.execute(select(journal.c.other).where(journal.c.id == line)).scalar() is not None


def _free_of_twins(connection: Connection, dataset: Dataset, removed: NDArray[np.void]) -> NDArray[np.void]:
    """Return those whose pictures have no entry in the dataset now."""
    addresses = {seq: text.decode() for seq, text in addresses_at(connection, dataset.part, removed["seq"])}
    twins = find_places(connection, dataset.part, list(addresses.values()))
    return removed[[addresses[seq] not in twins for seq in removed["seq"].tolist()]]


def _those_in(
    connection: Connection, dataset: Dataset, other: Dataset | None, removed: NDArray[np.void]
) -> NDArray[np.void]:
    """Return those that the other dataset has as they were."""
    if other is None:
        return removed[:0]
    addresses = {seq: text.decode() for seq, text in addresses_at(connection, dataset.part, removed["seq"])}
    places = find_places(connection, other.part, list(addresses.values()))
    lines = read_lines_at(connection, other.part, list(places.values()))
    digests = {address: int.from_bytes(digest_line(lines[place]), "big") for address, place in places.items()}
    is_there = [digests.get(addresses[row["seq"]]) == row["old"] for row in removed]
    return removed[is_there]


def _into_new_part(connection: Connection, dataset: Dataset, plan: RestorePlan) -> RestorePlan:
    """Return the same for a dataset whose entries are another part by now, with nothing in the old one."""
    returning = dict(addresses_at(connection, plan.part, plan.returns))
    places = {address.decode(): seq for seq, address in returning.items()}
    present = find_places(connection, dataset.part, list(places))
    every = {seq for seq, _ in read_refs(connection, dataset.part)}
    return replace(
        plan,
        removes=sorted(every - set(present.values())),
        replaces=[(places[address], seq) for address, seq in present.items()],
        returns=[seq for address, seq in places.items() if address not in present],
    )


def _sources(rows: NDArray[np.void]) -> dict[int, int]:
    return dict(zip(rows["seq"].tolist(), rows["first"].tolist(), strict=True))
