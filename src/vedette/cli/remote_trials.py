"""The client of `vedette trial` and `vedette feedback`: trials of a running server, and their pictures.

A verdict names the revision of the picture that was read for it, so that what somebody else said meanwhile is
named and stays. Nothing is verified that was not asked for by name, by a pattern or as all.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.cli.dataset_client import Selection, batches
from vedette.cli.remote import Server
from vedette.cli.remote_models import find_project
from vedette.errors import Missing, Wrong
from vedette.manifest.lines import BadLine, read_line
from vedette.manifest.places import split_s3

PAGE = 500
VERDICTS_AT_ONCE = 1000
"""As many as the operation takes."""
MOST_PICTURES = 2000
"""As many as a trial takes; more are refused before one is sent."""
USABLE = frozenset({".jpg", ".jpeg", ".png"})

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of verdicts: taken, or somebody else was faster, or the picture is gone."""

    accepted: Sequence[Facts]
    conflicts: Sequence[Facts]
    removed: Sequence[int]


class ProjectTrials:
    """The trials of one project."""

    def __init__(self, server: Server, project: str, service: str = "") -> None:
        self.service, self.arn = find_project(server, project, service)
        self.project = project
        self._server = server
        self._own = server.client("vedette")

    def begin(self, name: str, version: str, pictures: Mapping[str, Any]) -> Facts:
        """Begin a trial; `pictures` names them by the operation's own members."""
        request = {"ProjectArn": self.arn, "TrialName": name, "VersionName": version, **pictures}
        return self._trial(self._own.start_trial_detection(**request))

    def newest_first(self) -> Sequence[Facts]:
        """Return the trials, the newest first."""
        trials: Sequence[Facts] = self._own.list_trial_detections(ProjectArn=self.arn)["Trials"]
        return trials

    def find(self, text: str) -> Facts:
        """Return the trial of that name or id; the newest where none is named."""
        trials = [
            trial for trial in self.newest_first() if text in ("", trial["TrialName"], trial["TrialId"])
        ]
        if not trials:
            raise Missing(f"The project {self.project} has no trial {text}.".replace(" .", "."))
        if text and len(trials) > 1:
            ids = ", ".join(trial["TrialId"] for trial in trials)
            raise Wrong(f"{len(trials)} trials are called {text}; name one by its id: {ids}.")
        return trials[0]

    def describe(self, trial: str) -> Facts:
        """Return a trial as it is now."""
        return self._trial(self._own.describe_trial_detection(**self._names(trial)))

    def stop(self, trial: str) -> Facts:
        """Leave a trial off."""
        return self._trial(self._own.stop_trial_detection(**self._names(trial)))

    def delete(self, trial: str) -> None:
        """Forget a trial."""
        self._own.delete_trial_detection(**self._names(trial))

    def pictures(self, trial: str, **view: Any) -> Iterator[Facts]:
        """Yield the pictures of a trial that pass, a page at a time."""
        offset = 0
        while True:
            page = self._own.list_trial_pictures(
                **self._names(trial), **view, Offset=offset, MaxResults=PAGE
            )["Pictures"]
            yield from page
            offset += len(page)
            if len(page) < PAGE:
                return

    def verify(self, trial: str, verdicts: Sequence[Mapping[str, Any]]) -> Verification:
        """Say of pictures what is right; each verdict is as the operation has it."""
        result = Verification([], [], [])
        for batch in batches(verdicts, VERDICTS_AT_ONCE):
            answer = self._own.verify_trial_pictures(**self._names(trial), Verdicts=batch)
            result = Verification(
                [*result.accepted, *answer["Pictures"]],
                [*result.conflicts, *answer["Conflicts"]],
                [*result.removed, *answer.get("Gone", ())],
            )
        return result

    def add(self, trial: str, kind: str, numbers: Sequence[int]) -> Facts:
        """Put verified pictures into a dataset: of these numbers, or all."""
        names = {"PictureIds": list(numbers)} if numbers else {}
        answer: Facts = self._own.add_trial_pictures(**self._names(trial), DatasetType=kind, **names)
        return answer

    def upload(self, files: Sequence[Path], to: str, report: Callable[[int], None]) -> list[str]:
        """Put pictures of this computer below an address; return the addresses that they have there."""
        bucket, prefix = split_s3(f"{to.rstrip('/')}/x")
        s3 = self._server.client("s3")
        addresses = []
        for number, (key, file) in enumerate(_keys_of(files, prefix.removesuffix("x")).items(), start=1):
            s3.put_object(Bucket=bucket, Key=key, Body=file.read_bytes())
            addresses.append(f"s3://{bucket}/{key}")
            report(number)
        return addresses

    def _names(self, trial: str) -> dict[str, str]:
        return {"ProjectArn": self.arn, "TrialId": trial}

    def _trial(self, answer: Mapping[str, Any]) -> Facts:
        facts: Facts = answer["Trial"]
        return facts


def select(pictures: Iterable[Facts], patterns: Sequence[str]) -> Iterator[Facts]:
    """Yield the pictures of these numbers, addresses, ends of addresses or patterns."""
    numbers = {int(pattern) for pattern in patterns if pattern.isdecimal()}
    others = Selection(tuple(pattern for pattern in patterns if not pattern.isdecimal()))
    for picture in pictures:
        is_matching = bool(others.patterns) and others.matches(picture["SourceRef"])
        if picture["PictureId"] in numbers or is_matching:
            yield picture


def read_corrections(file: Path) -> dict[str, str]:
    """Return the lines of a manifest by the pictures that they are about."""
    lines: dict[str, str] = {}
    try:
        texts = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Wrong(f"{file} cannot be read, or is no manifest.") from None
    for number, text in enumerate(texts, start=1):
        if not text.strip():
            continue
        try:
            line = read_line(text, number=number)
        except BadLine as bad:
            raise Wrong(f"{file}: {bad.sentence}") from None
        if line.source in lines:
            raise Wrong(f"{file}: {line.source} stands in two of the lines.")
        lines[line.source] = line.text
    return lines


def pictures_below(sources: Sequence[str]) -> list[Path]:
    """Return the pictures that these files and folders of this computer name, each once."""
    files: dict[Path, None] = {}
    for source in sources:
        path = Path(source)
        if path.is_dir():
            below = sorted(item for item in path.rglob("*") if item.suffix.lower() in USABLE)
            files |= dict.fromkeys(item for item in below if item.is_file())
        elif path.is_file():
            files[path] = None
        else:
            raise Missing(f"There is no file or folder {source}.")
    if not files:
        raise Missing(f"There is no picture ({', '.join(sorted(USABLE))}) below {', '.join(sources)}.")
    if len(files) > MOST_PICTURES:
        raise Wrong(f"A trial has at most {MOST_PICTURES:,} pictures; these are {len(files):,}.")
    return list(files)


def _keys_of(files: Sequence[Path], prefix: str) -> dict[str, Path]:
    """Return a key for each file: its name, with the names of its folders where two have one name."""
    keys: dict[str, Path] = {}
    for file in files:
        parts = [part for part in file.absolute().parts if part.strip("/")]
        depth = 1
        while (key := prefix + "/".join(parts[-depth:])) in keys:
            depth += 1
        keys[key] = file
    return keys
