"""Tags as S3 takes them: on objects ten, on buckets fifty, in a document or in a header."""

import re
from typing import Any

from vedette.api.s3.address import decode
from vedette.api.s3.faults import S3Fault

MOST_ON_OBJECT = 10
MOST_ON_BUCKET = 50
_ALLOWED = re.compile(r"[\w\s+\-=.:/@]*")


def check_tags(pairs: list[tuple[str, str]], most: int) -> dict[str, str]:
    """Return the tags, or refuse them as S3 does."""
    if len(pairs) > most:
        raise S3Fault("InvalidTag", f"Tags cannot be greater than {most}")
    tags: dict[str, str] = {}
    for key, value in pairs:
        if not 1 <= len(key) <= 128 or not _ALLOWED.fullmatch(key) or key.startswith("aws:"):
            raise S3Fault("InvalidTag", "The TagKey you have provided is invalid", members={"TagKey": key})
        if len(value) > 256 or not _ALLOWED.fullmatch(value):
            raise S3Fault(
                "InvalidTag", "The TagValue you have provided is invalid", members={"TagValue": value}
            )
        if key in tags:
            raise S3Fault(
                "InvalidTag", "Cannot provide multiple Tags with the same key", members={"TagKey": key}
            )
        tags[key] = value
    return tags


def tags_of_document(document: dict[str, Any], most: int) -> dict[str, str]:
    """Return the tags of a Tagging document."""
    if "TagSet" not in document:
        raise S3Fault("MalformedXML", "The Tagging document has no TagSet.")
    return check_tags([(tag.get("Key", ""), tag.get("Value", "")) for tag in document["TagSet"]], most)


def tags_of_header(header: str) -> dict[str, str]:
    """Return the tags of an `x-amz-tagging` header, which is written like a query."""
    pairs = [pair.partition("=") for pair in header.split("&") if pair]
    decoded = [(decode(key.replace("+", " ")), decode(value.replace("+", " "))) for key, _, value in pairs]
    return check_tags(sorted(decoded), MOST_ON_OBJECT)


def tags_document(tags: dict[str, str]) -> dict[str, Any]:
    """Return the tags as a Tagging document."""
    return {"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]}
