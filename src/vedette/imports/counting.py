"""What lines come to once labels are renamed: by label, and which of them would test."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from vedette.imports.blocks import read_blocks
from vedette.imports.staging import StagedRow
from vedette.imports.values import TEST_SHARE, ImportOptions
from vedette.manifest.split import TooFew, choose_test

# As a distribution has it: the same entries always go to the test part.
SEED = 20


def labels_of(row: StagedRow, options: ImportOptions) -> tuple[str, ...]:
    """Return the labels that a row's entry will have."""
    names = (options.labels.get(name, name) for name, _ in row.labels)
    return tuple(sorted({name for name in names if name}))


def is_taken(row: StagedRow, options: ImportOptions) -> bool:
    """Say whether a row becomes an entry."""
    return row.counts and (options.with_unlabelled or bool(labels_of(row, options)))


def choose_tested(connection: Connection, import_id: str, options: ImportOptions) -> set[int]:
    """Return the numbers of the lines that test.

    Raises:
        TooFew: where a label has too few pictures for both sides.
    """
    numbers, labels = _rows_of(connection, import_id, options)
    # Pictures without labels stay with the training ones.
    labelled = [place for place, names in enumerate(labels) if names]
    tested_places = choose_test([labels[place] for place in labelled], seed=SEED, share=TEST_SHARE)
    return {numbers[labelled[place]] for place in tested_places}


def preview_split(connection: Connection, import_id: str, options: ImportOptions) -> dict[str, Any]:
    """Return how many pictures of each label would train and test, or why they cannot be divided."""
    numbers, labels = _rows_of(connection, import_id, options)
    counts = Counter(name for names in labels for name in names)
    answer: dict[str, Any] = {"train": len(numbers), "test": 0, "problem": ""}
    tested: Counter[str] = Counter()
    if options.divides:
        try:
            tested_places = choose_tested(connection, import_id, options)
            tested = Counter(
                name
                for number, names in zip(numbers, labels, strict=True)
                if number in tested_places
                for name in names
            )
            answer |= {"train": len(numbers) - len(tested_places), "test": len(tested_places)}
        except TooFew as few:
            answer["problem"] = few_sentence(few.labels)
    answer["labels"] = [(name, count - tested[name], tested[name]) for name, count in sorted(counts.items())]
    return answer


def few_sentence(labels: Sequence[Any]) -> str:
    """Return why pictures cannot be divided."""
    names = ", ".join(str(label)[:60] for label in labels[:5]) or "every label"
    return f"To be divided, each label needs at least 2 pictures; too few have {names}."


def _rows_of(
    connection: Connection, import_id: str, options: ImportOptions
) -> tuple[list[int], list[tuple[str, ...]]]:
    numbers: list[int] = []
    labels: list[tuple[str, ...]] = []
    for _, rows in read_blocks(connection, import_id):
        for row in rows:
            if is_taken(row, options):
                numbers.append(row.number)
                labels.append(labels_of(row, options))
    return numbers, labels


def renamed_counts(
    labels: Mapping[str, Sequence[int]], options: ImportOptions
) -> list[tuple[str, int, int, str]]:
    """Return each label of the source: its name, pictures, boxes, and what it becomes."""
    return [
        (name, counts[0], counts[1], options.labels.get(name, name))
        for name, counts in sorted(labels.items())
    ]
