"""Uploads from a browser's form (S3's POST): the policy, its signature and its conditions.

    form = await read_post(request)
    signed = read_post_signature(form)                 # None: an anonymous form, without a policy
    verify_post(form, signed, secret, now, bucket=…)   # bounds form.body by the policy as well
    async for piece in form.body: …

A policy allows what it names and nothing else: a field that no condition covers is refused.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from vedette.wire import sigv2
from vedette.wire.bodies import HEADERS, BodyReader, declared_by_form, pieces_of
from vedette.wire.clockskew import read_stamp
from vedette.wire.forms import read_form
from vedette.wire.http import Request
from vedette.wire.signed import SignatureClaim, SignatureFault, SignatureFaultKind
from vedette.wire.sigv4 import ALGORITHM, key_for, read_credential, same, sign

# Fields that need no condition: they are the signature itself, or only restrict the file.
PROOF = frozenset({"policy", "signature", "x-amz-signature", "awsaccesskeyid"})
SUMS = frozenset({*HEADERS, "x-amz-checksum-algorithm", "x-amz-sdk-checksum-algorithm"})
KEY_LIFE = timedelta(days=7)
EXPIRATION = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z", re.ASCII)


@dataclass(slots=True)
class PostForm:
    """A form whose file is not read yet. `fields["key"]` has the file's name filled in already."""

    fields: dict[str, str]
    file_name: str
    file_type: str
    body: BodyReader


@dataclass(frozen=True, slots=True)
class PostCondition:
    """What one field must be, or begin with."""

    operator: str
    name: str
    value: str

    def holds(self, value: str) -> bool:
        """Return whether a field's value satisfies the condition."""
        if self.operator == "eq":
            return value == self.value
        if self.name == "content-type":
            # A list of types must hold one by one.
            return all(part.strip().startswith(self.value) for part in value.split(","))
        return value.startswith(self.value)


@dataclass(frozen=True, slots=True)
class PostPolicy:
    """A policy document: until when, what, and how many bytes."""

    expires_at: datetime
    conditions: tuple[PostCondition, ...]
    least: int = 0
    most: int | None = None


async def read_post(request: Request) -> PostForm:
    """Return the form, read up to its file."""
    form = await read_form(request.headers.get("content-type"), pieces_of(request))
    if not form.fields.get("key"):
        raise SignatureFault(
            SignatureFaultKind.MALFORMED_FORM, "Bucket POST must contain a field named 'key'.", form="post"
        )
    name = re.split(r"[/\\]", form.file_name)[-1]
    form.fields["key"] = form.fields["key"].replace("${filename}", name)
    body = BodyReader(form.file, declared_by_form(form.fields))
    return PostForm(form.fields, form.file_name, form.file_type, body)


def read_post_signature(form: PostForm) -> SignatureClaim | None:
    """Return what the form claims about its signer."""
    fields = form.fields
    if "x-amz-signature" in fields or "x-amz-algorithm" in fields:
        return _read_v4(fields)
    if not fields.keys() & PROOF:
        return None
    for name in ("policy", "signature", "awsaccesskeyid"):
        if not fields.get(name):
            raise _incomplete(name)
    return SignatureClaim(
        key_id=fields["awsaccesskeyid"],
        form="v2-post",
        signature=fields["signature"],
        date=datetime.fromtimestamp(0, UTC),
        token=fields.get("x-amz-security-token", ""),
    )


def verify_post(form: PostForm, signed: SignatureClaim, secret: str, now: datetime, *, bucket: str) -> None:
    """Return when the policy is signed by the secret, in force, and allows this form into the bucket."""
    text = form.fields["policy"].encode()
    expected = sigv2.sign(secret, text) if signed.form == "v2-post" else sign(key_for(signed, secret), text)
    if not same(signed.signature, expected):
        raise SignatureFault(
            SignatureFaultKind.MISMATCH,
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method.",
            form=signed.form,
        )
    policy = read_policy(text)
    if now >= policy.expires_at or (signed.form == "post" and now - signed.date > KEY_LIFE):
        raise _violated("Policy expired.")
    check_conditions(policy, {**form.fields, "bucket": bucket})
    form.body.least = policy.least
    form.body.most = policy.most


def read_policy(text: bytes) -> PostPolicy:
    """Return the policy in base64, and refuse what is not supported in it."""
    try:
        document = orjson.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise _bad_policy("Invalid Policy: Invalid JSON.") from None
    if not isinstance(document, dict):
        raise _bad_policy("Invalid Policy: it is no JSON object.")
    conditions = document.get("conditions")
    if not isinstance(conditions, list):
        raise _bad_policy("Invalid Policy: Policy missing conditions.")
    least, most = 0, None
    plain: list[PostCondition] = []
    for entry in conditions:
        if isinstance(entry, list) and entry and _lower(entry[0]) == "content-length-range":
            if most is not None:
                raise _bad_policy("Invalid Policy: there are two conditions content-length-range.")
            least, most = _range(entry)
        else:
            plain.extend(_conditions(entry))
    return PostPolicy(_expiration(document.get("expiration")), tuple(plain), least, most)


def check_conditions(policy: PostPolicy, fields: dict[str, str]) -> None:
    """Refuse fields that break a condition, and fields that no condition covers."""
    for condition in policy.conditions:
        if not condition.holds(fields.get(condition.name, "")):
            raise _violated(
                f'Policy Condition failed: ["{condition.operator}", "${condition.name}", "{condition.value}"]'
            )
    covered = (PROOF | SUMS).union(condition.name for condition in policy.conditions)
    for name in fields:
        if name not in covered and not name.startswith("x-ignore-"):
            raise _violated(f"Extra input fields: {name}")


def _read_v4(fields: dict[str, str]) -> SignatureClaim:
    for name in ("policy", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"):
        if not fields.get(name):
            raise _incomplete(name)
    if fields["x-amz-algorithm"] != ALGORITHM:
        raise SignatureFault(
            SignatureFaultKind.UNSUPPORTED, f"X-Amz-Algorithm only supports {ALGORITHM}.", form="post"
        )
    date = read_stamp(fields["x-amz-date"])
    key_id, region, service = read_credential(fields["x-amz-credential"], day=f"{date:%Y%m%d}")
    return SignatureClaim(
        key_id=key_id,
        form="post",
        signature=fields["x-amz-signature"],
        date=date,
        service=service,
        region=region,
        token=fields.get("x-amz-security-token", ""),
    )


def _conditions(entry: Any) -> Iterator[PostCondition]:
    if isinstance(entry, dict) and entry:
        for name, value in entry.items():
            yield PostCondition("eq", name.lower(), _value(value))
        return
    if not (isinstance(entry, list) and len(entry) == 3 and _lower(entry[0]) in ("eq", "starts-with")):
        raise _bad_policy(f"Invalid Policy: Invalid condition: {entry!r}")
    operator, name, value = entry
    if not (isinstance(name, str) and name.startswith("$")):
        raise _bad_policy(f"Invalid Policy: a condition's field begins with a dollar sign: {entry!r}")
    yield PostCondition(operator.lower(), name[1:].lower(), _value(value))


def _range(entry: list[Any]) -> tuple[int, int]:
    bounds = [part for part in entry[1:] if re.fullmatch(r"\d{1,18}", str(part), re.ASCII)]
    if len(entry) != 3 or len(bounds) != 2:
        raise _bad_policy("Invalid Policy: content-length-range takes two sizes.")
    return int(bounds[0]), int(bounds[1])


def _expiration(text: Any) -> datetime:
    match = EXPIRATION.fullmatch(text) if isinstance(text, str) else None
    try:
        if match:
            return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError:
        pass
    raise _bad_policy("Invalid Policy: Invalid 'expiration' value.")


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise _bad_policy(f"Invalid Policy: a condition's value is text: {value!r}")


def _lower(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""


def _incomplete(name: str) -> SignatureFault:
    return SignatureFault(
        SignatureFaultKind.INCOMPLETE, f"Bucket POST must contain a field named '{name}'.", form="post"
    )


def _bad_policy(sentence: str) -> SignatureFault:
    return SignatureFault(SignatureFaultKind.BAD_POLICY, sentence[:500], form="post")


def _violated(sentence: str) -> SignatureFault:
    return SignatureFault(
        SignatureFaultKind.POLICY_VIOLATED, f"Invalid according to Policy: {sentence}"[:500], form="post"
    )
