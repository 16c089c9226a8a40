"""Identifiers in AWS's form: a prefix that names the kind, and random letters."""

import secrets
import string

ID_LETTERS = string.ascii_uppercase + "234567"


def new_id(prefix: str, length: int) -> str:
    """Return a fresh id."""
    return prefix + "".join(secrets.choice(ID_LETTERS) for _ in range(length))
