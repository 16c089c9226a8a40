"""Parameters: what a stack is given, held to what its template declares."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vedette.dialects.cloudformation.reading import malformed, refuse_illegal
from vedette.dialects.cloudformation.template import StackTemplate
from vedette.errors import Unbuilt, Wrong

TEXT, NUMBER, TEXTS, NUMBERS = "String", "Number", "CommaDelimitedList", "List<Number>"
TYPES = (TEXT, NUMBER, TEXTS, NUMBERS, "List<String>")
MEMBERS = frozenset(
    """
    AllowedPattern AllowedValues ConstraintDescription Default Description MaxLength MaxValue MinLength
    MinValue NoEcho Type
    """.split()  # noqa: SIM905  (a list of words reads better so)
)
# What is shown of a value that its template wants to see nowhere.
MASKED = "****"
LONGEST = 4096
NUMERAL = re.compile(r"\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?\s*")


@dataclass(frozen=True, slots=True)
class GivenParameters:
    """The values of a stack's parameters, and the names of those that nobody is shown."""

    values: Mapping[str, str]
    hidden: frozenset[str]

    def display(self) -> dict[str, str]:
        """Return the values as answers show them."""
        return {name: MASKED if name in self.hidden else value for name, value in self.values.items()}

    def mask(self, text: str) -> str:
        """Return a text without the values that nobody is shown."""
        secrets = sorted((self.values[name] for name in self.hidden if self.values[name]), key=len)
        for secret in reversed(secrets):
            text = text.replace(secret, MASKED)
        return text


def check_declarations(template: StackTemplate) -> None:
    """Refuse parameters that are not declared as they may be."""
    for name, declared in template.parameters.items():
        unknown = sorted(set(declared) - MEMBERS)
        if unknown:
            raise malformed(f"Invalid template parameter property '{unknown[0][:100]}' of {name}.")
        kind = declared.get("Type")
        if not isinstance(kind, str):
            raise malformed(f"Every Parameters object must contain a Type member: {name}.")
        if kind not in TYPES:
            raise Unbuilt(f"The type {kind[:100]} of the parameter {name} is not supported yet.", name=kind)
        if not isinstance(declared.get("AllowedValues", []), list):
            raise malformed(f"AllowedValues of the parameter {name} is a list.")


def give_parameters(
    template: StackTemplate, inputs: Mapping[str, str | None], before: Mapping[str, str]
) -> GivenParameters:
    """Return the values: None stands for the value that the stack has already, of `before`."""
    unknown = sorted(set(inputs) - set(template.parameters))
    if unknown:
        raise Wrong(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    values, missing = {}, []
    for name, declared in template.parameters.items():
        value = inputs.get(name, "") if name in inputs else _default(declared)
        if name in inputs and inputs[name] is None:
            if name not in before:
                raise Wrong(f"Invalid input for parameter key {name}. There is no previous value to use.")
            value = before[name]
        if value is None:
            missing.append(name)
        else:
            values[name] = _checked(name, declared, value)
    if missing:
        raise Wrong(f"Parameters: [{', '.join(missing)}] must have values")
    hidden = {name for name, declared in template.parameters.items() if is_hidden(declared)}
    return GivenParameters(values, frozenset(hidden))


def is_hidden(declared: Mapping[str, Any]) -> bool:
    """Say whether nobody is shown the values of a parameter."""
    return str(declared.get("NoEcho", "false")).lower() == "true"


def _default(declared: Mapping[str, Any]) -> str | None:
    return text_of(declared["Default"]) if "Default" in declared else None


def text_of(value: Any) -> str:
    """Return a value of a template as the text that CloudFormation makes of it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(text_of(part) for part in value)
    return str(value)


def parameter_value(kind: str, text: str) -> Any:
    """Return what a Ref to a parameter stands for."""
    if kind in (TEXTS, NUMBERS, "List<String>"):
        return [part.strip() for part in text.split(",")] if text else []
    return text


def _checked(name: str, declared: Mapping[str, Any], value: str) -> str:
    refuse_illegal(value)
    if len(value.encode()) > LONGEST:
        raise _refused(name, declared, f"has more than {LONGEST} bytes")
    kind = declared["Type"]
    parts = parameter_value(kind, value) if kind in (TEXTS, NUMBERS, "List<String>") else [value]
    if kind in (NUMBER, NUMBERS):
        for part in parts:
            _check_number(name, declared, part)
    else:
        _check_length(name, declared, value)
    allowed = [text_of(option) for option in declared.get("AllowedValues", [])]
    if allowed and not set(parts) <= set(allowed):
        raise _refused(name, declared, f"must be one of the allowed values {', '.join(allowed)}"[:500])
    for part in parts:
        _check_pattern(name, declared, part)
    return value


def _check_number(name: str, declared: Mapping[str, Any], text: str) -> None:
    if not NUMERAL.fullmatch(text):
        raise _refused(name, declared, "must be a number")
    number = float(text)
    least, most = (_bound(name, declared, member) for member in ("MinValue", "MaxValue"))
    if least is not None and number < least:
        raise _refused(name, declared, f"must be a number not less than {declared['MinValue']}")
    if most is not None and number > most:
        raise _refused(name, declared, f"must be a number not greater than {declared['MaxValue']}")


def _check_length(name: str, declared: Mapping[str, Any], text: str) -> None:
    least, most = (_bound(name, declared, member) for member in ("MinLength", "MaxLength"))
    if least is not None and len(text) < least:
        raise _refused(name, declared, f"must contain at least {declared['MinLength']} characters")
    if most is not None and len(text) > most:
        raise _refused(name, declared, f"must contain at most {declared['MaxLength']} characters")


def _bound(name: str, declared: Mapping[str, Any], member: str) -> float | None:
    if member not in declared:
        return None
    text = str(declared[member])
    if not NUMERAL.fullmatch(text):
        raise malformed(f"{member} of the parameter {name} is a number.")
    return float(text)


def _check_pattern(name: str, declared: Mapping[str, Any], text: str) -> None:
    pattern = declared.get("AllowedPattern")
    if pattern is None:
        return
    try:
        # A pattern that backtracks for ever is stopped; the template's author wrote both.
        import regex

        matches = regex.fullmatch(str(pattern), text, timeout=0.5) is not None
    except TimeoutError:
        raise Wrong(f"AllowedPattern of the parameter {name} takes too long to match.") from None
    except Exception:  # noqa: BLE001  (regex raises errors of its own for patterns)
        raise malformed(f"AllowedPattern of the parameter {name} is no regular expression.") from None
    if not matches:
        raise _refused(name, declared, f"must match pattern {str(pattern)[:200]}")


def _refused(name: str, declared: Mapping[str, Any], problem: str) -> Wrong:
    constraint = declared.get("ConstraintDescription")
    constraint_text = f"failed to satisfy constraint: {constraint}" if constraint else problem
    return Wrong(f"Parameter '{name}' {constraint_text}")
