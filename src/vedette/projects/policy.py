"""A project's policy document: who may copy its versions. Parsed here, judged with all others."""

import logging
from functools import lru_cache

from vedette.access.parse import parse_policy
from vedette.access.pins import hold_to_ids, unpin
from vedette.access.policy import Policy, PolicyKind, deny_all
from vedette.errors import MalformedPolicy

log = logging.getLogger("vedette.projects")

ACTION = "rekognition:CopyProjectVersion"
# Documents of 2,000 characters at most; those that copies are made by.
MOST_PARSED = 256


def read_policy(document: str, name: str = "") -> Policy:
    """Return a document's statements, or refuse it with what is wrong."""
    return parse_policy(document, PolicyKind.PROJECT, name=name)


def read_stored(text: str, name: str = "") -> Policy:
    """Return a document that was stored, held to those whom it named then."""
    text, ids = unpin(text)
    return hold_to_ids(read_policy(text, name), ids)


@lru_cache(maxsize=MOST_PARSED)
def stored_policy(document: str, name: str) -> Policy:
    """Return a document that was stored; one that cannot be read any more denies everything."""
    try:
        return read_stored(document, name)
    except MalformedPolicy as refusal:
        log.warning("the project policy %s denies everything: %s", name, refusal.sentence)
        return deny_all(PolicyKind.PROJECT, name)
