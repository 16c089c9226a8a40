"""The template language: what it yields, and what a hostile template gets."""

import json
import time

import pytest

from vedette.dialects.cloudformation.functions import MadeResource, TemplateValues
from vedette.dialects.cloudformation.graph import check_mentions, in_order
from vedette.dialects.cloudformation.parameters import check_declarations, give_parameters
from vedette.dialects.cloudformation.reading import read_text
from vedette.dialects.cloudformation.template import read_template
from vedette.errors import Refusal, Unbuilt, Wrong

PSEUDO = {"AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333", "AWS::StackName": "s"}
BASE = """
Parameters:
  Name: {Type: String, Default: boards}
  Lines: {Type: CommaDelimitedList, Default: 'one, two'}
  Secret: {Type: String, NoEcho: true, Default: hunter22}
Mappings:
  Places: {eu-west-1: {Short: eu, Hosts: [a, b]}}
Conditions:
  IsBoards: !Equals [!Ref Name, boards]
  IsBoth: !And [!Condition IsBoards, !Not [!Equals [a, b]]]
Resources:
  A: {Type: T}
  B: {Type: T, Condition: IsBoth}
"""


def values(text=BASE, products=None, **parameters):
    template = read_template(text)
    inputs = give_parameters(template, parameters, {})
    products = products or {"A": MadeResource("a-1", {"Arn": "arn:a", "Secret": "x"})}
    return TemplateValues(template, inputs, PSEUDO, products.get, {"shared": "from-there"}.get)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Name", "boards"),
        ("!Ref Lines", ["one", "two"]),
        ("!Ref AWS::Region", "eu-west-1"),
        ("!Ref A", "a-1"),
        ("!GetAtt A.Arn", "arn:a"),
        ("!GetAtt [A, Arn]", "arn:a"),
        ("!Sub '${Name}-${A}-${A.Arn}-${AWS::AccountId}-${!Kept}'", "boards-a-1-arn:a-111122223333-${Kept}"),
        ("!Sub ['${x}${Name}', {x: !Ref A}]", "a-1boards"),
        ("!Join ['-', [!Ref Name, 1, true]]", "boards-1-true"),
        ("!Select [1, !Ref Lines]", "two"),
        ("!Select ['0', !Split ['.', x.y]]", "x"),
        ("!FindInMap [Places, !Ref AWS::Region, Short]", "eu"),
        ("!Base64 abc", "YWJj"),
        ("!If [IsBoth, yes-it-is, no]", "yes-it-is"),
        ("{a: !Ref AWS::NoValue, b: [!Ref AWS::NoValue, 1]}", {"b": [1]}),
        ("!ImportValue shared", "from-there"),
        ("!Cidr [10.0.0.0/16, 2, 8]", ["10.0.0.0/24", "10.0.1.0/24"]),
        ("{Fn::Join: [',', {Ref: Lines}]}", "one,two"),
        ("000000000012", "000000000012"),
        ("2012-10-17", "2012-10-17"),
        ("!Sub '${Secret}'", "hunter22"),
    ],
)
def test_a_function_yields_what_cloudformation_yields(value, expected):
    content = read_text(f"V: {value}")["V"]
    assert values().resolve(content) == expected


def test_blocks_larger_than_there_is_room_for_are_refused():
    # Found by drawing bytes: whether the block is large enough is known with the first part only.
    content = read_text("V: !Cidr [10.0.0.0/16, 4, 28]")["V"]
    with pytest.raises(Wrong, match="cannot divide"):
        values().resolve(content)


def test_what_nobody_is_to_see_is_masked():
    masked = values()
    masked.masks = True
    assert masked.resolve({"Fn::Sub": "x${Secret}y"}) == "x****y"
    assert masked.parameters.mask("the word hunter22 is wrong") == "the word **** is wrong"


def test_resources_come_after_what_they_need_and_a_loop_is_named():
    template = json.dumps(
        {
            "Resources": {
                "C": {"Type": "T", "Properties": {"x": {"Fn::Sub": "${B.Arn}"}}},
                "B": {"Type": "T", "Properties": {"x": [{"Ref": "A"}]}},
                "A": {"Type": "T"},
                "D": {"Type": "T", "DependsOn": ["C"]},
            }
        }
    )
    assert in_order(values(template)) == ["A", "B", "C", "D"]
    loop = json.dumps(
        {
            "Resources": {
                "A": {"Type": "T", "Properties": {"x": {"Ref": "B"}}},
                "B": {"Type": "T", "DependsOn": "A"},
            }
        }
    )
    with pytest.raises(Wrong, match=r"Circular dependency between resources: \[A, B\]"):
        in_order(values(loop))


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nResources: {A: {Type: T}}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (BOMB, "YAML aliases are not supported"),
        ("A: " + "[" * 5000 + "]" * 5000, "nested too deeply|not well-formed"),
        ('{"A": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
        ('{"Resources": {}, "Resources": {}}', "the key Resources is there twice"),
        ("Resources: {A: {Type: T}, A: {Type: T}}", "the key A is there twice"),
        ("A: !!python/object/apply:os.system [ls]", "is not supported"),
        ("A: !Transform {Name: x}", "the tag !Transform is not supported"),
        ("Resources: {A: {Type: T}}\n---\nB: 1", "more than one document"),
        ("just a text", "unsupported structure"),
        ("Resources:\n\tA: 1", "YAML not well-formed"),
        ('{"Resources": {"A": {"Type": "T", "Properties": {"x": NaN}}}}', "NaN is no number"),
    ],
)
def test_a_hostile_text_is_a_sentence_and_takes_no_time(text, sentence):
    with pytest.raises(Refusal, match=sentence):
        read_text(text)


def checked(text):
    template = read_template(text)
    check_declarations(template)
    check_mentions(template, {"T": frozenset({"Arn"})})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Resources: {}", "At least one Resources member"),
        ("Resources: {A: {}}", "must contain a Type member"),
        ("Resources: {A: {Type: T}}\nHooks: {}", "The section Hooks of templates is not supported"),
        ("Resources: {A: {Type: T}}\nExtra: {}", r"Invalid template property or properties \[Extra\]"),
        ("Resources: {A-B: {Type: T}}", "non alphanumeric"),
        ("Resources: {A: {Type: T, CreationPolicy: {}}}", "CreationPolicy of the resource A is not"),
        ("Resources: {A: {Type: T, DeletionPolicy: Keep}}", "DeletionPolicy of A is one of"),
        ("Resources: {A: {Type: T, Properties: {x: !Ref Nobody}}}", r"resource dependencies \[Nobody\]"),
        ("Resources: {A: {Type: T, Properties: {x: !Sub '${No.Arn}'}}}", "undefined resource No"),
        ("Resources: {A: {Type: T, Properties: {x: !GetAtt A.Nothing}}}", "attribute type Nothing"),
        ("Resources: {A: {Type: T, Properties: {Fn::ForEach::X: []}}}", "is not a function that is"),
        ("Resources: {A: {Type: T, DependsOn: Nobody}}", r"\[Nobody\] in DependsOn of A"),
        ("Resources: {A: {Type: T, Condition: C}}", "condition C is not defined"),
        (
            "Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>'}}\nResources: {A: {Type: T}}",
            "of the parameter P is not supported yet",
        ),
    ],
)  # fmt: skip
def test_what_a_template_may_not_hold_is_named(text, sentence):
    with pytest.raises((Wrong, Unbuilt), match=sentence):
        checked(text)


def test_conditions_that_lead_to_one_another_are_refused():
    loop = (
        "Conditions: {X: !Not [!Condition Y], Y: !Not [!Condition X]}\n"
        "Resources: {A: {Type: T, Condition: X}}"
    )
    with pytest.raises(Wrong, match="Circular dependency between conditions"):
        in_order(values(loop))
    chain = {f"C{n}": {"Fn::Not": [{"Condition": f"C{n + 1}"}]} for n in range(900)}
    chain["C900"] = {"Fn::Equals": ["a", "a"]}
    template = {"Conditions": chain, "Resources": {"A": {"Type": "T", "Condition": "C0"}}}
    with pytest.raises(Wrong, match="between conditions"):
        in_order(values(json.dumps(template)))


@pytest.mark.parametrize(
    ("declared", "value", "given"),
    [
        ({"Mappings": {"M": {"a": {"b": "z" * 400_000}}}}, {"Fn::FindInMap": ["M", "a", "b"]}, {}),
        ({"Mappings": {"M": {"a": {"b": ["z"] * 40_000}}}}, {"Fn::FindInMap": ["M", "a", "b"]}, {}),
        ({"Parameters": {"L": {"Type": "CommaDelimitedList"}}}, {"Ref": "L"}, {"L": "," * 4000}),
        ({"Parameters": {"L": {"Type": "String"}}}, {"Ref": "L"}, {"L": "z" * 4000}),
        ({}, {"Fn::Split": [";", ";" * 4000]}, {}),
    ],
)
def test_what_is_looked_up_again_and_again_is_bounded(declared, value, given):
    """A few letters ask for a long value; 10,000 of them made 3.8 GB of a template of 760 KB."""
    template = json.dumps({**declared, "Resources": {"A": {"Type": "T"}}})
    few, many = ([{**value} for _ in range(count)] for count in (10, 5000))
    assert len(values(template, **given).resolve(few)) == 10
    with pytest.raises(Wrong, match="more text than a template may have"):
        values(template, **given).resolve(many)


def test_functions_within_functions_do_not_blow_up():
    """Ten thousand times a variable of ten thousand times another: 400 GB, if it were built."""
    value: object = {"Fn::Sub": "${Big}" * 8000}
    for _ in range(3):
        value = {"Fn::Sub": ["${x}" * 8000, {"x": value}]}
    text = BASE.replace("  Name:", f"  Big: {{Type: String, Default: {'b' * 4000}}}\n  Name:", 1)
    began = time.process_time()
    with pytest.raises(Wrong, match="more text than a template may have"):
        values(text).resolve(value)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("declared", "value", "sentence"),
    [
        ("{Type: String, AllowedValues: [a, b]}", "c", "must be one of the allowed values a, b"),
        ("{Type: String, MinLength: 3}", "ab", "at least 3 characters"),
        ("{Type: String, AllowedPattern: '(a+)+$'}", "a" * 40 + "!", "must match pattern|takes too long"),
        ("{Type: Number, MaxValue: 3}", "4", "not greater than 3"),
        ("{Type: Number}", "four", "must be a number"),
        ("{Type: String, AllowedPattern: '('}", "x", "is no regular expression"),
        (
            "{Type: String, AllowedPattern: '[0-9]+', ConstraintDescription: digits}",
            "x",
            "failed to satisfy constraint: digits",
        ),
    ],
)
def test_a_parameter_is_held_to_its_declaration(declared, value, sentence):
    template = read_template(f"Parameters: {{P: {declared}}}\nResources: {{A: {{Type: T}}}}")
    with pytest.raises(Wrong, match=sentence):
        give_parameters(template, {"P": value}, {})


def test_parameters_that_are_unknown_or_lacking_are_named():
    template = read_template("Parameters: {P: {Type: String}}\nResources: {A: {Type: T}}")
    with pytest.raises(Wrong, match=r"Parameters: \[P\] must have values"):
        give_parameters(template, {}, {})
    with pytest.raises(Wrong, match=r"Parameters: \[Q\] do not exist in the template"):
        give_parameters(template, {"P": "x", "Q": "y"}, {})
    assert give_parameters(template, {"P": None}, {"P": "before"}).values == {"P": "before"}
