"""Pictures of trials at a terminal: listed, pictures, verified and added; `trial` and `feedback` share it."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from vedette.cli.dataset_edits import DatasetKind
from vedette.cli.listing import Columns, is_for_people, print_list
from vedette.cli.remote_trials import Facts, ProjectTrials, Verification, read_corrections, select
from vedette.cli.signatures import Argument, Exit, Option
from vedette.errors import Missing, Wrong


class GuessVerdict(StrEnum):
    """What a person says of a guess."""

    CORRECT = "correct"
    INCORRECT = "incorrect"
    CORRECTED = "corrected"
    NONE = "none"


class PictureOrder(StrEnum):
    """What stands first."""

    DOUBT = "doubt"
    CONFIDENCE = "confidence"
    NUMBER = "number"


class PictureChoice(StrEnum):
    """Which pictures are listed."""

    ALL = "all"
    OPEN = "open"
    VERIFIED = "verified"
    UNREADABLE = "unreadable"


VIEWS: Mapping[PictureChoice, Mapping[str, Any]] = {
    PictureChoice.ALL: {},
    PictureChoice.OPEN: {"State": "answered", "Verified": False},
    PictureChoice.VERIFIED: {"Verified": True},
    PictureChoice.UNREADABLE: {"State": "unreadable"},
}

PICTURE_COLUMNS: Columns = {
    "id": "PictureId",
    "picture": "SourceRef",
    "state": "State",
    "guess": lambda picture: guess_of(picture),
    "confidence": lambda picture: picture["Confidence"] if picture["State"] == "answered" else None,
    "verdict": "Verdict",
    "verified_by": "VerifiedBy",
    "added_to": "AddedTo",
}
VerdictWord = Annotated[GuessVerdict, Argument(help="correct, incorrect, corrected (with --lines), or none.")]
Names = Annotated[
    list[str] | None,
    Argument(
        metavar="[PICTURE]...", help="Numbers, addresses, their ends (b42.png), or patterns ('*/night/*')."
    ),
]
Kind = Annotated[DatasetKind, Option("--type", help="Which dataset of the project.")]


@dataclass(frozen=True, slots=True)
class ListOptions:
    """Which pictures are listed, and how."""

    order: Annotated[PictureOrder, Option(help="What stands first: doubt, confidence or number.")] = (
        PictureOrder.DOUBT
    )
    only: Annotated[PictureChoice, Option(help="Which pictures: all, open, verified or unreadable.")] = (
        PictureChoice.ALL
    )
    most: Annotated[int, Option(min=1, max=10_000, help="How many to list.")] = 20
    as_lines: Annotated[
        bool, Option("--as-lines", help="Print manifest lines: what was verified, or what was guessed.")
    ] = False


@dataclass(frozen=True, slots=True)
class VerdictOptions:
    """Which pictures are verified beside those that are named, and what they show."""

    all_open: Annotated[bool, Option("--all", help="All that nobody has verified.")] = False
    lines: Annotated[
        Path | None, Option(help="A manifest whose lines say what pictures show (corrected).")
    ] = None
    again: Annotated[bool, Option("--again", help="Also those that are verified already, by whomever.")] = (
        False
    )


@dataclass(frozen=True, slots=True)
class OpenTrial:
    """The pictures of one trial, or those that a version keeps: where they are, and as which trial."""

    trials: ProjectTrials
    trial: str

    def show(self, options: ListOptions, marked: Sequence[int] = ()) -> None:
        """Print the pictures that are wanted."""
        view = VIEWS[options.only]
        pictures = list(self.trials.pictures(self.trial, Order=options.order.value, **view))
        show_pictures(pictures, options.most, as_lines=options.as_lines, marked=marked)

    def verify(self, verdict: GuessVerdict, patterns: Sequence[str], options: VerdictOptions) -> None:
        """Say of the chosen pictures that their guesses are right, or what they show instead."""
        corrections = _corrections(verdict, options.lines)
        pictures = list(self._choose(patterns, corrections, is_all=options.all_open))
        if not pictures:
            raise Missing("The trial has no such picture with a guess.")
        takes_all = options.again or verdict is GuessVerdict.NONE
        open_ones = [item for item in pictures if takes_all or item["Verdict"] == "none"]
        if count := len(pictures) - len(open_ones):
            print(f"{count} verified already stay as they are; --again says them anew.", file=sys.stderr)
        verdicts = [_verdict_of(picture, verdict, corrections) for picture in open_ones]
        result = self.trials.verify(self.trial, verdicts) if verdicts else Verification([], [], [])
        _show_verification(verdict, result)

    def add(self, kind: DatasetKind, patterns: Sequence[str]) -> None:
        """Put verified pictures into a dataset, and print what became of them."""
        verified = self.trials.pictures(self.trial, Verified=True)
        pictures = {picture["PictureId"]: picture for picture in verified}
        numbers = [item["PictureId"] for item in select(pictures.values(), patterns)] if patterns else []
        if patterns and not numbers:
            raise Missing("The trial has no such verified picture.")
        answer = self.trials.add(self.trial, kind.value, numbers)
        present = f"; {answer['Present']} were there already" if answer["Present"] else ""
        print(f"Added: {answer['Added']} pictures to the {kind} dataset of {self.trials.project}{present}.")
        if labels := answer.get("NewLabels"):
            names = ", ".join(printable(name) for name in labels)
            print(f"Labels that no picture of the project had: {names}.", file=sys.stderr)
        for item in answer["LeftOut"]:
            source = pictures.get(item["PictureId"], {}).get("SourceRef", item["PictureId"])
            print(f"Left out: {printable(str(source))}: {item['Reason']}", file=sys.stderr)

    def _choose(
        self, patterns: Sequence[str], corrections: Mapping[str, str], *, is_all: bool
    ) -> Iterator[Facts]:
        """Yield the pictures that are meant, of those with a guess."""
        if bool(patterns) + is_all + bool(corrections) != 1:
            raise Wrong("Say which pictures: by name, by --all, or by the lines of --lines.")
        pictures = list(self.trials.pictures(self.trial, State="answered"))
        if corrections:
            if strangers := corrections.keys() - {picture["SourceRef"] for picture in pictures}:
                raise Missing(f"The trial has no picture {min(strangers)} with a guess.")
            yield from (picture for picture in pictures if picture["SourceRef"] in corrections)
        elif is_all:
            yield from (picture for picture in pictures if picture["Verdict"] == "none")
        else:
            yield from select(pictures, patterns)


def show_pictures(
    pictures: Sequence[Facts], most: int, *, as_lines: bool, marked: Sequence[int] = ()
) -> None:
    """Print pictures as rows or as manifest lines; `marked` ones have a star."""
    if as_lines:
        for picture in pictures[:most]:
            if line := picture["VerifiedLine"] or picture["Line"]:
                print(line)
    elif pictures or not is_for_people():
        columns = {**PICTURE_COLUMNS, "marked": lambda picture: picture["PictureId"] in marked}
        print_list(columns, pictures[:most], lambda picture: _row(picture, marked))
    if len(pictures) > most:
        print(f"There are {len(pictures) - most} more; --most lists more than {most}.", file=sys.stderr)


def printable(text: str) -> str:
    """Return a text for a terminal: a key may hold any sign, also those that move the cursor."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


def person_of(arn: str) -> str:
    """Return the name in an ARN: of a user, of a role's session, or root."""
    return arn[max(arn.rfind("/"), arn.rfind(":")) + 1 :]


def _corrections(verdict: GuessVerdict, lines: Path | None) -> dict[str, str]:
    if (lines is not None) != (verdict is GuessVerdict.CORRECTED):
        raise Wrong("What a corrected picture shows is said by --lines FILE, and only then.")
    return {} if lines is None else read_corrections(lines)


def _show_verification(verdict: GuessVerdict, result: Verification) -> None:
    print(f"Verified: {len(result.accepted)} as {verdict}.")
    for picture in result.conflicts:
        by = person_of(picture["VerifiedBy"]) or "somebody"
        source = printable(picture["SourceRef"])
        print(f"{source}: {by} said {picture['Verdict']} meanwhile; that stands.", file=sys.stderr)
    for number in result.removed:
        print(f"Picture {number} was removed meanwhile, as its settings say.", file=sys.stderr)
    if result.conflicts or result.removed:
        raise Exit(1)


def _verdict_of(picture: Facts, verdict: GuessVerdict, corrections: Mapping[str, str]) -> dict[str, Any]:
    request = {
        "PictureId": picture["PictureId"],
        "Verdict": verdict.value,
        "Revision": picture["Revision"],
    }
    return request | ({"Line": corrections[picture["SourceRef"]]} if corrections else {})


def _row(picture: Facts, marked: Sequence[int]) -> tuple[str, ...]:
    star = "*" if picture["PictureId"] in marked else " "
    added = f"in {picture['AddedTo']}" if picture["AddedTo"] else ""
    verdict = "" if picture["Verdict"] == "none" else picture["Verdict"]
    by = f"by {person_of(picture['VerifiedBy'])}" if verdict else ""
    return (
        f"{star}{picture['PictureId']}",
        printable(picture["SourceRef"]),
        printable(guess_of(picture)),
        f"{picture['Confidence']:.2f}" if picture["State"] == "answered" else "",
        " ".join(part for part in (verdict, by, added) if part),
    )


def guess_of(picture: Facts) -> str:
    """Return what was guessed of a picture, in a word."""
    if picture["State"] != "answered":
        return str(picture["Message"] or picture["State"])
    if "AnomalyClass" in picture:
        return str(picture["AnomalyClass"])
    boxes = [str(box["Label"]) for box in picture.get("Boxes", ())]
    return ", ".join(dict.fromkeys(boxes or picture["Labels"])) or "nothing"
