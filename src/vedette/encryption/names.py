"""What names a key: its id, its ARN, an alias, an alias's ARN. Syntax only."""

import re
import uuid

from vedette.arn import Arn, parse_arn
from vedette.encryption.values import KeyPlace
from vedette.errors import Missing, Wrong

ALIAS = "alias/"
# What AWS keeps for services.
RESERVED = "alias/aws/"
ALIAS_NAME = re.compile(r"alias/[a-zA-Z0-9/_-]{1,250}", re.ASCII)


def random_id() -> str:
    """Return the id of a new key, in AWS's form."""
    return str(uuid.uuid4())


def read_alias_arn(text: str, place: KeyPlace) -> tuple[KeyPlace, str] | None:
    """Return where an alias is and its name, seen from an account; None for what names no alias."""
    if text.startswith(ALIAS):
        return place, text
    if ":alias/" not in text:
        return None
    arn = _arn(text)
    if arn.region != place.region:
        raise missing_key(text, alias=True)
    return KeyPlace(arn.account, arn.region), arn.resource


def key_id_of(text: str, region: str) -> str:
    """Return the id of a key that a text names by itself or by its ARN."""
    if text.startswith("arn:"):
        arn = _arn(text)
        if not arn.resource.startswith("key/"):
            raise bad_arn(text)
        if arn.region != region:
            raise missing_key(text)
        text = arn.resource.removeprefix("key/")
    try:
        uuid.UUID(text)
    except ValueError:
        raise Missing(f"Invalid keyId {text!r}", kind="encryption key", name=text) from None
    return text


def missing_key(text: str, *, alias: bool = False) -> Missing:
    """Return the refusal that names a key which is not there."""
    sentence = f"Alias {text} is not found." if alias else f"Key {text!r} does not exist"
    return Missing(sentence, kind="encryption key", name=text)


def bad_arn(text: str) -> Wrong:
    """Return the refusal of an ARN that is none of a key."""
    return Wrong(f"Invalid arn {text}", kind="arn", name=text)


def check_alias_name(name: str) -> None:
    """Refuse a name that an alias cannot have, or that is kept for services."""
    if name.startswith(RESERVED):
        raise Wrong(
            f"{name!r}: aliases that begin with {RESERVED} are kept for services.", kind="alias owner"
        )
    if not ALIAS_NAME.fullmatch(name):
        raise Wrong(
            f"{name!r} is no alias: it begins with alias/, and letters, digits and any of / _ - follow.",
            kind="alias name",
        )


def _arn(text: str) -> Arn:
    try:
        arn = parse_arn(text)
    except Wrong:
        raise bad_arn(text) from None
    if arn.service != "kms":
        raise bad_arn(text)
    return arn
