"""A line is kept byte for byte, and no line can hurt its reader."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.manifest.lines import BadLine, Line, change_line, read_line, read_lines, write_line

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(texts, json_values, max_size=6)


def read_all(raw: bytes, **options: int) -> list[Line | BadLine]:
    return list(read_lines(io.BytesIO(raw), **options))


@given(objects)
def test_what_is_written_is_read_back(values):
    line = write_line(values)
    assert read_line(line.text).values == values


# Names and texts that look like the end of a key, and ways to write them.
odd_texts = st.text('":a\\ {[', max_size=3)
spaces = st.sampled_from(["", "", "", " ", "\t"])


@st.composite
def written_objects(draw, deep=2):
    """An object as some tool might write it, with keys twice, odd spaces, and letters by their numbers."""

    def spell(text):
        ways = (lambda letter: json.dumps(letter)[1:-1], lambda letter: f"\\u{ord(letter):04x}")
        return f'"{"".join(draw(st.sampled_from(ways))(letter) for letter in text)}"'

    members = []
    for _ in range(draw(st.integers(0, 3))):
        value = draw(written_objects(deep - 1)) if deep and draw(st.booleans()) else spell(draw(odd_texts))
        members.append(f"{spell(draw(odd_texts))}{draw(spaces)}:{draw(spaces)}{value}{draw(spaces)}")
    return "{" + ",".join(members) + "}"


@given(written_objects())
def test_a_key_twice_is_seen_however_it_is_written(text):
    twins = []

    def note(members):
        twins.extend([None] if len(dict(members)) < len(members) else [])
        return dict(members)

    values = json.loads(text, object_pairs_hook=note)
    if twins:
        with pytest.raises(BadLine, match="twice"):
            read_line(text)
    else:
        assert read_line(text).values == values


@given(objects, st.sampled_from([None, 1]), st.booleans())
def test_an_unchanged_line_keeps_every_byte_however_it_was_spaced(values, indent, ascii_only):
    text = json.dumps(values, indent=indent, ensure_ascii=ascii_only).replace("\n", " ")
    line = read_line(text)
    assert line.text == text
    assert change_line(line, {}).text == text


@given(st.lists(objects, max_size=5), st.sampled_from([b"\n", b"\r\n"]), st.booleans(), st.booleans())
def test_a_file_gives_its_lines_with_or_without_mark_returns_and_last_newline(many, end, mark, closed):
    raw = (b"\xef\xbb\xbf" if mark else b"") + end.join(write_line(v).text.encode() for v in many)
    raw += end if closed and many else b""
    assert [line.values for line in read_all(raw) if isinstance(line, Line)] == many


def test_unknown_keys_survive_a_change_in_their_order():
    line = read_line('{"z": 1, "source-ref": "s3://bucket/a.jpg", "made-up": {"x": [1, 2]}}')
    assert list(change_line(line, {"new": 2}).values) == ["z", "source-ref", "made-up", "new"]
    assert (
        change_line(line, {}, without=["z"]).text
        == '{"source-ref":"s3://bucket/a.jpg","made-up":{"x":[1,2]}}'
    )


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        pytest.param(b'{"a":1,"a":2}', "json", id="a key twice"),
        pytest.param(b'{"a" :1, "a":":"}', "json", id="a key twice, spaced to look like once"),
        pytest.param(b'{"a":{"b":1,"b" : 1}}', "json", id="a key twice inside"),
        pytest.param(b'{"a":"\\":","a":1}', "json", id="a key twice behind an escaped quote"),
        pytest.param(b'{"a":1,"\\u0061":2}', "json", id="a key twice in two spellings"),
        pytest.param(b'{"b":"\\u0022:","a":1,"a":2}', "json", id="a key twice beside a quote by its number"),
        pytest.param(b'{"a":NaN}', "json", id="not a number"),
        pytest.param(b'{"a":Infinity}', "json", id="infinity"),
        pytest.param(b'{"a":1e999}', "json", id="a number beyond doubles"),
        pytest.param(b'{"a":"\\ud800"}', "json", id="half a character"),
        pytest.param(b'{"a":' + b"[" * 65 + b"]" * 65 + b"}", "json", id="nested 65 deep"),
        pytest.param(b'{"a":' + b"[" * 40_000 + b"]" * 40_000 + b"}", "json", id="nested 40,000 deep"),
        pytest.param(b'{"a":"\xff"}', "json", id="not UTF-8"),
        pytest.param('{"a":1}'.encode("utf-16"), "json", id="UTF-16"),
        pytest.param(b"", "json", id="blank"),
        pytest.param(b"[1]", "object", id="a list"),
        pytest.param(b'"text"', "object", id="a string"),
        pytest.param(b'{"a":"' + b"x" * 100_000 + b'"}', "long", id="too long"),
    ],
)
def test_a_bad_line_says_why_and_the_lines_around_it_are_read(raw, why):
    with pytest.raises(BadLine) as refused:
        read_line(raw)
    assert refused.value.fault == why
    before, _, after = read_all(b'{"n":1}\n' + raw + b'\n{"n":3}\n')
    assert (before.values, after.values, after.number) == ({"n": 1}, {"n": 3}, 3)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":{"b":1},"b":1}',
        b'{"a":":","b":"\\":"}',
        b'{ "a" : 1 , "b" : 2 }',
        b'{"a":' + b"[" * 60 + b"]" * 60 + b"}",
        b'{"a":"' + b"x" * 99_992 + b'"}',
    ],
)
def test_the_neighbour_of_a_bad_line_is_read(raw):
    assert read_line(raw).text.encode() == raw


def test_characters_are_counted_not_bytes():
    assert read_line('{"a":"' + "\N{HONEYBEE}" * 99_992 + '"}', number=1).number == 1


def test_a_line_of_many_megabytes_is_skipped_without_being_held():
    class Endless(io.RawIOBase):
        """Thirty megabytes in one line, then a good one; never asked for more than a block."""

        def __init__(self) -> None:
            self.blocks = 120
            self.largest = 0

        def read(self, size: int = -1) -> bytes:
            self.largest = max(self.largest, size)
            self.blocks -= 1
            return b"x" * size if self.blocks > 0 else b'\n{"n":2}\n' if self.blocks == 0 else b""

    stream = Endless()
    bad, good = read_lines(stream)  # type: ignore[arg-type]
    assert (bad.fault, bad.number, good.values) == ("long", 1, {"n": 2})
    assert 0 < stream.largest <= 1 << 20
