"""How CloudTrail lays files of events and digests into a bucket, so that its clients find and verify them.

AWSLogs/<account>/CloudTrail/<region>/2026/11/29/<account>_CloudTrail_<region>_20261129T1205Z_<unique>.json.gz
AWSLogs/<account>/CloudTrail-Digest/<region>/2026/11/29/
    <account>_CloudTrail-Digest_<region>_<trail>_<region>_20261129T130000Z.json.gz
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from vedette.audit.digest_key import DigestKey
from vedette.audit.event import AuditEvent
from vedette.audit.trails import DeliveredFile, Trail, TrailState
from vedette.dialects.cloudtrail import record_of
from vedette.dialects.cloudtrail_selectors import is_selected

ALGORITHM = "SHA256withRSA"


class CloudTrailFiles:
    """CloudTrail's layout."""

    def selects(self, selection: Mapping[str, Any], event: AuditEvent) -> bool:
        """Say whether event selectors select an event."""
        return is_selected(selection, event)

    def events(self, events: Sequence[AuditEvent]) -> bytes:
        """Return the text of a file of events."""
        return json.dumps({"Records": [record_of(event) for event in events]}, ensure_ascii=False).encode()

    def events_key(self, trail: Trail, prefix: str, region: str, stamp_s: int, unique: str) -> str:
        """Return the name of a file of events."""
        moment = _moment(stamp_s)
        folder = f"{_folder(prefix)}{trail.account}/CloudTrail/{region}/{moment:%Y/%m/%d}/"
        return f"{folder}{trail.account}_CloudTrail_{region}_{moment:%Y%m%dT%H%MZ}_{unique}.json.gz"

    def digest_key(self, trail: Trail, end_s: int) -> str:
        """Return the name of a digest."""
        moment, region = _moment(end_s), trail.region
        folder = f"{_folder(trail.prefix)}{trail.account}/CloudTrail-Digest/{region}/{moment:%Y/%m/%d}/"
        name = f"{trail.account}_CloudTrail-Digest_{region}_{trail.name}_{region}_{moment:%Y%m%dT%H%M%SZ}"
        return f"{folder}{name}.json.gz"

    def digest(self, trail: Trail, state: TrailState, key: DigestKey) -> bytes:
        """Return the text of the digest that ends at the state's `digest_end_s`."""
        before, files = state.digest, state.files
        facts: dict[str, Any] = {
            "awsAccountId": trail.account,
            "digestStartTime": _written(state.began_s),
            "digestEndTime": _written(state.digest_end_s),
            "digestS3Bucket": trail.bucket,
            "digestS3Object": self.digest_key(trail, state.digest_end_s),
            "digestPublicKeyFingerprint": key.fingerprint,
            "digestSignatureAlgorithm": ALGORITHM,
            "newestEventTime": _written(max(file.newest_ms for file in files) // 1000) if files else None,
            "oldestEventTime": _written(min(file.oldest_ms for file in files) // 1000) if files else None,
            "previousDigestS3Bucket": before.bucket if before else None,
            "previousDigestS3Object": before.key if before else None,
            "previousDigestHashValue": before.hash if before else None,
            "previousDigestHashAlgorithm": "SHA-256" if before else None,
            "previousDigestSignature": before.signature if before else None,
            "logFiles": [_file_facts(file) for file in files],
        }
        return json.dumps(facts, ensure_ascii=False).encode()

    def to_sign(self, trail: Trail, state: TrailState, text: bytes) -> str:
        """Return what the digest's signature is of: its end, its place, its hash, the signature before."""
        before = state.digest.signature if state.digest else "null"
        place = f"{trail.bucket}/{self.digest_key(trail, state.digest_end_s)}"
        return f"{_written(state.digest_end_s)}\n{place}\n{sha256(text).hexdigest()}\n{before}"

    def metadata(self, signature: str) -> dict[str, str]:
        """Return the properties of a digest's object that hold its signature."""
        return {"signature": signature, "signature-algorithm": ALGORITHM}


def _file_facts(file: DeliveredFile) -> dict[str, str]:
    return {
        "s3Bucket": file.bucket,
        "s3Object": file.key,
        "hashValue": file.hash,
        "hashAlgorithm": "SHA-256",
        "newestEventTime": _written(file.newest_ms // 1000),
        "oldestEventTime": _written(file.oldest_ms // 1000),
    }


def _folder(prefix: str) -> str:
    return f"{prefix}/AWSLogs/" if prefix else "AWSLogs/"


def _moment(time_s: int) -> datetime:
    return datetime.fromtimestamp(time_s, UTC)


def _written(time_s: int) -> str:
    return f"{_moment(time_s):%Y-%m-%dT%H:%M:%SZ}"
