"""Datasets whose pictures nobody has to look at: facts and features are put beside their entries."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from doubles.lines import a_ref
from vedette.api.house import House
from vedette.datasets.dataset import Dataset
from vedette.datasets.picture_facts import PictureFact, write_facts
from vedette.datasets.query_pages import id_of
from vedette.projects.project import Project
from vedette.suggestions.features import box_key, write_features
from vedette.suggestions.suggestions import STUDIES

NUMBERS = 16
DIRECTIONS = np.random.default_rng(7).normal(size=(8, NUMBERS)) * 3


def exact_of(name: object) -> str:
    """Return the content's hash of a picture that there is not."""
    return hashlib.blake2b(str(name).encode(), digest_size=16).hexdigest()


def put_facts(house: House, dataset: Dataset, names: Sequence[object]) -> None:
    """Say that pictures were looked at and are sound; the names are in the order of the entries."""
    with house.datasets._database.write() as connection:
        facts = {
            seq: PictureFact("sound", 64, 64, 1000, exact=exact_of(name)) for seq, name in enumerate(names)
        }
        write_facts(connection, dataset.part, facts)


def put_features(
    house: House,
    project: Project,
    looks: Mapping[object, int],
    boxes: tuple[tuple[float, float, float, float], Mapping[object, str]] | None = None,
) -> None:
    """Let pictures look like those of their group: `looks` names the group of each.

    `boxes` is a box that each picture has, and what it shows there.
    """
    rng = np.random.default_rng(1)

    def row(look: int) -> np.ndarray:
        return (DIRECTIONS[look] + rng.normal(size=NUMBERS)).astype(np.float32)

    rows = {exact_of(name): row(look) for name, look in looks.items()}
    if boxes is not None:
        kinds = sorted(set(boxes[1].values()))
        for name, kind in boxes[1].items():
            rows[box_key(bytes.fromhex(exact_of(name)), boxes[0])] = row(kinds.index(kind))
    write_features(house.suggestions.store(project), rows)


def study(house: House) -> None:
    """Wait until everything is studied."""
    assert house.jobs.wait(60, STUDIES)


def entry_id(name: object) -> str:
    """Return the identifier of a picture's entry."""
    return id_of(a_ref(name))
