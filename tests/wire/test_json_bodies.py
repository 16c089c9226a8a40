"""Which JSON bodies are read: those of objects in which no name stands twice, however they are written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.wire import json_values
from vedette.wire.errors import Malformed

# Quotes, colons and backslashes in names and strings are what a quick look may take for more names.
texts = st.text(st.sampled_from('ab":\\ ,{é'), max_size=4)
gaps = st.sampled_from(["", " ", "\n", "\t "])


def written_string(text):
    return st.sampled_from([json.dumps(text), json.dumps(text, ensure_ascii=False)])


@st.composite
def objects(draw, values):
    pairs = draw(st.lists(st.tuples(texts.flatmap(written_string), gaps, gaps, values), max_size=4))
    return "{" + ",".join(f"{name}{gap}:{other}{value}" for name, gap, other, value in pairs) + "}"


leaves = st.sampled_from(["1", "true", "null", "-2.5"]) | texts.flatmap(written_string)
values = st.recursive(
    leaves,
    lambda inner: objects(inner) | st.lists(inner, max_size=3).map(lambda items: f"[{','.join(items)}]"),
    max_leaves=8,
)


def has_a_name_twice(text):
    repeated = []

    def look(pairs):
        repeated.append(len({name for name, _ in pairs}) < len(pairs))
        return dict(pairs)

    json.loads(text, object_pairs_hook=look)
    return any(repeated)


@given(objects(values))
def test_a_body_is_refused_where_a_name_stands_twice_and_only_there(text):
    if has_a_name_twice(text):
        with pytest.raises(Malformed, match="names a member twice"):
            json_values.load(text.encode())
    else:
        assert json_values.load(text.encode()) == json.loads(text)


@pytest.mark.parametrize("keys", [3, 300])
def test_a_name_that_stands_twice_is_seen_in_small_and_in_large_bodies(keys):
    pairs = [f'"k{number}": "v"' for number in range(keys)]
    assert len(json_values.load(f"{{{','.join(pairs)}}}".encode())) == keys
    with pytest.raises(Malformed, match="names a member twice"):
        json_values.load(f"{{{','.join([*pairs, pairs[1]])}}}".encode())
