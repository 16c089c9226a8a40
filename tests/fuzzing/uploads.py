"""What people upload and browsers hand over: label files of every format, code in zips, tokens, passkeys."""

import base64
import hashlib
import io
import json
import math
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
import numpy as np
import orjson
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm

from vedette.exchange.formats import Format
from vedette.functions.bundle import check_bundle
from vedette.identity import totp
from vedette.identity.oidc import Provider, ProviderPlan
from vedette.identity.webauthn import (
    CreatedPasskey,
    RelyingParty,
    ShownPasskey,
    from_base64url,
    verify_created,
    verify_shown,
)
from vedette.imports.staging import FILES, PICTURES, StagingOrder, read_rows, stage, write_rows
from vedette.metering.sketch import keys_of
from vedette.metering.spreads import BucketCounts, PeriodBuckets, PeriodSpreads, codes_of
from vedette.metering.sums import PeriodSums
from vedette.monitoring import grammar
from vedette.monitoring.alarm import dump_rule, load_rule
from vedette.monitoring.extended import read_extended
from vedette.monitoring.queries import read_statistic

# Where a format looks for its labels; several files get the same bytes.
LABEL_FILES: dict[Format, tuple[str, ...]] = {
    "manifest": ("a.manifest",), "groundtruth": ("a.manifest",), "coco": ("a.json",),
    "labelstudio": ("a.json",), "cvat": ("a.xml",), "voc": ("a.xml",), "csv": ("a.csv",),
    "yolo": ("data.yaml", "labels/a.txt"),
    "labelme": ("a.json",), "via": ("a.json",), "datumaro": ("annotations/a.json",),
    "supervisely": ("meta.json", "ann/a.jpg.json"), "fiftyone": ("samples.json",),
    "imagefolder": ("metadata.jsonl",), "roboflow": ("_annotations.csv", "valid/_classes.csv"),
}  # fmt: skip
FORMATS = list(LABEL_FILES)
MOMENT_S = 1_764_500_000.0
PARTY = RelyingParty("localhost", lambda origin: origin.endswith("localhost"), lambda challenge: True)
# Fixed, so that what was drawn before still means the same.
SIGNER = derive_private_key(20261130, SECP256R1())
SPOKEN = SIGNER.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
ISSUER = "https://issuer.example"


@contextmanager
def label_folder(form: Format, data: bytes) -> Iterator[Path]:
    """Yield a folder as an import has it: label files, and a list of two pictures."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as name:
        folder = Path(name)
        for file in LABEL_FILES[form]:
            place = folder / FILES / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        rows = [(f"{one}.jpg", f"s3://bucket/{one}.jpg", 640, 480, "") for one in "ab"]
        (folder / PICTURES).write_bytes(b"\n".join(map(orjson.dumps, rows)))
        yield folder


def take_labels(data: bytes) -> None:
    """The first byte is the format and the service."""
    first, body = (data[0], data[1:]) if data else (0, b"")
    form = FORMATS[first % len(FORMATS)]
    dialect = ("rekognition", "lookoutvision")[first // len(FORMATS) % 2]
    with label_folder(form, body) as folder:
        order = StagingOrder(str(folder), form, dialect, "bucket", stamp_s=MOMENT_S)
        for rows in stage(order):
            assert read_rows(write_rows(rows)) == [row._replace(**as_lists(row)) for row in rows]


def as_lists(row: Any) -> dict[str, Any]:
    """Return what JSON makes of a row's problems and labels."""
    return {name: orjson.loads(orjson.dumps(getattr(row, name))) for name in ("problems", "labels")}


def take_bundle(data: bytes) -> None:
    """A zip as it is; or behind a first byte of 1 lines of names, which are put into one."""
    if data[:1] != b"\1":
        check_bundle(data)
        return
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as bundle:
        for line in data[1:].split(b"\n"):
            name = line.decode("latin-1")
            entry = zipfile.ZipInfo(name)
            entry.external_attr = (len(name) % 7) << 29
            bundle.writestr(entry, line)
    check_bundle(buffer.getvalue())


def take_token(data: bytes) -> None:
    """A token as it is; or behind a first byte of 1 claims as JSON, which the provider's key signs."""
    token = data.decode("latin-1")
    if data[:1] == b"\1":
        try:
            claims = json.loads(data[1:])
            token = jwt.encode(claims, SIGNER, "ES256", {"kid": "a"})
        except (ValueError, TypeError, RecursionError, AttributeError, OverflowError):
            return  # no provider can sign it
    plan = ProviderPlan(ISSUER, "vedette", groups={"a": "b"})
    provider = Provider(plan, fetch=published, ticks=lambda: 0.0)
    person = provider._person(provider.claims(token, "nonce"))
    assert person.subject
    assert person.groups <= {"b"}


def published(address: str, *_: Any) -> Any:
    """Answer as the provider does."""
    if address.endswith("/keys"):
        key = json.loads(ECAlgorithm.to_jwk(SIGNER.public_key()))
        return {"keys": [{**key, "kid": "a", "use": "sig"}]}
    names = ("authorization_endpoint", "token_endpoint")
    return {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys", **dict.fromkeys(names, f"{ISSUER}/x")}


def take_passkey(data: bytes) -> None:
    """What the browser says, the rest of the authenticator's, and a public key, apart by two line feeds."""
    client, _, rest = data.partition(b"\n\n")
    said, _, key = rest.partition(b"\n\n")
    authenticator = hashlib.sha256(b"localhost").digest() + said
    totp.step_of(client.decode("latin-1"), b"secret", 60_000)
    from_base64url(base64.urlsafe_b64encode(client).rstrip(b"=").decode())
    if key:
        verify_created(CreatedPasskey(said[23:], client, authenticator, key), PARTY)
    else:
        verify_shown(ShownPasskey(b"id", client, authenticator, said), SPOKEN, PARTY)


def take_expression(data: bytes) -> None:
    tree = grammar.parse(data.decode("utf-8", "replace"))
    assert grammar.names_in(tree) is not None
    grammar.calls_in(tree)


def take_statistic(data: bytes) -> None:
    """A statistic's name, and what it is of nine values: each between the least and the most, or a count."""
    name = read_statistic(data.decode("utf-8", "replace"))
    extended = read_extended(name)
    if extended is None:
        return
    codes = codes_of(np.zeros(9, np.int64), keys_of(np.arange(1.0, 10.0)))
    sums = PeriodSums.of([(0, 45.0, 9, 1.0, 9.0)])
    whole = PeriodBuckets(sums, BucketCounts.summed([(codes, np.ones(9, np.int64))]))
    points = extended.points(PeriodSpreads.of(whole, 0, 1))
    assert all(math.isfinite(value) for value in points.values()), name


def take_alarm_rule(data: bytes) -> None:
    """A stored rule, which a newer release or somebody by hand may have written."""
    rule = load_rule(data.decode("utf-8", "replace"))
    dump_rule(rule)
