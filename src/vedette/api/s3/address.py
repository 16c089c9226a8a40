"""Which bucket and key a request is for, by its path or by its host."""

from dataclasses import dataclass

from vedette.api.hosts import bucket_of_host
from vedette.api.s3.faults import S3Fault
from vedette.wire.canonical import decode as _decode_latin
from vedette.wire.canonical import split_query
from vedette.wire.http import Request

LONGEST_KEY = 1024
"""Bytes, as S3 counts them."""


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket and a key; either may be empty."""

    bucket: str
    key: str


def read_address(request: Request, domain: str) -> S3Address:
    """Return what the request is for; hosts below `domain` name a bucket."""
    path = decode(request.raw_path.partition("?")[0]).removeprefix("/")
    bucket = bucket_of_host(request.headers.get("host"), domain)
    if bucket:
        return S3Address(bucket, _checked(path))
    bucket, _, key = path.partition("/")
    return S3Address(bucket, _checked(key))


def read_query(raw_query: str) -> dict[str, str]:
    """Return the first value of each name, decoded; a plus sign is itself, as signatures have it."""
    query: dict[str, str] = {}
    for name, value in split_query(raw_query):
        query.setdefault(decode(name), decode(value))
    return query


def decode(text: str) -> str:
    """Return percent-encoded text; what is no UTF-8 can be no name here."""
    if "%" not in text and text.isascii():
        return text
    try:
        return _decode_latin(text).encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        raise S3Fault("InvalidURI", "Couldn't parse the specified URI.") from None


def _checked(key: str) -> str:
    if len(key.encode("utf-8")) > LONGEST_KEY:
        raise S3Fault("KeyTooLongError", "Your key is too long", members={"MaxSizeAllowed": str(LONGEST_KEY)})
    return key
