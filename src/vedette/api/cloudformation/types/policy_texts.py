"""Policies as templates have them, and as IAM takes and answers them."""

import json
from typing import Any
from urllib.parse import unquote

from vedette.api.cloudformation.types.base import Properties


def document_text(document: Any) -> str:
    """Return a policy of a template as IAM takes it."""
    return document if isinstance(document, str) else json.dumps(document)


def inline_of(properties: Properties) -> dict[str, str]:
    """Return the inline policies of a holder's properties, by their names."""
    return {
        str(policy["PolicyName"]): document_text(policy["PolicyDocument"])
        for policy in properties.get("Policies", ())
    }


def policy_of(text: Any) -> Any:
    """Return a policy that IAM answers, which is percent-encoded, as a template has it."""
    return json.loads(unquote(str(text)))
