"""Verifies what a trail delivered: files by the hashes in digests, these by signatures and the ones before.

A digest's signature is a property of its object, and stands in the next digest as well: a folder that files
were copied into has all but the last one's. What was delivered after the last digest is named by none yet.
"""

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ROOT = "AWSLogs/"
STAMP = re.compile(r"_(\d{8}T\d{4})(\d\d)?Z(?:_[^_/]*)?\.json\.gz$")
# What anybody can name: a file of events is 5,000 of 50 kB at most, and is never so large packed out.
MOST_BYTES = 512 * 1024**2


class DeliveredFiles(Protocol):
    """Where delivered files are: a folder, or a bucket below a prefix."""

    def names(self) -> Iterable[str]:
        """Return the names of all files."""

    def read(self, name: str) -> tuple[bytes, Mapping[str, str]]:
        """Return a file and its object's properties; OSError where it cannot be read."""


@dataclass(slots=True)
class DeliveryVerdict:
    """What was found. `until` is the end of the last digest: nothing is said of later."""

    digests: int = 0
    files: int = 0
    until: str = ""
    # Digests whose signatures are not here: they and what they name may have been written anew.
    unsigned: int = 0
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Digest:
    name: str
    facts: Mapping[str, Any]
    hash: str
    signature: str

    @property
    def end(self) -> str:
        return str(self.facts["digestEndTime"])


def verify_delivered(source: DeliveredFiles, keys: Mapping[str, bytes]) -> DeliveryVerdict:
    """Hold delivered files to their digests; `keys` are public keys by their fingerprints."""
    verdict = DeliveryVerdict()
    # A name by its place, which is from AWSLogs/ on.
    places = {_place_of(name): name for name in source.names() if ROOT in name}
    chains = _read_digests(source, places, verdict)
    places_named: set[str] = set()
    for digests in chains:
        _verify_chain(digests, keys, verdict)
        places_named |= {
            _verify_file(source, places, entry, digest, verdict)
            for digest in digests
            for entry in digest.facts["logFiles"]
        }
    verdict.digests = sum(len(digests) for digests in chains)
    verdict.until = max((digests[-1].end for digests in chains), default="")
    _name_others([place for place in sorted(places) if place not in places_named], verdict)
    return verdict


def _read_digests(
    source: DeliveredFiles, places: Mapping[str, str], verdict: DeliveryVerdict
) -> list[list[_Digest]]:
    """Return the digests of each trail, the first ones first."""
    chains: defaultdict[str, list[_Digest]] = defaultdict(list)
    for place in sorted(places):
        digest = None
        if "/CloudTrail-Digest/" in place:
            digest = _read_digest(source, place, places[place], verdict)
        if digest is not None:
            chains[place.rsplit("_", 1)[0].rpartition("/")[2]].append(digest)
    return [sorted(digests, key=lambda digest: digest.end) for digests in chains.values()]


def _read_digest(source: DeliveredFiles, place: str, name: str, verdict: DeliveryVerdict) -> _Digest | None:
    digest = None
    try:
        packed, properties = source.read(name)
        text = _unpacked(packed)
        facts = json.loads(text)
        if isinstance(facts["logFiles"], list) and facts["digestEndTime"]:
            digest = _Digest(place, facts, sha256(text).hexdigest(), properties.get("signature", ""))
    except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
        digest = None
    if digest is None:
        verdict.findings.append(f"{place}: it is no digest, or is damaged")
        return None
    facts = digest.facts
    if _place_of(facts.get("digestS3Object")) != place:
        verdict.findings.append(
            f"{place}: it is the digest {facts.get('digestS3Object')}, and lies elsewhere"
        )
        return None
    return digest


def _verify_chain(digests: list[_Digest], keys: Mapping[str, bytes], verdict: DeliveryVerdict) -> None:
    for number, digest in enumerate(digests):
        before = digests[number - 1] if number else None
        following = digests[number + 1] if number + 1 < len(digests) else None
        _verify_link(digest, before, verdict)
        signature = digest.signature
        if (
            not signature
            and following
            and _place_of(following.facts.get("previousDigestS3Object")) == digest.name
        ):
            signature = str(following.facts.get("previousDigestSignature") or "")
        if not signature and following is None:
            verdict.unsigned += 1
            verdict.notes.append(
                f"{digest.name}: the last digest's signature is a property of its object, which is not here"
            )
        elif not _is_signed(digest, signature, keys):
            verdict.findings.append(
                f"{digest.name}: its signature is wrong, or is of a key that is not known"
            )


def _verify_link(digest: _Digest, before: _Digest | None, verdict: DeliveryVerdict) -> None:
    previous = _place_of(digest.facts.get("previousDigestS3Object"))
    if before is None:
        if previous:
            verdict.findings.append(f"{previous}: the digest is missing, which {digest.name} names")
        return
    if previous != before.name:
        verdict.findings.append(
            f"{previous or 'nothing'}: {digest.name} names it before itself, not {before.name}"
        )
    elif digest.facts.get("previousDigestHashValue") != before.hash:
        verdict.findings.append(f"{before.name}: it was changed")
    elif digest.facts.get("digestStartTime") != before.end:
        began = digest.facts.get("digestStartTime")
        verdict.notes.append(f"the trail was stopped from {before.end} to {began}: nothing was delivered")


def _is_signed(digest: _Digest, signature: str, keys: Mapping[str, bytes]) -> bool:
    facts = digest.facts
    before = facts.get("previousDigestSignature") or "null"
    place = f"{facts.get('digestS3Bucket')}/{facts.get('digestS3Object')}"
    signed = f"{digest.end}\n{place}\n{digest.hash}\n{before}".encode()
    try:
        key = serialization.load_der_public_key(keys[str(facts.get("digestPublicKeyFingerprint"))])
        if not isinstance(key, rsa.RSAPublicKey):
            return False
        key.verify(bytes.fromhex(signature), signed, padding.PKCS1v15(), hashes.SHA256())
    except (KeyError, ValueError, InvalidSignature):
        return False
    return True


def _verify_file(
    source: DeliveredFiles, places: Mapping[str, str], entry: Any, digest: _Digest, verdict: DeliveryVerdict
) -> str:
    """Hold a file to its digest, and return its place."""
    place = _place_of(entry.get("s3Object")) if isinstance(entry, dict) else ""
    verdict.files += 1
    if place not in places:
        verdict.findings.append(f"{place or '?'}: the file is missing, which {digest.name} names")
        return place
    try:
        is_whole = sha256(_unpacked(source.read(places[place])[0])).hexdigest() == entry.get("hashValue")
    except (OSError, EOFError, ValueError, zlib.error):
        is_whole = False
    if not is_whole:
        verdict.findings.append(f"{place}: the file was changed after it was delivered")
    return place


def _name_others(others: list[str], verdict: DeliveryVerdict) -> None:
    later = 0
    until = re.sub("[-:]", "", verdict.until)
    for place in others:
        stamp = STAMP.search(place)
        if "/CloudTrail-Digest/" in place:
            continue
        if "/CloudTrail/" in place and stamp and until and stamp[1] >= until[:13]:
            later += 1
        else:
            verdict.findings.append(
                f"{place}: no digest names it: it was put in, or belongs to no such trail"
            )
    if later:
        verdict.notes.append(f"{later} files are newer than the last digest, which will name them")


def _place_of(name: object) -> str:
    """Return a name from AWSLogs/ on: a prefix is the bucket's affair."""
    text = str(name or "")
    return text[text.index(ROOT) :] if ROOT in text else text


def _unpacked(packed: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    text = stream.decompress(packed, MOST_BYTES)
    if not stream.eof or stream.unused_data or stream.unconsumed_tail:
        raise ValueError("the file does not end where its packing does")
    return text
