"""Checks of an installation, each with its result in a sentence, for `vedette doctor`.

Nothing is created, moved or repaired here. A server may be running, and need not.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Literal

from vedette.clock import Clock, from_milliseconds, system_clock
from vedette.datasets.sizes import largest_datasets
from vedette.errors import Refusal
from vedette.projects.projects import Projects
from vedette.projects.version import MOVES
from vedette.projects.versions import Versions
from vedette.server.installation import CHECKED_AT_START, check_pages, no_installation, open_installation
from vedette.settings import Settings
from vedette.store.blobs.caution import lifecycle_pause
from vedette.store.blobs.choose import buckets_folder
from vedette.store.blobs.quarantine import quarantined
from vedette.store.blobs.standing import require_index
from vedette.store.modes import is_open, open_paths
from vedette.store.reserve import NAME
from vedette.training.order import SEALED_BY

Verdict = Literal["good", "note", "bad"]
# More than so many files that others can read are told by their number only.
COUNTED = 1000
# Datasets whose size is held against what is allowed, the largest first.
LOOKED_AT = 20
# File systems and clocks of networks differ by seconds; an hour is a time zone set wrongly.
AHEAD = timedelta(minutes=5)
# This release was made later than this: a clock that says less has never been set.
RELEASED = datetime.fromisoformat("2026-11-01T00:00:00+00:00")


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """The result of one check."""

    subject: str
    verdict: Verdict
    sentence: str


def examine_installation(settings: Settings, clock: Clock = system_clock) -> Iterator[HealthCheck]:
    """Yield what is to be said of the installation in the data folder."""
    data = settings.data
    if not data.exists():
        yield HealthCheck("installation", "note", no_installation(data).sentence)
        return
    checks: tuple[Callable[[], HealthCheck], ...] = (
        lambda: _belongs_together(settings),
        lambda: _other_users(data),
        lambda: _reserve(data),
        lambda: _buckets(settings),
        lambda: _encryption(settings),
        lambda: _entries(settings),
        lambda: _clock(data, clock),
    )
    for check in checks:
        try:
            yield check()
        except OSError as error:
            yield HealthCheck("installation", "bad", f"{data} cannot be read: {error}")


def _belongs_together(settings: Settings) -> HealthCheck:
    try:
        with open_installation(settings) as installation:
            file = installation.database.file
            large = file is not None and file.stat().st_size > CHECKED_AT_START
            damage = check_pages(installation.database) if large else ""
            account, region = installation.settings.account, installation.settings.region
    except Refusal as refusal:
        verdict: Verdict = "note" if "There is no installation" in refusal.sentence else "bad"
        return HealthCheck("installation", verdict, refusal.sentence)
    if damage:
        return HealthCheck(
            "installation", "bad", f"The database is damaged: {damage}. See `vedette restore`."
        )
    sentence = f"account {account}, region {region}; its database is whole, and its key opens it"
    return HealthCheck("installation", "good", sentence)


def _other_users(data: Path) -> HealthCheck:
    first = list(islice(open_paths(data), COUNTED))
    if not first:
        return HealthCheck("other users", "good", f"only its owner can read {data}")
    number = f"{len(first)} or more" if len(first) == COUNTED else str(len(first))
    sentence = (
        f"{number} files and folders are open to others, such as {first[0]}; the next start closes them"
    )
    return HealthCheck("other users", "bad" if is_open(data) else "note", sentence)


def _reserve(data: Path) -> HealthCheck:
    try:
        size = (data / NAME).stat().st_size
    except FileNotFoundError:
        sentence = "there is none: a server makes one when there is room, and refuses writes on a full disk"
        return HealthCheck("reserve", "note", sentence)
    return HealthCheck("reserve", "good", f"{size / 1024**2:.0f} MiB are kept for deleting on a full disk")


def _buckets(settings: Settings) -> HealthCheck:
    if settings.s3_endpoint:
        return HealthCheck(
            "buckets", "note", f"lie at {settings.s3_endpoint}, and are its operator's to keep"
        )
    root = buckets_folder(settings)
    try:
        require_index(root)
    except Refusal as refusal:
        return HealthCheck("buckets", "bad", refusal.sentence)
    notes = []
    standing = lifecycle_pause(root)
    if standing is not None:
        since = standing.since.isoformat(timespec="minutes")
        notes.append(f"lifecycle rules remove nothing since {since}: {standing.reason}")
    aside = sum(1 for _ in quarantined(root))
    if aside:
        notes.append(f"{aside} files of unknown origin are in quarantine: see `vedette repair`")
    if notes:
        return HealthCheck("buckets", "note", "; ".join(notes))
    return HealthCheck("buckets", "good", "the index is there and whole, and nothing is in quarantine")


def _encryption(settings: Settings) -> HealthCheck:
    """Say how many models lie sealed under a key, and which name one and lie in clear."""
    try:
        with open_installation(settings) as installation:
            database = installation.database
            every = Versions(database, Projects(database)).in_state(*MOVES)
    except Refusal:
        every = ()
    sealed = [version for version in every if version.inputs.get(SEALED_BY)]
    clear = [version for version in every if version.inputs.get("kms_key") and version not in sealed]
    if clear:
        sentence = f"{len(clear)} models name a KmsKeyId of before there were keys here, and lie in clear"
        return HealthCheck("encryption", "note", f"{sentence}: train them anew")
    return HealthCheck("encryption", "good", f"{len(sealed)} models lie sealed under keys")


def _entries(settings: Settings) -> HealthCheck:
    """Say how large datasets may become, and which one is larger already: nothing more goes into that one."""
    larger = settings.dataset_entries
    try:
        with open_installation(settings) as installation:
            largest = largest_datasets(installation.database, LOOKED_AT)
    except Refusal:
        largest = []
    for project, dataset in largest:
        most = project.dialect.with_room_for(larger).datasets.entries[dataset.kind]
        if dataset.counts.total > most:
            sentence = (
                f"the {dataset.kind} dataset of {project.name} has {dataset.counts.total:,} entries, where "
                f"{most:,} are allowed: it takes no more unless VEDETTE_DATASET_ENTRIES says so"
            )
            return HealthCheck("datasets", "note", sentence)
    if not larger:
        return HealthCheck("datasets", "good", "may have as many entries as each service allows")
    return HealthCheck("datasets", "good", f"may have {larger:,} entries, or as many as a service allows")


def _clock(data: Path, clock: Clock) -> HealthCheck:
    now = clock()
    if now < RELEASED:
        return HealthCheck("clock", "bad", f"it says {now:%Y-%m-%d}, before this release was made")
    for file in (data / "vedette.db", data / "installation.json"):
        if file.exists():
            modified = from_milliseconds(int(file.stat().st_mtime * 1000))
            if modified > now + AHEAD:
                sentence = (
                    f"{file} was written at {modified:%Y-%m-%d %H:%M}, which is in the future: it jumped"
                )
                return HealthCheck("clock", "bad", sentence)
    return HealthCheck("clock", "good", f"{now:%Y-%m-%d %H:%M} UTC, later than anything in the folder")
