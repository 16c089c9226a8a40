"""Values of templates fitted into a shape: each kind of value into each kind of member."""

import pytest
from botocore.model import ShapeResolver

from vedette.api.fitting import fit
from vedette.wire.errors import Invalid

SHAPES = {
    "Text": {"type": "string"},
    "Truth": {"type": "boolean"},
    "Whole": {"type": "integer"},
    "Long": {"type": "long"},
    "Number": {"type": "double"},
    "Real": {"type": "float"},
    "Bytes": {"type": "blob"},
    "Texts": {"type": "list", "member": {"shape": "Text"}},
    "Wholes": {"type": "map", "key": {"shape": "Text"}, "value": {"shape": "Whole"}},
    "Thing": {"type": "structure", "members": {"Name": {"shape": "Text"}, "Sizes": {"shape": "Wholes"}}},
}
SHAPE = {name: ShapeResolver(SHAPES).get_shape_by_name(name) for name in SHAPES}


@pytest.mark.parametrize(
    ("shape", "value", "fitted"),
    [
        ("Text", "a", "a"),
        ("Text", True, "true"),
        ("Text", False, "false"),
        ("Text", 7, "7"),
        ("Text", 0.5, "0.5"),
        ("Truth", True, True),
        ("Truth", "TRUE", True),
        ("Truth", "false", False),
        ("Whole", 7, 7),
        ("Whole", "-7", -7),
        ("Whole", "+7", 7),
        ("Long", "9" * 18, 10**18 - 1),
        ("Number", 7, 7.0),
        ("Number", ".5", 0.5),
        ("Number", "1e3", 1000.0),
        ("Real", "-2.", -2.0),
        ("Bytes", "YQ==", "YQ=="),
        ("Texts", ["a", 1, True], ["a", "1", "true"]),
        ("Wholes", {"a": "1", "b": 2}, {"a": 1, "b": 2}),
        ("Thing", {"Name": 5, "Sizes": {"a": "1"}}, {"Name": "5", "Sizes": {"a": 1}}),
    ],
)
def test_what_fits_is_of_the_shapes_kind(shape, value, fitted):
    result = fit(SHAPE[shape], value, "P")
    assert (result, type(result)) == (fitted, type(fitted))


@pytest.mark.parametrize(
    ("shape", "value", "problem"),
    [
        ("Text", ["a"], "#/P: expected type: String"),
        ("Text", None, "#/P: expected type: String"),
        ("Truth", 1, "#/P: expected type: Boolean"),
        ("Truth", "yes", "#/P: expected type: Boolean"),
        ("Whole", True, "#/P: expected type: Integer"),
        ("Whole", 1.0, "#/P: expected type: Integer"),
        ("Whole", "1.0", "#/P: expected type: Integer"),
        ("Long", "9" * 19, "#/P: expected type: Integer"),
        ("Number", False, "#/P: expected type: Number"),
        ("Number", "1e1000", "#/P: expected type: Number"),
        ("Number", "inf", "#/P: expected type: Number"),
        ("Real", "a", "#/P: expected type: Number"),
        ("Texts", "a", "#/P: expected type: JSONArray"),
        ("Texts", ["a", {}], "#/P/1: expected type: String"),
        ("Wholes", [1], "#/P: expected type: JSONObject"),
        ("Wholes", {"a": "b"}, "#/P/a: expected type: Integer"),
        ("Thing", "a", "#/P: expected type: JSONObject"),
        ("Thing", {"name": "a"}, "#/P: extraneous key [name] is not permitted"),
        ("Thing", {"Sizes": {"a": []}}, "#/P/Sizes/a: expected type: Integer"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(shape, value, problem):
    with pytest.raises(Invalid) as refusal:
        fit(SHAPE[shape], value, "P")
    assert problem in str(refusal.value)


def test_where_nothing_is_wanted_nothing_is_left():
    assert fit(None, {"a": 1}, "P") == {}
