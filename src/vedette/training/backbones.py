"""Weights that trainings of an account may begin from, besides those that are built in.

They lie in `backbones/ACCOUNT` of the data folder, which all servers share: the weights under a name of their
own, and beside them the card `NAME.json`, which comes last and goes first. A training links the weights into
its own folder when it is asked for, so that nothing that happens here afterwards changes what it learns from.
Those of an object that lies sealed have a folder of their own, sealed by the key that the service keeps.
"""

import hashlib
import json
import logging
import os
import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from vedette.clock import Clock, milliseconds
from vedette.engines.port import LAST, Engine, Job
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.file_access import create_file, is_sealed_place, link_file, open_file, size_of, sync_file
from vedette.identity.access import ObjectAccess
from vedette.identity.principal import Principal
from vedette.projects.versions import Versions
from vedette.store.blobs.port import Blobs
from vedette.store.blobs.sealed import is_sealed_stream
from vedette.store.sealed_folders import keys_for, mark_folder, read_mark
from vedette.training.folder import Folder
from vedette.training.order import BACKBONE, BUILT_IN_BACKBONE
from vedette.training.seals import VersionSeals

log = logging.getLogger(__name__)

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}\Z")
# What stands for something else in a name of a backbone (learn/net/backbones).
RESERVED = (BUILT_IN_BACKBONE, "file", "transformers")
SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")
# As much as the reader of weights takes (learn/net/weight_files.py, which needs torch).
MOST_BYTES = 2 * 1024**3
# Of one account: each is some tens of megabytes.
MOST_BACKBONES = 50
PIECE = 1 << 20
# Weights without a card may be those that another server is taking in; after this long they are a stop's.
ABANDONED_S = 24 * 3600
# How many trainings a refusal names.
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class BackboneCard:
    """What is known of weights: the network they are of, and what a picture took when they came."""

    name: str
    file: str
    sha256: str
    network: str
    size: int
    milliseconds: float
    licence: str
    added_by: str
    added_ms: int


@dataclass(frozen=True, slots=True)
class NewBackbone:
    """Weights to be taken in, out of a bucket."""

    name: str
    bucket: str
    key: str
    licence: str = ""


@dataclass(frozen=True, slots=True)
class Backbones:
    """The weights of all accounts."""

    root: Path
    versions: Versions
    blobs: Blobs
    access: ObjectAccess
    engine: Engine
    clock: Clock
    # None in tests that have no keys; there nothing is sealed.
    seals: VersionSeals | None = None

    def start(self) -> None:
        """Take away weights that lie without a card for a day: what a stop left of some that were added."""
        for folder in self.root.glob("*/"):
            cards = self.list(folder.name)
            if len(cards) < len([*folder.glob("*.json")]):
                continue  # whose weights those are is not known
            files = {card.file for card in cards}
            for file in folder.iterdir():
                names = {file.name, f"{file.name}/{file.name}"}
                if file.suffix != ".json" and files.isdisjoint(names) and self._is_abandoned(file):
                    _discard(file)

    def list(self, account: str) -> list[BackboneCard]:
        """Return what an account has, by name."""
        cards = (_read(place) for place in sorted((self.root / account).glob("*.json")))
        return [card for card in cards if card is not None]

    def find(self, account: str, name: str) -> BackboneCard:
        """Return the card of a name."""
        card = _read(self._card(account, name)) if NAME.match(name) else None
        if card is None:
            names = ", ".join([BUILT_IN_BACKBONE, *(other.name for other in self.list(account))])
            raise Missing(
                f'There is no backbone "{name:.80}"; there are {names}.', kind="backbone", name=name
            )
        return card

    def add(self, caller: Principal, new: NewBackbone) -> BackboneCard:
        """Take weights in, after a process of its own has opened and timed them."""
        account, suffix = caller.account, PurePosixPath(new.key).suffix.lower()
        self._refuse(account, new, suffix)
        self._refuse_source(caller, new)
        folder = self.root / account
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / f"{new.name}-{secrets.token_hex(8)}{suffix}"
        try:
            with self.blobs.open(new.bucket, new.key) as stream:
                file = self._lay_out(account, place, stream)
                sha256 = _copy(stream, file)
            facts = self._check(file, new)
            card = BackboneCard(
                new.name,
                file.relative_to(folder).as_posix(),
                sha256,
                str(facts["network"]),
                size_of(file),
                float(facts["milliseconds"]),
                new.licence,
                caller.arn,
                milliseconds(self.clock()),
            )
            self._publish(account, card)
        except BaseException:
            _discard(place)
            raise
        return card

    def remove(self, account: str, name: str) -> None:
        """Take weights away; models that were trained from them go on as they are."""
        card = self.find(account, name)
        waiting = [version.path for version in self._needing(account, name)]
        if waiting:
            names = ", ".join(waiting[:MOST_NAMED])
            more = f" and {len(waiting) - MOST_NAMED} more" if len(waiting) > MOST_NAMED else ""
            raise Busy(
                f"The backbone {name} is what these trainings begin from: {names}{more}. Remove it when they "
                "are over, or stop them.",
                kind="backbone",
                name=name,
            )
        self._card(account, name).unlink(missing_ok=True)
        _discard(self.root / account / PurePosixPath(card.file).parts[0])

    def lend(self, account: str, name: str, folder: Folder) -> Mapping[str, Any]:
        """Link weights into a training's folder; return what its version keeps of them."""
        card = self.find(account, name)
        self._put(account, card, folder)
        return {BACKBONE: {"name": name, "file": card.file, "sha256": card.sha256, "network": card.network}}

    def restore(self, account: str, inputs: Mapping[str, Any], folder: Folder) -> str:
        """Return the name of a training's weights in its folder, which are those that it was asked for with.

        What has gone from the folder is looked for by its digest, under whatever name.
        """
        if not (weights := inputs.get(BACKBONE)):
            return ""
        name, sha256 = weights["name"], weights["sha256"]
        place = folder.weights / f"{name}{PurePosixPath(weights['file']).suffix}"
        if not place.is_file() or _digest(place) != sha256:
            same = next((card for card in self.list(account) if card.sha256 == sha256), None)
            if same is None:
                raise Missing(
                    f"The weights {name} that the training was asked for with are not there any more.",
                    kind="backbone",
                    name=name,
                )
            shutil.rmtree(folder.weights, ignore_errors=True)
            self._link(account, same, place)
        return place.name

    # Inside

    def _is_abandoned(self, file: Path) -> bool:
        try:
            return self.clock().timestamp() - file.stat().st_mtime > ABANDONED_S
        except FileNotFoundError:
            return False

    def _put(self, account: str, card: BackboneCard, folder: Folder) -> None:
        place = folder.weights / f"{card.name}{PurePosixPath(card.file).suffix}"
        try:
            self._link(account, card, place)
        except FileNotFoundError as error:
            raise Missing(f"The backbone {card.name} has just been removed.", kind="backbone") from error

    def _link(self, account: str, card: BackboneCard, place: Path) -> None:
        """Put weights into a training's folder, which is sealed as they are where it is not by itself."""
        source = self.root / account / card.file
        place.parent.mkdir(parents=True, exist_ok=True)
        mark = read_mark(source.parent)
        if mark is None or is_sealed_place(place):
            link_file(source, place)
            return
        # The mark opens the file wherever the two lie together.
        mark_folder(place.parent, mark)
        try:
            os.link(source, place)
        except FileNotFoundError:
            raise
        except OSError:
            shutil.copyfile(source, place)

    def _needing(self, account: str, name: str) -> Iterator[Any]:
        for version in self.versions.in_state("training"):
            uses = version.inputs.get(BACKBONE) or {}
            if version.project.scope.account == account and uses.get("name") == name:
                yield version

    def _card(self, account: str, name: str) -> Path:
        return self.root / account / f"{name}.json"

    def _refuse(self, account: str, new: NewBackbone, suffix: str) -> None:
        """Refuse what its name, its file's or the number of others forbids."""
        if not NAME.match(new.name) or new.name in RESERVED:
            raise Wrong(
                f'"{new.name:.80}" cannot be the name of a backbone: small letters, digits, - and _, and '
                "none built in.",
                kind="backbone",
                name=new.name,
            )
        if suffix not in SUFFIXES:
            raise Wrong(f"{new.key:.200} is none of {', '.join(SUFFIXES)}.", kind="file", name=new.key)
        if self._card(account, new.name).is_file():
            raise _taken(new.name)
        if len(self.list(account)) >= MOST_BACKBONES:
            raise TooMuch(f"An account has at most {MOST_BACKBONES} backbones; remove one first.")

    def _refuse_source(self, caller: Principal, new: NewBackbone) -> None:
        """Refuse weights that are not there, that the caller may not read, and that are too many."""
        absent = Missing(
            f"There is no s3://{new.bucket}/{new.key}, or whoever asked for it may not read it.",
            kind="file",
            name=new.key,
        )
        if not self.access.may_read(caller, new.bucket, new.key):
            raise absent
        try:
            size = self.blobs.find(new.bucket, new.key).size
        except Missing:
            raise absent from None
        if size > MOST_BYTES:
            raise Wrong(
                f"{new.key} has {size:,} bytes; {MOST_BYTES:,} are the most.", kind="file", name=new.key
            )

    def _lay_out(self, account: str, place: Path, stream: BinaryIO) -> Path:
        """Return where weights are to lie: in a sealed folder, if they come out of a sealed object."""
        if self.seals is None or not is_sealed_stream(stream):
            return place
        place.mkdir()
        mark_folder(place, self.seals.mark_for_account(account, f"{account}/{place.name}"))
        return place / place.name

    def _check(self, file: Path, new: NewBackbone) -> Mapping[str, Any]:
        """Return what the weights were found to be, in a process that may die of them."""
        run = self.engine.submit(Job("check-backbone", {"file": str(file)}, keys=keys_for(file)))
        *_, last = (event for event in self.engine.events(run) if event.kind in LAST)
        if last.kind == "done":
            return last.facts
        if "refusal" not in last.facts:
            death = "the process that opened it ended"
            reason = str(last.facts.get("traceback", death)).strip().rpartition("\n")[2]
            raise Wrong(f"{new.key} could not be opened: {reason}.", kind="file", name=new.key)
        sentence = str(last.facts["sentence"]).replace(str(file), new.key)
        raise Wrong(sentence, kind="file", name=new.key)

    def _publish(self, account: str, card: BackboneCard) -> None:
        """Write the card, unless another one came under that name meanwhile."""
        place = self._card(account, card.name)
        with _beside(place, json.dumps(asdict(card), indent=1)) as beside:
            try:
                os.link(beside, place)
            except FileExistsError:
                raise _taken(card.name) from None


@contextmanager
def _beside(place: Path, text: str) -> Iterator[Path]:
    """A file with a text beside a place, which goes away again."""
    beside = place.with_name(f".{place.stem}-{secrets.token_hex(4)}")
    try:
        with beside.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        yield beside
    finally:
        beside.unlink(missing_ok=True)


def _copy(stream: BinaryIO, file: Path) -> str:
    """Write a stream into a file; return the digest of what it was."""
    digest = hashlib.sha256()
    with create_file(file) as out:
        while piece := stream.read(PIECE):
            digest.update(piece)
            out.write(piece)
    sync_file(file)
    return digest.hexdigest()


def _discard(place: Path) -> None:
    """Remove weights: a file, or a sealed folder with one."""
    if place.is_dir():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)


def _taken(name: str) -> Taken:
    return Taken(f"There is a backbone {name}; remove it first.", kind="backbone", name=name)


def _read(place: Path) -> BackboneCard | None:
    """Return a card; nothing where there is none, where it has just been removed, and where it is damaged."""
    try:
        return BackboneCard(**json.loads(place.read_bytes()))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        log.warning("The card of a backbone at %s cannot be read: %s", place, error)
        return None


def _digest(place: Path) -> str:
    with open_file(place) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
