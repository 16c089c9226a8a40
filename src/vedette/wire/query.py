"""The Query protocol: a form with Action and Version in, an XML document out. STS uses it.

Every response is XML, also for errors: clients cannot read anything else.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from botocore.model import OperationModel, Shape

from vedette.wire import models, validate
from vedette.wire.errors import Malformed, UnknownOperation
from vedette.wire.http import Request, Response
from vedette.wire.json11 import refuse_content_type
from vedette.wire.text_values import value_of
from vedette.wire.xml_values import DECLARATION, escape, legal, write

CONTENT_TYPE = "text/xml"
FORM = "application/x-www-form-urlencoded"
_ACCEPTED = frozenset({FORM, ""})
# AssumeRole with fifty tags and ten policies has a hundred and twenty fields.
MOST_FIELDS = 5000
DEEPEST = 16
# A template of 51,200 bytes and 200 parameters of 4,096, each byte as three letters, are 2.6 MB. To decode
# the 20 MB of a template of 11 MB takes 1.8 s (2026-11-29).
LONGEST_FORM = 4 << 20


def fields(request: Request) -> dict[str, str]:
    """Return the fields of the form, or of the query where the method is GET; the first of a name counts."""
    form: dict[str, str] = {}
    for name, value in _pairs(request):
        form.setdefault(_decode(name), _decode(value))
    return form


def _pairs(request: Request) -> Iterator[tuple[str, str]]:
    """Yield the names and values of the form as they were sent."""
    if request.method != "GET" and len(request.body) > LONGEST_FORM:
        raise Malformed(f"The form has more than {LONGEST_FORM >> 20} MiB, more than any request needs.")
    try:
        text = request.raw_query if request.method == "GET" else request.body.decode("ascii")
    except UnicodeDecodeError:
        raise Malformed("The form holds bytes that are not percent-encoded.") from None
    if text.count("&") >= MOST_FIELDS:
        raise Malformed("The form has too many fields.")
    for part in text.split("&"):
        name, _, value = part.partition("=")
        if name:
            yield name, value


def _decode(text: str) -> str:
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("The form holds bytes that are not UTF-8.") from None


def action(service: str, request: Request) -> OperationModel:
    """Return the operation that the form's Action names."""
    # Its value alone is decoded: the others are when the operation is known.
    name = next((_decode(value) for name, value in _pairs(request) if _decode(name) == "Action"), "")
    operation = models.operation(service, name)
    if operation is None:
        raise UnknownOperation(name)
    return operation


def parse(operation: OperationModel, request: Request, _path_params: object = None) -> dict[str, Any]:
    """Return the request by its shape, held to its limits."""
    if request.method != "GET":
        refuse_content_type(request, _ACCEPTED)
    shape = operation.input_shape
    tree = _tree(fields(request))
    value = {} if shape is None else _read_members(shape, tree, "")
    validate.check(operation, value)
    return value


# A name such as Tags.member.1.Key is a path; the text at its end has the empty name.
Tree = dict[str, Any]


def _tree(form: dict[str, str]) -> Tree:
    root: Tree = {}
    for name, text in form.items():
        steps = name.split(".")
        if len(steps) > DEEPEST:
            raise Malformed("The form is nested too deeply.", "too-deep")
        if not all(steps):
            raise Malformed("The form names a field with nothing between two dots.")
        node = root
        for step in steps:
            node = node.setdefault(step, {})
        node[""] = text
    return root


def _read(shape: Shape, tree: Tree, path: str) -> Any:
    if shape.type_name == "structure":
        return _read_members(shape, tree, path)
    if shape.type_name == "list":
        name = shape.member.serialization.get("name", "member")
        items = tree if shape.serialization.get("flattened") else tree.get(name, {})
        return [_read(shape.member, item, path) for item in _numbered(items, path)]
    if shape.type_name == "map":
        return _read_map(shape, tree, path)
    return value_of(shape, tree.get("", ""), path)


def _read_members(shape: Shape, tree: Tree, path: str) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for name, member in shape.members.items():
        inside = tree.get(member.serialization.get("name", name))
        if inside is not None:
            members[name] = _read(member, inside, f"{path}.{name}" if path else name)
    return members


def _read_map(shape: Shape, tree: Tree, path: str) -> dict[str, Any]:
    entries = tree if shape.serialization.get("flattened") else tree.get("entry", {})
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    return {
        value_of(shape.key, entry.get(key_name, {}).get("", ""), path): _read(
            shape.value, entry.get(value_name, {}), path
        )
        for entry in _numbered(entries, path)
    }


def _numbered(items: Tree, path: str) -> list[Tree]:
    """Return the items in the order of their numbers; an empty list is sent as a lone name."""
    numbers = [number for number in items if number]
    if not all(number.isascii() and number.isdecimal() and len(number) < 10 for number in numbers):
        raise Malformed(f"The items of {path} are not numbered.", "type")
    return [items[number] for number in sorted(numbers, key=int)]


def serialise(operation: OperationModel, result: dict[str, Any], request_id: str = "") -> Response:
    """Return the answer for a result."""
    name = operation.name
    shape = operation.output_shape
    wrapper = shape.serialization.get("resultWrapper", f"{name}Result") if shape else ""
    inside = "".join(write(shape, result, wrapper)) if shape else ""
    text = (
        f'<{name}Response xmlns="{_namespace(operation.service_model.service_name)}">{inside}'
        f"<ResponseMetadata><RequestId>{escape(request_id)}</RequestId></ResponseMetadata></{name}Response>"
    )
    return _xml(200, text)


def fault(
    code: str, status: int, message: str, members: Mapping[str, Any] | None = None, request_id: str = ""
) -> Response:
    """Return the answer for an error; the older clients tell the sender's faults from ours by Type."""
    blame = "Sender" if status < 500 else "Receiver"
    extra = "".join(f"<{name}>{legal(str(item))}</{name}>" for name, item in (members or {}).items())
    text = (
        f'<ErrorResponse xmlns="{_namespace("sts")}"><Error><Type>{blame}</Type><Code>{legal(code)}</Code>'
        f"<Message>{legal(message)}</Message>{extra}</Error>"
        f"<RequestId>{escape(request_id)}</RequestId></ErrorResponse>"
    )
    return _xml(status, text)


def _namespace(service: str) -> str:
    return str(models.service(service).metadata["xmlNamespace"])


def _xml(status: int, text: str) -> Response:
    return Response(status, [("Content-Type", CONTENT_TYPE)], DECLARATION + text.encode("utf-8", "replace"))
