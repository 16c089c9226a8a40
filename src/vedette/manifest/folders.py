"""A folder as samples: where a picture lies says what it shows.

one subfolder a label                        classification
normal/ and anomaly/, or anomaly/<type>/     an anomaly set; normal/ alone is one too
"""

from pathlib import Path

from vedette.errors import Missing, Wrong
from vedette.vision.annotations import ANOMALY, NORMAL, Sample
from vedette.vision.files import SUFFIXES, pictures_in


def read_folder(folder: Path) -> list[Sample]:
    """Return the folder's samples, sorted by path; what is no picture by its name's ending is passed over."""
    if not folder.is_dir():
        raise Missing(f"There is no folder at {folder}.", kind="dataset", name=str(folder))
    inside = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    is_anomaly_set = bool(inside) and {p.name for p in inside} <= {NORMAL, ANOMALY}
    samples = [
        _judged(path, place) if is_anomaly_set else _named(path, place)
        for place in inside
        for path in pictures_in(place)
    ]
    if not samples:
        raise Wrong(
            f"{folder} has no labelled pictures: put them into one subfolder a label, "
            f"or into {NORMAL}/ and {ANOMALY}/.{_instead(folder)}",
            kind="dataset",
            name=str(folder),
        )
    return samples


def refuse_picture(path: Path) -> None:
    """Refuse a picture where a manifest is wanted, rather than call each of its bytes a wrong line."""
    if path.suffix.lower() in SUFFIXES:
        raise Wrong(
            f"{path} is one picture: name a folder with a subfolder a label, or a manifest.",
            kind="dataset",
            name=str(path),
        )


def _instead(folder: Path) -> str:
    """Return what there is instead of labelled pictures, if anything."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    loose = sum(1 for path in files if path.suffix.lower() in SUFFIXES)
    if loose:
        return f" {loose} pictures lie in {folder} itself, where nothing says what they show."
    if not files:
        return ""
    suffixes = ", ".join(sorted(SUFFIXES))
    return f" It holds {len(files)} files such as {files[0].name}, but none whose name ends in {suffixes}."


def _named(path: Path, place: Path) -> Sample:
    return Sample(path, labels=(place.name,), source=str(path))


def _judged(path: Path, place: Path) -> Sample:
    within = path.relative_to(place).parts
    kinds = within[:1] if place.name == ANOMALY and len(within) > 1 else ()
    return Sample(path, labels=kinds, is_anomalous=place.name == ANOMALY, source=str(path))
