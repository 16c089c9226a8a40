"""Functions of templates to what they stand for.

A value that is not known before something is made is `UNKNOWN` where a plan is drawn up. Depth is bounded by
the reader, and what a parameter or a Sub yields is never read as a template again.
"""

import base64
import ipaddress
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from vedette.dialects.cloudformation.parameters import MASKED, GivenParameters, parameter_value, text_of
from vedette.dialects.cloudformation.reading import malformed
from vedette.dialects.cloudformation.references import (
    VARIABLE,
    Mention,
    attribute_asked,
    function_of,
    sub_parts,
    variable_mention,
)
from vedette.dialects.cloudformation.template import StackTemplate
from vedette.errors import Wrong

LONGEST_TEXT = 1_048_576
# What all functions of a stack yield together, and conditions that lead to one another.
MOST_TEXT, LONGEST_CHAIN = 16 * LONGEST_TEXT, 50
MOST_BLOCKS = 256
# Quotes and a comma.
ROUND_A_PART = 3
# Attributes that no event shows.
SECRET = frozenset(("SecretAccessKey",))


class _Absent:
    """What Ref AWS::NoValue stands for: the member that has it is left out."""


NO_VALUE: Final = _Absent()
# In plans, for what a resource will be called; no client can send it.
UNKNOWN: Final = "\0unknown\0"


@dataclass(frozen=True, slots=True)
class MadeResource:
    """What others may ask of a resource: its physical id, and its attributes."""

    physical: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class TemplateValues:
    """What a template's functions are resolved with."""

    template: StackTemplate
    parameters: GivenParameters
    pseudo: Mapping[str, Any]
    # Resources that there are, by their logical names.
    product: Callable[[str], MadeResource | None] = lambda logical: None
    # The values that other stacks export.
    imported: Callable[[str], str | None] = lambda name: None
    # Whether parameters that nobody is to see are masked, and attributes that no event shows.
    masks: bool = False
    masks_attributes: bool = False
    # Whether a resource that is not there yet is UNKNOWN, rather than a mistake.
    plans: bool = False
    _conditions: dict[str, bool] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _spent: int = 0

    def has(self, condition: str) -> bool:
        """Say whether a condition holds; none at all does."""
        if not condition:
            return True
        if condition not in self.template.conditions:
            raise malformed(f"Template validation error: condition {condition} is not defined.")
        if condition in self._open or len(self._open) > LONGEST_CHAIN:
            raise malformed(f"Circular dependency between conditions: {', '.join(self._open)}.")
        if condition not in self._conditions:
            self._open.append(condition)
            self._conditions[condition] = self._holds(self.template.conditions[condition])
            self._open.pop()
        return self._conditions[condition]

    def resolve(self, value: Any) -> Any:
        """Return what a value stands for; NO_VALUE where it is to be left out."""
        function_call = function_of(value)
        if function_call is not None:
            return _function(function_call[0])(self, function_call[1])
        if isinstance(value, dict):
            members = {key: self.resolve(inner) for key, inner in value.items()}
            return {key: inner for key, inner in members.items() if inner is not NO_VALUE}
        if isinstance(value, list):
            resolved = [self.resolve(inner) for inner in value]
            return [inner for inner in resolved if inner is not NO_VALUE]
        return value

    def text(self, value: Any, purpose: str) -> str:
        """Return what a value stands for, which must be a text."""
        resolved = self.resolve(value)
        if resolved is NO_VALUE or isinstance(resolved, dict | list) or resolved is None:
            raise Wrong(f"Template error: {purpose} takes a text.", kind="template")
        return text_of(resolved)

    def bounded(self, text: str) -> str:
        """Return a text that a function yields, unless all are too long together."""
        self._spend(len(text))
        if len(text) > LONGEST_TEXT:
            raise _too_much()
        return UNKNOWN if UNKNOWN in text else text

    def counted(self, value: Any) -> Any:
        """Return a value that lies elsewhere, unless all that was looked up is too much together.

        A few letters ask for it: what it holds is written out at each place that does.
        """
        self._spend(_size_of(value))
        return value

    def _spend(self, count: int) -> None:
        self._spent += count
        if self._spent > MOST_TEXT:
            raise _too_much()

    def _holds(self, value: Any) -> bool:
        if isinstance(value, dict) and len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Condition" and isinstance(argument, str):
                return self.has(argument)
            if name in _CONDITIONS:
                return _CONDITIONS[name](self, argument)
        raise malformed("every Conditions member is Fn::And, Fn::Or, Fn::Not, Fn::Equals or a Condition.")

    def look_up(self, mention: Mention) -> Any:
        """Return what a Ref or a Fn::GetAtt stands for."""
        if not mention.attribute:
            return self._named(mention.name)
        product = self._made(mention.name)
        if product is None:
            return UNKNOWN
        if self.masks_attributes and mention.attribute in SECRET:
            return MASKED
        if mention.attribute not in product.attributes:
            if self.plans:
                return UNKNOWN
            raise Wrong(
                f"Template error: resource {mention.name} has no attribute {mention.attribute}.",
                kind="template",
            )
        return self.counted(product.attributes[mention.attribute])

    def _named(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters.values:
            if self.masks and name in self.parameters.hidden:
                return MASKED
            kind = self.template.parameters[name]["Type"]
            return self.counted(parameter_value(kind, self.parameters.values[name]))
        product = self._made(name)
        return UNKNOWN if product is None else product.physical

    def _made(self, logical: str) -> MadeResource | None:
        resource = self.template.resources.get(logical)
        if resource is None or not self.has(resource.condition):
            raise Wrong(
                f"Template format error: Unresolved resource dependencies [{logical}] in the template.",
                kind="template",
            )
        product = self.product(logical)
        if product is None and not self.plans:
            raise Wrong(f"Template error: the resource {logical} is not there.", kind="template")
        return product


Function = Callable[[TemplateValues, Any], Any]


def _too_much() -> Wrong:
    return Wrong("Template error: functions yield more text than a template may have.", kind="template")


def _size_of(value: Any) -> int:
    """Return how long a value is once it is written out, about."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(len(name) + _size_of(inner) + ROUND_A_PART for name, inner in value.items())
    if not isinstance(value, list):
        return ROUND_A_PART
    try:
        return len("".join(value)) + ROUND_A_PART * len(value)  # of texts, as nearly all are
    except TypeError:
        return sum(_size_of(inner) + ROUND_A_PART for inner in value)


def _list(values: TemplateValues, argument: Any, purpose: str, count: int) -> list[Any]:
    if not isinstance(argument, list) or len(argument) != count:
        raise malformed(f"{purpose} takes a list of {count}.")
    return argument


def _ref(values: TemplateValues, argument: Any) -> Any:
    return values.look_up(Mention(argument))


def _get_att(values: TemplateValues, argument: Any) -> Any:
    return values.look_up(attribute_asked(argument))


def _sub(values: TemplateValues, argument: Any) -> Any:
    text, own = sub_parts(argument)
    inputs = {name: values.text(value, "Fn::Sub") for name, value in own.items()}

    pieces, end, size = [], 0, 0
    for match in VARIABLE.finditer(text):
        pieces += [text[end : match.start()], _inserted(values, match, inputs)]
        end, size = match.end(), size + len(pieces[-1])
        if size > LONGEST_TEXT:
            break
    return values.bounded("".join([*pieces, text[end:]]))


def _inserted(values: TemplateValues, match: re.Match[str], inputs: Mapping[str, str]) -> str:
    if match[1]:
        return f"${{{match[2]}}}"
    name = match[2].strip()
    if name in inputs:
        return inputs[name]
    result = values.look_up(variable_mention(name))
    if result is NO_VALUE or isinstance(result, dict | list):
        raise Wrong(f"Template error: variable {name} in Fn::Sub expression is no text.", kind="template")
    return text_of(result)


def _join(values: TemplateValues, argument: Any) -> Any:
    separator, parts = _list(values, argument, "Fn::Join", 2)
    if not isinstance(separator, str):
        raise malformed("Fn::Join takes a separator that is a text.")
    resolved = values.resolve(parts)
    if resolved == UNKNOWN:
        return UNKNOWN
    if not isinstance(resolved, list) or any(isinstance(part, dict | list) for part in resolved):
        raise Wrong("Template error: every Fn::Join object requires a list of texts.", kind="template")
    texts = [text_of(part) for part in resolved]
    if sum(map(len, texts)) + len(separator) * len(texts) > LONGEST_TEXT:
        raise Wrong("Template error: a function yields more than a megabyte.", kind="template")
    return values.bounded(separator.join(texts))


def _select(values: TemplateValues, argument: Any) -> Any:
    index, options = _list(values, argument, "Fn::Select", 2)
    number, resolved = values.text(index, "Fn::Select"), values.resolve(options)
    if resolved == UNKNOWN or number == UNKNOWN:
        return UNKNOWN
    is_number = number.isascii() and number.isdecimal() and len(number) < 6
    if not isinstance(resolved, list) or not is_number or int(number) >= len(resolved):
        raise Wrong("Template error: Fn::Select cannot select nonexistent value at index", kind="template")
    return resolved[int(number)]


def _split(values: TemplateValues, argument: Any) -> Any:
    separator, text = _list(values, argument, "Fn::Split", 2)
    if not isinstance(separator, str) or not separator:
        raise malformed("Fn::Split takes a separator.")
    whole = values.text(text, "Fn::Split")
    return UNKNOWN if whole == UNKNOWN else values.counted(whole.split(separator))


def _find_in_map(values: TemplateValues, argument: Any) -> Any:
    parts = [values.text(part, "Fn::FindInMap") for part in _list(values, argument, "Fn::FindInMap", 3)]
    result: Any = values.template.mappings
    for part in parts:
        if not isinstance(result, Mapping) or part not in result:
            raise Wrong(
                f"Template error: Unable to get mapping for {'::'.join(parts)}"[:500], kind="template"
            )
        result = result[part]
    return values.counted(result)


def _base64(values: TemplateValues, argument: Any) -> Any:
    text = values.text(argument, "Fn::Base64")
    return UNKNOWN if text == UNKNOWN else base64.b64encode(text.encode()).decode()


def _if(values: TemplateValues, argument: Any) -> Any:
    name, branch, other = _list(values, argument, "Fn::If", 3)
    if not isinstance(name, str):
        raise malformed("Fn::If takes the name of a condition.")
    return values.resolve(branch if values.has(name) else other)


def _import_value(values: TemplateValues, argument: Any) -> Any:
    name = values.text(argument, "Fn::ImportValue")
    result = values.imported(name)
    if result is None and name != UNKNOWN:
        raise Wrong(f"No export named {name} found.", kind="export", name=name)
    return UNKNOWN if result is None else values.counted(result)


def _cidr(values: TemplateValues, argument: Any) -> Any:
    if not isinstance(argument, list) or not 2 <= len(argument) <= 3:
        raise malformed("Fn::Cidr takes a block, a count and the bits of each.")
    block, count, *bits = (values.text(part, "Fn::Cidr") for part in argument)
    is_counted = count.isascii() and count.isdecimal() and 1 <= int(count[:4]) <= MOST_BLOCKS
    try:
        network = ipaddress.ip_network(block)
        length = network.max_prefixlen - int(bits[0] if bits else "8")
        blocks = network.subnets(new_prefix=length)
        # Whether the block is large enough is known once the first is asked for.
        divided = [str(part) for part in itertools.islice(blocks, int(count[:4]) if is_counted else 0)]
    except ValueError:
        divided = []
    if not divided:
        raise Wrong(f"Template error: Fn::Cidr cannot divide {block[:60]} so.", kind="template")
    return divided


def _equals(values: TemplateValues, argument: Any) -> bool:
    left, right = (values.resolve(part) for part in _list(values, argument, "Fn::Equals", 2))
    if isinstance(left, list) or isinstance(right, list):
        return bool(left == right)
    return text_of(left) == text_of(right)


def _several(values: TemplateValues, argument: Any) -> list[bool]:
    if not isinstance(argument, list) or not 2 <= len(argument) <= 10:
        raise malformed("Fn::And and Fn::Or take two to ten conditions.")
    return [values._holds(part) for part in argument]


def _not(values: TemplateValues, argument: Any) -> bool:
    return not values._holds(_list(values, argument, "Fn::Not", 1)[0])


_CONDITIONS: dict[str, Callable[[TemplateValues, Any], bool]] = {
    "Fn::And": lambda values, argument: all(_several(values, argument)),
    "Fn::Or": lambda values, argument: any(_several(values, argument)),
    "Fn::Not": _not,
    "Fn::Equals": _equals,
}
_FUNCTIONS: dict[str, Function] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::Base64": _base64,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Cidr": _cidr,
}


def _function(name: str) -> Function:
    if name not in _FUNCTIONS:
        raise malformed(f"the function {name[:100]} cannot be used here.")
    return _FUNCTIONS[name]
