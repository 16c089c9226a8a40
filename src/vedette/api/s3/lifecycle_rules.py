"""Lifecycle rules: a document held to what S3 takes, and read as the rules that are carried out.

The same reading serves a document that is put and one that was stored: what cannot be understood
to the last element is never carried out (a condition that is passed over would delete more).
Transitions are checked and stored and have no effect, since there is one folder here.

S3 refuses a filter with several conditions outside `And`; here all of them must hold, which is the
narrowest way to read it (docs/decisions/0190).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from vedette.api.s3.call import read_document
from vedette.api.s3.faults import S3Fault
from vedette.clock import milliseconds
from vedette.store.blobs.rules import ExpiryRule, RuleFilter
from vedette.wire.models import operation
from vedette.wire.xml_strict import require_known

OPERATION = "PutBucketLifecycleConfiguration"
MOST_RULES = 1000
LONGEST_ID = 255
MOST_KEPT = 100
"""The most newer versions that a rule may keep."""
TRANSITION_CLASSES = (
    "GLACIER",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
)
ACTIONS = {
    "Expiration",
    "Transitions",
    "NoncurrentVersionTransitions",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
}


@lru_cache(maxsize=32)  # A document may have two mebibytes, and belongs to a stranger.
def read_rules(body: bytes) -> tuple[ExpiryRule, ...]:
    """Return the enabled rules of a document, or refuse it as a whole."""
    return tuple(_rule(rule) for rule in checked_document(body)["Rules"] if rule["Status"] == "Enabled")


def checked_document(body: bytes) -> dict[str, Any]:
    """Return the document with an ID on each rule, or refuse it as S3 does."""
    document = read_document(OPERATION, body)
    model = operation("s3", OPERATION)
    assert model is not None
    require_known(model.input_shape.members["LifecycleConfiguration"], body)
    rules = document.get("Rules", [])
    if not 1 <= len(rules) <= MOST_RULES:
        raise _malformed("There are between 1 and 1000 lifecycle rules.")
    _name_rules(rules)
    for rule in rules:
        _check_rule(rule)
    return document


def _name_rules(rules: list[dict[str, Any]]) -> None:
    names = [rule["ID"] for rule in rules if rule.get("ID")]
    if len(set(names)) < len(names) or any(len(name) > LONGEST_ID for name in names):
        raise _invalid("Rule ID must be unique, and not longer than 255 characters.")
    free = (name for number in range(1, 2 * MOST_RULES + 1) if (name := f"rule-{number}") not in names)
    for rule in rules:
        rule["ID"] = rule.get("ID") or next(free)


def _check_rule(rule: dict[str, Any]) -> None:
    if rule.get("Status") not in ("Enabled", "Disabled"):
        raise _malformed("The status of a lifecycle rule is Enabled or Disabled.")
    if ("Prefix" in rule) == ("Filter" in rule):
        raise _malformed("A lifecycle rule has either a Filter or, in the older form, a Prefix.")
    if not ACTIONS & rule.keys():
        raise S3Fault("InvalidRequest", "At least one action needs to be specified in a rule.")
    filtered = _filter(rule)
    _check_expiration(rule.get("Expiration"), filtered)
    _check_noncurrent(rule.get("NoncurrentVersionExpiration"))
    _check_uploads(rule.get("AbortIncompleteMultipartUpload"), filtered)
    _check_transitions(rule)


def _check_expiration(expiration: dict[str, Any] | None, filtered: RuleFilter) -> None:
    if expiration is None:
        return
    if len(expiration.keys() & {"Days", "Date", "ExpiredObjectDeleteMarker"}) != 1:
        raise _malformed("An Expiration has one of Days, Date and ExpiredObjectDeleteMarker.")
    _check_days(expiration, "Days", "Expiration", least=1)
    _check_date(expiration)
    if expiration.get("ExpiredObjectDeleteMarker") and filtered.asks_content:
        raise S3Fault("InvalidRequest", "ExpiredObjectDeleteMarker cannot be specified with tags or sizes.")


def _check_noncurrent(action: dict[str, Any] | None) -> None:
    if action is None:
        return
    _check_days(action, "NoncurrentDays", "NoncurrentVersionExpiration", least=1, needed=True)
    if not 1 <= action.get("NewerNoncurrentVersions", 1) <= MOST_KEPT:
        raise _invalid("'NewerNoncurrentVersions' must be between 1 and 100.")


def _check_uploads(action: dict[str, Any] | None, filtered: RuleFilter) -> None:
    if action is None:
        return
    _check_days(action, "DaysAfterInitiation", "AbortIncompleteMultipartUpload", least=1, needed=True)
    if filtered.asks_content:
        raise S3Fault(
            "InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with tags or sizes."
        )


def _check_transitions(rule: dict[str, Any]) -> None:
    expires_after = rule.get("Expiration", {}).get("Days")
    for transition in rule.get("Transitions", []):
        if ("Days" in transition) == ("Date" in transition):
            raise _malformed("A Transition has either Days or a Date.")
        _check_days(transition, "Days", "Transition", least=0)
        _check_date(transition)
        _check_class(transition)
        if expires_after is not None and transition.get("Days", -1) >= expires_after:
            raise _invalid(
                "'Days' in the Expiration action must be greater than 'Days' in the Transition action"
            )
    for transition in rule.get("NoncurrentVersionTransitions", []):
        _check_days(transition, "NoncurrentDays", "NoncurrentVersionTransition", least=0, needed=True)
        _check_class(transition)


def _check_class(transition: dict[str, Any]) -> None:
    if transition.get("StorageClass") not in TRANSITION_CLASSES:
        raise _malformed("A transition has a storage class that objects can be moved to.")


def _check_days(action: dict[str, Any], member: str, name: str, *, least: int, needed: bool = False) -> None:
    if needed and member not in action:
        raise _malformed(f"The action {name} has {member}.")
    days = action.get(member, least)
    if days < least:
        kind = "positive" if least else "nonnegative"
        raise _invalid(f"'{member}' for {name} action must be a {kind} integer")


def _check_date(action: dict[str, Any]) -> None:
    date = action.get("Date")
    if date is not None and (date.hour or date.minute or date.second or date.microsecond):
        raise _invalid("'Date' must be at midnight GMT")


def _filter(rule: dict[str, Any]) -> RuleFilter:
    """Return whom a rule means: everything that its filter says, inside `And` and beside it."""
    if "Filter" not in rule:
        return RuleFilter(rule["Prefix"])
    parts = [rule["Filter"], rule["Filter"].get("And", {})]
    if "And" in parts[0] and not parts[1]:
        raise _malformed("An And has conditions.")
    tags = parts[1].get("Tags", []) + ([parts[0]["Tag"]] if "Tag" in parts[0] else [])
    sizes = [
        part[name]
        for part in parts
        for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
        if name in part
    ]
    if any(size < 0 for size in sizes):
        raise _invalid("A size is not negative.")
    return RuleFilter(
        _longest([part["Prefix"] for part in parts if "Prefix" in part]),
        _tags(tags),
        max(
            (part["ObjectSizeGreaterThan"] for part in parts if "ObjectSizeGreaterThan" in part), default=None
        ),
        min((part["ObjectSizeLessThan"] for part in parts if "ObjectSizeLessThan" in part), default=None),
    )


def _longest(prefixes: list[str]) -> str:
    prefixes.sort(key=len)
    if any(not prefixes[-1].startswith(prefix) for prefix in prefixes):
        raise _invalid("No key begins with both prefixes of the filter.")
    return prefixes[-1] if prefixes else ""


def _tags(tags: Iterable[dict[str, str]]) -> tuple[tuple[str, str], ...]:
    pairs = {(tag.get("Key", ""), tag.get("Value")) for tag in tags}
    if any(not name or value is None for name, value in pairs):
        raise _malformed("A tag has a key and a value.")
    if len({name for name, _ in pairs}) < len(pairs):
        raise S3Fault("InvalidRequest", "Duplicate Tag Keys are not allowed.")
    return tuple(sorted((name, str(value)) for name, value in pairs))


def _rule(rule: dict[str, Any]) -> ExpiryRule:
    expiration, noncurrent = rule.get("Expiration", {}), rule.get("NoncurrentVersionExpiration", {})
    date = expiration.get("Date")
    return ExpiryRule(
        id=rule["ID"],
        filter=_filter(rule),
        days=expiration.get("Days"),
        date_ms=None if date is None else milliseconds(date),
        lone_markers=bool(expiration.get("ExpiredObjectDeleteMarker")),
        noncurrent_days=noncurrent.get("NoncurrentDays"),
        kept_noncurrent=noncurrent.get("NewerNoncurrentVersions", 0),
        upload_days=rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation"),
    )


def _malformed(sentence: str) -> S3Fault:
    return S3Fault("MalformedXML", sentence)


def _invalid(sentence: str) -> S3Fault:
    return S3Fault("InvalidArgument", sentence)
