"""JSON read piece by piece is what it is when it is read at once, wherever a piece ends."""

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.errors import Wrong
from vedette.exchange import json_stream
from vedette.exchange.json_stream import JsonStreamReader

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture(scope="module", params=[1, 2, 5], autouse=True)
def block(request):
    """So many characters are read at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_BLOCK", request.param)
        yield request.param


def reader(text):
    return JsonStreamReader(io.StringIO(text), "a file")


@settings(max_examples=25)
@given(st.dictionaries(st.text(), values, max_size=4), st.sampled_from([None, 1]))
def test_members_are_those_of_the_whole_text(document, indent):
    expected = [
        (key, element)
        for key, value in document.items()
        for element in (value if isinstance(value, list) else [value])
    ]
    assert list(reader(json.dumps(document, indent=indent)).members()) == expected


@settings(max_examples=25)
@given(st.lists(values, max_size=4), st.sampled_from([None, 1]))
def test_elements_are_those_of_the_whole_text(elements, indent):
    assert list(reader(f" \t\r\n{json.dumps(elements, indent=indent)}").elements()) == elements


@pytest.mark.parametrize("number", ["1.5", "-1.5e-7", "1E+5", "100", "0.25"])
def test_a_number_is_whole_wherever_a_piece_ends(number):
    for before in range(8):
        assert list(reader(f"{' ' * before}[{number},{number}]").elements()) == [float(number)] * 2
        assert list(reader(f'{" " * before}{{"a":{number}}}').members()) == [("a", float(number))]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a file ends too early."),
        ("{", "a file ends too early."),
        ('{"a": [1,', "a file ends too early."),
        ("[1]", "a file has '[' where '{' is expected."),
        ('{"a" 1}', "a file has '1' where ':' is expected."),
        ('{"a": [1 2]}', "a file has '2' where ',' is expected."),
        ('{"a": [{}{}]}', "a file has '{' where ',' is expected."),
        ('{"a": [1,]}', "a file has ']' where a value is expected."),
        ('{"a": 1 "b": 2}', "a file has '\"' where ',' is expected."),
        ('{"a": 1,}', "a file has '}' where a value is expected."),
        ("{1: 2}", "a file has '1' where a name is expected."),
        ('{"a": [1]} {"a": [2]}', "a file has '{' behind its end."),
        ('{"a": x}', "a file is no JSON near 'Expecting value'."),
        ('{"a": NaN}', "a file has NaN, which is no number."),
        ('{"a": -Infinity}', "a file has -Infinity, which is no number."),
        (f'{{"a": {"7" * 4301}}}', "a file has a number with too many digits."),
        (f'{{"a": {"{" * 9}', "a file is no JSON near"),
    ],
)
def test_what_is_no_json_is_a_sentence(text, sentence):
    with pytest.raises(Wrong) as refusal:
        list(reader(text).members())
    assert str(refusal.value).startswith(sentence)


def test_a_list_is_whole_and_the_only_one():
    for text in ("[1 2]", "[1,]", "[1] [2]", "[1]x"):
        with pytest.raises(Wrong, match="a file has "):
            list(reader(text).elements())


@pytest.mark.parametrize(("most", "is_read"), [(12, True), (8, False)])
def test_a_member_that_is_too_long_is_refused(monkeypatch, most, is_read):
    monkeypatch.setattr(json_stream, "_MOST", most)
    text = f'{{"a": "{"b" * 5}"}}'
    if is_read:
        assert list(reader(text).members()) == [("a", "b" * 5)]
        return
    with pytest.raises(Wrong, match="a member of more than 256 million characters"):
        list(reader(f'{{"a": "{"b" * 50}"}}').members())
