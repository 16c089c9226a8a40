"""What people say of a trial's guesses: each said of a revision, so that two people overwrite nothing.

Of many pictures at once those that nobody else has changed are taken, and the others are named with what was
said of them: nothing that somebody said is lost, and nobody's word stands in for another's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from vedette.clock import Clock, milliseconds
from vedette.errors import Missing, Wrong
from vedette.identity.principal import Principal
from vedette.manifest import anomaly
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import SOURCE, BadLine, read_line, write_line
from vedette.projects.project import Project
from vedette.store.db import Database
from vedette.trials import records
from vedette.trials.running import JOB_NAME
from vedette.trials.values import MOST_VERDICTS, PictureVerdict, Trial, TrialPicture


@dataclass(frozen=True, slots=True)
class VerdictResult:
    """The pictures whose verdicts were taken, and those that somebody else has changed meanwhile.

    `removed` are samples of production that were removed meanwhile, as their plan says.
    """

    accepted: Sequence[TrialPicture]
    conflicts: Sequence[TrialPicture]
    removed: Sequence[int]


def verify(
    database: Database,
    clock: Clock,
    project: Project,
    trial: Trial,
    verdicts: Sequence[PictureVerdict],
    caller: Principal,
) -> VerdictResult:
    """Write down what somebody says of guesses."""
    _refuse_twins(verdicts)
    stamp = Stamp(moment=clock(), job=JOB_NAME)
    facts = {"verified_by": caller.arn, "verified_ms": milliseconds(stamp.moment)}
    accepted, conflicts, removed = [], [], []
    with database.write() as connection:
        pictures = records.pictures_at(connection, trial.id, [verdict.number for verdict in verdicts])
        for verdict in verdicts:
            if trial.kind == "production" and verdict.number not in pictures:
                removed.append(verdict.number)
                continue
            picture = _require(pictures, verdict)
            line = _line(project, picture, verdict, stamp)
            if _says_the_same(picture, verdict, line):
                accepted.append(verdict.number)
            elif picture.revision != verdict.revision or picture.added:
                conflicts.append(verdict.number)
            else:
                _write(connection, picture, verdict, line, facts)
                accepted.append(verdict.number)
        pictures = records.pictures_at(connection, trial.id, [*accepted, *conflicts])
    return VerdictResult(
        [pictures[number] for number in accepted], [pictures[number] for number in conflicts], removed
    )


def _refuse_twins(verdicts: Sequence[PictureVerdict]) -> None:
    if not 1 <= len(verdicts) <= MOST_VERDICTS:
        raise Wrong(f"From 1 to {MOST_VERDICTS:,} pictures can be verified at once, not {len(verdicts):,}.")
    if len({verdict.number for verdict in verdicts}) < len(verdicts):
        raise Wrong("A picture is named twice.", kind="trial")


def _require(pictures: Mapping[int, TrialPicture], verdict: PictureVerdict) -> TrialPicture:
    picture = pictures.get(verdict.number)
    if picture is None:
        raise Missing(f"The trial has no picture {verdict.number}.", kind="trial", name=str(verdict.number))
    if picture.state != "answered":
        raise Wrong(f"Picture {verdict.number} has no answer that could be verified.", kind="trial")
    return picture


def _line(project: Project, picture: TrialPicture, verdict: PictureVerdict, stamp: Stamp) -> str:
    """Return what the picture shows by this verdict; nothing where it does not say that."""
    if verdict.verdict == "correct":
        return picture.line
    if verdict.verdict == "corrected":
        return _judged(project, picture, verdict.line)
    is_anomalous = picture.guess.get("is_anomalous")
    if verdict.verdict == "none" or is_anomalous is None:
        return ""
    # Of two classes what is not the one is the other.
    values = anomaly.write_class(is_anomalous=not is_anomalous, stamp=stamp)
    return write_line({SOURCE: picture.address, **values}).text


def _judged(project: Project, picture: TrialPicture, text: str) -> str:
    """Return the line that somebody made, or refuse what is none for this picture."""
    try:
        line = read_line(text.strip(), number=picture.number)
    except BadLine as bad:
        raise Wrong(bad.sentence, kind="entries") from None
    if line.source != picture.address:
        raise Wrong(f"The line of picture {picture.number} is about another picture.", kind="entries")
    verdict = project.dialect.judge_line(line)
    if verdict.state != "valid":
        reason = verdict.errors[0].message if verdict.errors else "it says nothing of the picture"
        raise Wrong(f"The line of picture {picture.number} cannot be learnt from: {reason}.", kind="entries")
    return line.text


def _says_the_same(picture: TrialPicture, verdict: PictureVerdict, line: str) -> bool:
    if picture.verdict != verdict.verdict:
        return False
    return verdict.verdict != "corrected" or picture.verified_line == line


def _write(
    connection: Connection,
    picture: TrialPicture,
    verdict: PictureVerdict,
    line: str,
    facts: Mapping[str, Any],
) -> None:
    values = {"verdict": verdict.verdict, "verified_line": line, "revision": picture.revision + 1, **facts}
    if verdict.verdict == "none":
        values |= {"verified_by": "", "verified_ms": 0}
    records.change_picture(connection, picture.trial, picture.number, values)
