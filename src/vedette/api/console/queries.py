"""Queries of the console's routes, written as browsers write forms: a plus sign is a space."""

from vedette.wire.bindings import read_query


def read_form_query(raw_query: str) -> dict[str, str]:
    """Return the first value of every name.

    S3 keeps a plus sign as it is; `URLSearchParams`, which pages use, writes a space so, and a plus as %2B.
    """
    return {name: values[0] for name, values in read_query(raw_query.replace("+", "%20")).items()}
