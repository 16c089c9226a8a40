"""Members bound to headers, to the path and to the query."""

from typing import Any
from urllib.parse import unquote_to_bytes

from botocore.model import Shape

from vedette.wire.errors import Malformed
from vedette.wire.http import Headers, Request
from vedette.wire.text_values import text_of, value_of


def decode(text: str) -> str:
    """Return a percent-encoded text; a plus is a plus, as in signatures."""
    if "%" not in text:
        return text
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("The address holds bytes that are not UTF-8.") from None


def read_query(raw_query: str) -> dict[str, list[str]]:
    """Return every name of a query with its values, in order."""
    values: dict[str, list[str]] = {}
    for part in raw_query.split("&"):
        if part:
            name, _, value = part.partition("=")
            values.setdefault(decode(name), []).append(decode(value))
    return values


def read_bound(shape: Shape, request: Request, path_params: dict[str, str]) -> dict[str, Any]:
    """Return the members of a request that are bound to headers, path and query."""
    query: dict[str, list[str]] | None = None
    members: dict[str, Any] = {}
    for name, member in shape.members.items():
        facts = member.serialization
        location = facts.get("location")
        if location is None:
            continue
        wire_name = facts.get("name", name)
        value: Any = None
        if location == "querystring":
            query = read_query(request.raw_query) if query is None else query
            value = _from_query(member, wire_name, query)
        elif location == "uri" and wire_name in path_params:
            value = value_of(member, path_params[wire_name], name)
        elif location == "header" and wire_name.lower() in request.headers:
            value = value_of(member, request.headers.get(wire_name.lower()), name)
        elif location == "headers":
            value = _prefixed(request.headers, wire_name.lower())
        if value is not None:
            members[name] = value
    return members


def _from_query(member: Shape, name: str, query: dict[str, list[str]]) -> Any:
    if member.type_name == "map":
        return {key: values[0] for key, values in query.items()}
    if name not in query:
        return None
    if member.type_name == "list":
        return [value_of(member.member, text, name) for text in query[name]]
    return value_of(member, query[name][0], name)


def _prefixed(headers: Headers, prefix: str) -> dict[str, str] | None:
    members = {name[len(prefix) :]: value for name, value in headers if name.startswith(prefix)}
    return members or None


def bound_headers(shape: Shape | None, value: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the headers that carry members of a result."""
    headers: list[tuple[str, str]] = []
    for name, member in shape.members.items() if shape else ():
        facts = member.serialization
        item = value.get(name)
        if item is None or "location" not in facts:
            continue
        if facts["location"] == "header":
            headers.append((facts.get("name", name), text_of(member, item, "rfc822")))
        elif facts["location"] == "headers":
            headers += [(facts.get("name", "") + key, text) for key, text in item.items()]
    return headers
