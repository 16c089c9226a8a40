"""`vedette repair`: rebuild a lost index of the buckets, check every object, and manage the quarantine."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import click

from vedette.cli.credentials import Data
from vedette.cli.opening import settings_for
from vedette.cli.parts import require_part
from vedette.cli.signatures import Exit, Option
from vedette.errors import Missing, Refusal, Wrong

if TYPE_CHECKING:
    from vedette.settings import Settings
    from vedette.store.blobs.quarantine import QuarantinedFile
    from vedette.store.blobs.report import RepairReport

SHOWN = 10
"""So many lines of one kind are shown unless all are asked for."""

WORDS = {
    "journal": "rebuilt from its journal",
    "names": "rebuilt from the names of its files",
}


def repair(  # noqa: PLR0913  (an option each)
    dry_run: Annotated[bool, Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    deep: Annotated[bool, Option("--deep", help="Read every object and compare its MD5.")] = False,
    put_back: Annotated[
        bool, Option("--put-back", help="Turn files in quarantine into objects again.")
    ] = False,
    empty_quarantine: Annotated[
        bool, Option("--empty-quarantine", help="Delete the files in quarantine.")
    ] = False,
    forget_missing: Annotated[
        bool, Option("--forget-missing", help="Remove objects whose files are lost from the index.")
    ] = False,
    yes: Annotated[bool, Option("--yes", help="Do not ask before removing.")] = False,
    all_lines: Annotated[bool, Option("--all", help="Show every line, however many there are.")] = False,
    data: Data = None,
) -> None:
    """Check the buckets, and rebuild their index where it is lost or older than their folders.

    The server must be stopped. Nothing is removed: the old index and whatever is replaced stay
    beside, and files that no object names go into quarantine.
    """
    require_part("server")
    from vedette.store.blobs.repair import RepairOptions, repair_buckets

    settings = settings_for(data)
    with _locked_buckets(settings) as root:
        if empty_quarantine:
            _empty(root, is_sure=yes, is_dry=dry_run)
            return
        options = RepairOptions(_account(settings), settings.region, dry_run, deep, put_back, forget_missing)
        report = repair_buckets(root, options)
        for line in describe_report(report, root, most=sys.maxsize if all_lines else SHOWN):
            print(line)
        print(*_ending(report, is_dry=dry_run), sep="\n")
    if not report.is_whole:
        raise Exit(1)


@contextmanager
def _locked_buckets(settings: "Settings") -> Iterator[Path]:
    """Yield the folder of the buckets, locked against servers; a refusal ends the command with a sentence."""
    # The server's own imports are the larger part of a start; `vedette --help` does without them.
    from vedette.server.holding import locked
    from vedette.server.installation import in_a_sentence
    from vedette.store.blobs.choose import buckets_folder
    from vedette.store.modes import private

    try:
        if settings.s3_endpoint:
            raise Wrong(f"The buckets lie at {settings.s3_endpoint}, which keeps them itself.")
        root = buckets_folder(settings)
        if not root.is_dir():
            raise Missing(f"There are no buckets in {settings.data}; --data names another folder.")
        with private(), in_a_sentence(settings.data), locked(settings.data):
            yield root.resolve()
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise Exit(2) from None


def _account(settings: "Settings") -> str:
    """Return the account of the installation, or of the settings where its database is lost too."""
    from vedette.server.installation import open_installation

    try:
        with open_installation(settings) as installation:
            return installation.settings.account
    except Refusal as refusal:
        print(f"Note: {refusal.sentence}", file=sys.stderr)
        return settings.account


def describe_report(report: "RepairReport", root: Path, *, most: int) -> Iterator[str]:
    """Yield the report of a repair, as lines for a person."""
    yield (
        f"{root}: {_count(report.buckets, 'bucket')}, {_count(report.objects, 'object')},"
        f" {_count(report.versions, 'version')}, {report.size:,} bytes."
    )
    for bucket, source in sorted(report.sources.items()):
        if source in WORDS:
            yield f"  {bucket}: {WORDS[source]}"
    for kind, notices in report.notices.items():
        yield f"{kind} ({len(notices):,}):"
        yield from (_line(notice.subject, notice.sentence) for notice in notices[:most])
        if len(notices) > most:
            yield f"  … and {len(notices) - most:,} more; --all shows them"
    waiting = _waiting(root)
    if waiting:
        size = sum(item.size for item in waiting)
        yield f"In quarantine: {_count(len(waiting), 'file')}, {size:,} bytes, in {root / '.quarantine'}."


def _ending(report: "RepairReport", *, is_dry: bool) -> Iterator[str]:
    if is_dry:
        yield "Nothing was changed."
        return
    if report.returned:
        yield f"Returned from quarantine: {_count(len(report.returned), 'file')}."
    if report.put_aside:
        yield f"Put into quarantine: {_count(report.put_aside, 'file')}."
    if report.old_index is not None:
        yield f"The old index is kept as {report.old_index}."
    if report.is_new:
        yield "Lifecycle rules are paused: check the buckets, then type `vedette lifecycle resume`."
    yield "Every object has its bytes." if report.is_whole else "Objects are missing or damaged; see above."


def _empty(root: Path, *, is_sure: bool, is_dry: bool) -> None:
    from vedette.store.blobs.quarantine import empty

    waiting = _waiting(root)
    if not waiting:
        print("The quarantine is empty.")
        return
    size = sum(item.size for item in waiting)
    print(f"In quarantine: {_count(len(waiting), 'file')}, {size:,} bytes.")
    for item in waiting[:SHOWN]:
        print(_line(item.path, item.reason))
    if is_dry:
        print("Nothing was changed.")
        return
    if not is_sure:
        click.confirm("Delete them?", abort=True)
    print(f"Removed {_count(empty(root), 'file')}.")


def _waiting(root: Path) -> "list[QuarantinedFile]":
    from vedette.store.blobs.quarantine import quarantined

    return list(quarantined(root))


def _line(subject: str, sentence: str) -> str:
    # A name that is no text cannot be printed as it is.
    line = f"  {subject}: {sentence}" if sentence else f"  {subject}"
    return line.encode("utf-8", "backslashreplace").decode()


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
