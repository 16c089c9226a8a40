"""Rules: assertions about the parameters that a stack is given, before anything is made of them."""

from collections.abc import Callable, Mapping
from typing import Any

from vedette.dialects.cloudformation.functions import TemplateValues
from vedette.dialects.cloudformation.parameters import text_of
from vedette.dialects.cloudformation.reading import malformed
from vedette.dialects.cloudformation.references import PSEUDO, Mention, function_of
from vedette.dialects.cloudformation.template import StackTemplate
from vedette.errors import Unbuilt, Wrong

# They ask AWS for facts of its own resources, and of types of parameters that are not supported here.
UNSUPPORTED = ("Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll")
LONGEST_SENTENCE = 1000


def check_rule_forms(template: StackTemplate) -> None:
    """Refuse rules that could not be judged, whatever the parameters are."""
    for name, rule in template.rules.items():
        if unknown := sorted(set(rule) - {"RuleCondition", "Assertions"}):
            raise malformed(f"the rule {name} has an unknown member {unknown[0][:100]}.")
        assertions = rule.get("Assertions")
        if not isinstance(assertions, list) or not assertions:
            raise malformed(f"Assertions of the rule {name} is a list, which is not empty.")
        if "RuleCondition" in rule:
            _check_truth(template, name, rule["RuleCondition"])
        for assertion in assertions:
            if not isinstance(assertion, dict) or not {"Assert"} <= set(assertion) <= {
                "Assert",
                "AssertDescription",
            }:
                raise malformed(f"each assertion of the rule {name} has an Assert and an AssertDescription.")
            if not isinstance(assertion.get("AssertDescription", ""), str):
                raise malformed(f"each AssertDescription of the rule {name} is a text.")
            _check_truth(template, name, assertion["Assert"])


def _check_truth(template: StackTemplate, rule: str, value: Any) -> None:
    call = function_of(value)
    name, argument = call or ("", None)
    if name in UNSUPPORTED:
        raise Unbuilt(f"{name} in the rule {rule} is not supported yet.", name=name)
    if name in _SEVERAL and isinstance(argument, list):
        least, most = _SEVERAL[name]
        if least <= len(argument) <= most:
            for part in argument:
                _check_truth(template, rule, part)
            return
    if name in _COMPARED and isinstance(argument, list) and len(argument) == 2:
        for part in argument:
            _check_operand(template, rule, part)
        return
    known_names = ", ".join(sorted((*_SEVERAL, *_COMPARED)))
    raise malformed(f"the rule {rule} is made of {known_names}, each with as many members as it takes.")


def _check_operand(template: StackTemplate, rule: str, value: Any) -> None:
    call = function_of(value)
    if call is not None:
        name, argument = call
        if name in UNSUPPORTED:
            raise Unbuilt(f"{name} in the rule {rule} is not supported yet.", name=name)
        is_known = isinstance(argument, str) and (argument in template.parameters or argument in PSEUDO)
        if name != "Ref" or not is_known:
            raise malformed(f"the rule {rule} compares texts, lists of texts and Refs to parameters.")
    elif isinstance(value, list):
        for part in value:
            _check_operand(template, rule, part)
    elif not isinstance(value, str | int | float | bool):
        raise malformed(f"the rule {rule} compares texts, lists of texts and Refs to parameters.")


def check_rules(values: TemplateValues) -> None:
    """Refuse parameters that a rule's assertions do not hold for; their values are not repeated."""
    broken = []
    for name, rule in values.template.rules.items():
        if "RuleCondition" in rule and not _is_true(values, rule["RuleCondition"]):
            continue
        for number, assertion in enumerate(rule["Assertions"], 1):
            if not _is_true(values, assertion["Assert"]):
                broken.append(f"{name}: {assertion.get('AssertDescription') or f'assertion {number}'}")
    if broken:
        raise Wrong(f"Template rules are not kept: {'; '.join(broken)}"[:LONGEST_SENTENCE], kind="rules")


def _is_true(values: TemplateValues, value: Mapping[str, Any]) -> bool:
    ((name, argument),) = value.items()
    if name == "Fn::And":
        return all(_is_true(values, part) for part in argument)
    if name == "Fn::Or":
        return any(_is_true(values, part) for part in argument)
    if name == "Fn::Not":
        return not _is_true(values, argument[0])
    left, right = (_texts(values, part) for part in argument)
    return _COMPARED[name](left, right)


def _texts(values: TemplateValues, value: Any) -> list[str]:
    """Return a list of texts; of a text the list that holds it alone."""
    call = function_of(value)
    result = values.look_up(Mention(call[1])) if call is not None else value
    if isinstance(result, list):
        return [text for part in result for text in _texts(values, part)]
    return [text_of(result)]


Comparison = Callable[[list[str], list[str]], bool]
_COMPARED: dict[str, Comparison] = {
    "Fn::Contains": lambda texts, expected: set(expected) <= set(texts),
    "Fn::EachMemberEquals": lambda texts, expected: all(text in expected for text in texts),
    "Fn::EachMemberIn": lambda texts, allowed: set(texts) <= set(allowed),
    "Fn::Equals": lambda left, right: left == right,
}
_SEVERAL = {"Fn::And": (2, 10), "Fn::Or": (2, 10), "Fn::Not": (1, 1)}
