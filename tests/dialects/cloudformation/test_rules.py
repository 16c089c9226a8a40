"""Rules of templates: what they hold parameters to, and which could not be judged."""

import pytest

from vedette.dialects.cloudformation.functions import TemplateValues
from vedette.dialects.cloudformation.parameters import give_parameters
from vedette.dialects.cloudformation.rules import check_rule_forms, check_rules
from vedette.dialects.cloudformation.template import read_template
from vedette.errors import Unbuilt, Wrong

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: test}
  Size: {Type: Number, Default: 1}
  Lines: {Type: CommaDelimitedList, Default: 'one, two'}
Rules:
  %s
Resources:
  A: {Type: T}
"""
LIVE = "RuleCondition: !Equals [!Ref Stage, live]"


def judge(rules, **parameters):
    template = read_template(TEMPLATE % rules)
    check_rule_forms(template)
    given = give_parameters(template, parameters, {})
    check_rules(TemplateValues(template, given, {"AWS::Region": "eu-west-1"}, plans=True))


@pytest.mark.parametrize(
    ("assertion", "parameters", "holds"),
    [
        ("!Contains [[live, test], !Ref Stage]", {"Stage": "live"}, True),
        ("!Contains [[live, test], !Ref Stage]", {"Stage": "other"}, False),
        ("!Equals [!Ref Size, 2]", {"Size": "2"}, True),
        ("!Not [!Equals [!Ref Size, 2]]", {"Size": "2"}, False),
        ("!EachMemberIn [!Ref Lines, [one, two, three]]", {}, True),
        ("!EachMemberIn [!Ref Lines, [one, three]]", {}, False),
        ("!EachMemberEquals [!Ref Lines, one]", {"Lines": "one,one"}, True),
        ("!EachMemberEquals [!Ref Lines, one]", {}, False),
        ("!And [!Equals [!Ref AWS::Region, eu-west-1], !Contains [!Ref Lines, two]]", {}, True),
        ("!Or [!Equals [!Ref Stage, a], !Equals [!Ref Stage, b]]", {}, False),
        ("{Fn::Contains: [[live], {Ref: Stage}]}", {"Stage": "live"}, True),
    ],
)
def test_a_rule_holds_or_is_named(assertion, parameters, holds):
    rule = f"R: {{Assertions: [{{Assert: {assertion}, AssertDescription: stages are live or test}}]}}"
    if holds:
        judge(rule, **parameters)
        return
    with pytest.raises(Wrong, match="R: stages are live or test"):
        judge(rule, **parameters)


def test_a_rule_counts_where_its_condition_holds():
    rule = f"R: {{{LIVE}, Assertions: [{{Assert: !Equals [!Ref Size, 4]}}]}}"
    judge(rule)
    with pytest.raises(Wrong, match="R: assertion 1"):
        judge(rule, Stage="live")


@pytest.mark.parametrize(
    ("rule", "refusal", "problem"),
    [
        ("R: {}", Wrong, "Assertions of the rule R"),
        ("R: {Assertions: []}", Wrong, "not empty"),
        ("R: {Assertions: [{Assert: true}]}", Wrong, "is made of"),
        ("R: {Assertions: [{AssertDescription: a}]}", Wrong, "has an Assert"),
        ("R: {Assertions: [{Assert: !Equals [a]}]}", Wrong, "is made of"),
        ("R: {Assertions: [{Assert: !Not [!Equals [a, b], !Equals [a, b]]}]}", Wrong, "is made of"),
        ("R: {Assertions: [{Assert: !Equals [!Ref A, b]}]}", Wrong, "Refs to parameters"),
        ("R: {Assertions: [{Assert: !Equals [!Sub '${Stage}', b]}]}", Wrong, "Refs to parameters"),
        ("R: {Assertions: [{Assert: {Fn::EachMemberIn: [{Fn::RefAll: 'x'}, [a]]}}]}", Unbuilt, "RefAll"),
        ("R: {Other: 1, Assertions: [{Assert: !Equals [a, a]}]}", Wrong, "Other"),
        ("R: {RuleCondition: yes, Assertions: [{Assert: !Equals [a, a]}]}", Wrong, "is made of"),
    ],
)
def test_a_rule_that_could_not_be_judged_is_refused(rule, refusal, problem):
    with pytest.raises(refusal, match=problem):
        judge(rule)
