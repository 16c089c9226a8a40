"""The document of an evaluation: read back as it was written, whoever wrote it and when."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.errors import Wrong
from vedette.evaluation.document import Evaluation, read_evaluation, write_evaluation
from vedette.evaluation.evaluate import evaluate
from vedette.evaluation.headline import headline
from vedette.evaluation.judged import JudgedPicture
from vedette.evaluation.schema import json_schema
from vedette.vision.annotations import Box, Finding, Sample

GOLDEN = Path(__file__).parents[1] / "golden" / "evaluations"
FILES = sorted(path.name for path in GOLDEN.glob("*.json"))
SCHEMA = json_schema(Evaluation, title="", description="")
LABELS = ("nut", "bolt")

shares = st.floats(0, 1, allow_nan=False)
labels = st.sampled_from(LABELS)
boxes = st.builds(Box, shares, shares, st.floats(0.01, 1), st.floats(0.01, 1))
whole = {"scores": st.fixed_dictionaries(dict.fromkeys(LABELS, shares))}
counts = st.integers(0, 9).flatmap(lambda n: st.tuples(st.just(n), *[st.integers(n, 20)] * 2))
pixels = st.none() | st.fixed_dictionaries(dict.fromkeys(LABELS, counts))


def samples(**fields):
    return st.builds(Sample, picture=st.just(Path("p.png")), source=st.text(max_size=5), **fields)


PICTURES = {
    "classification": st.builds(JudgedPicture, samples(labels=st.tuples(labels)), **whole),
    "multilabel": st.builds(JudgedPicture, samples(labels=st.lists(labels, unique=True).map(tuple)), **whole),
    "detection": st.builds(
        JudgedPicture,
        samples(boxes=st.lists(st.tuples(labels, boxes), max_size=3).map(tuple)),
        findings=st.lists(st.builds(Finding, labels, shares, boxes), max_size=4).map(tuple),
    ),
    "anomaly": st.builds(JudgedPicture, samples(is_anomalous=st.booleans()), score=shares),
    "segmentation": st.builds(
        JudgedPicture,
        samples(is_anomalous=st.booleans()),
        findings=st.lists(st.builds(Finding, labels, shares, area=shares), max_size=2).map(tuple),
        score=shares,
        pixels=pixels,
    ),
}


def stored(name="classification.json"):
    return json.loads((GOLDEN / name).read_text("utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_a_document_of_an_earlier_version_is_read_and_says_the_same(name):
    document = stored(name)
    assert "format" not in document
    assert write_evaluation(read_evaluation(document, name)) == {"format": 1, **document}


@pytest.mark.parametrize("task", PICTURES)
@settings(max_examples=25)
@given(data=st.data())
def test_what_is_written_is_read_back_whole(task, data):
    pictures = data.draw(st.lists(PICTURES[task], max_size=4))
    evaluation = evaluate(task, LABELS, pictures)
    document = json.loads(json.dumps(write_evaluation(evaluation), allow_nan=False))
    assert read_evaluation(document, "this") == evaluation
    assert problems_of(document, SCHEMA) == []


@pytest.mark.parametrize("name", FILES)
def test_the_schema_holds_for_every_document(name):
    assert problems_of(stored(name), SCHEMA) == []


def test_the_schema_refuses_what_the_reader_refuses():
    for document in (stored() | {"accuracy": "high"}, stored() | {"labels": [{}]}, {"task": "anomaly"}):
        with pytest.raises(Wrong):
            read_evaluation(document, "this")
        assert problems_of(document, SCHEMA)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"accuracy": "high"}, "this is no evaluation: accuracy is 'high', not a number."),
        ({"accuracy": True}, "this is no evaluation: accuracy is True, not a number."),
        ({"accuracy": float("nan")}, "this is no evaluation: accuracy is not a finite number."),
        ({"pictures": 1.5}, "this is no evaluation: pictures is 1.5, not a whole number."),
        ({"labels": {}}, "this is no evaluation: labels is not a list."),
        ({"labels": [{}]}, "this is no evaluation: labels[0].label is missing."),
        ({"thresholds": []}, "this is no evaluation: thresholds is not an object."),
        ({"thresholds": {"nut": None}}, "this is no evaluation: thresholds.nut is None, not a number."),
        ({"accuracy": 10**400}, "this is no evaluation: accuracy is 1000"),
        ({"task": "counting"}, "this is no evaluation: it has no task that is known."),
        ({"task": ["anomaly"]}, "this is no evaluation: it has no task that is known."),
        ({"format": "1"}, "this has no format version that could be read."),
        ({"format": True}, "this has no format version that could be read."),
        ({"format": 0}, "this has no format version that could be read."),
        ({"format": 2}, "this was written by a later Vedette (its format is above 1, "),
    ],
)
def test_a_damaged_document_is_refused_by_the_place_that_is_wrong(change, sentence):
    with pytest.raises(Wrong) as refused:
        read_evaluation(stored() | change, "this")
    assert refused.value.sentence.startswith(sentence)


@pytest.mark.parametrize("document", [None, [], "text", 7, {}])
def test_what_is_no_document_is_refused(document):
    with pytest.raises(Wrong, match="this is no evaluation: it has no task"):
        read_evaluation(document, "this")


def test_a_field_that_is_missing_is_named():
    document = stored("detection.json")
    del document["outcomes"][2]["missed"]
    with pytest.raises(Wrong, match=r"this is no evaluation: outcomes\[2\]\.missed is missing\."):
        read_evaluation(document, "this")


def test_a_box_without_an_area_is_refused():
    document = stored("detection.json")
    document["outcomes"][0]["findings"][0]["box"]["width"] = 0
    with pytest.raises(Wrong, match=r"outcomes\[0\]\.findings\[0\]\.box cannot be: a box has an area"):
        read_evaluation(document, "this")


def test_what_a_later_release_added_is_passed_over():
    document = stored() | {"latency": {"p50": 4}}
    assert read_evaluation(document, "this") == read_evaluation(stored(), "this")


def test_a_headline_leaves_out_what_could_not_be_told():
    short = headline(read_evaluation(stored("segmentation-without-masks.json"), "this"))
    shown = {"task", "pictures", "accuracy", "precision", "recall", "f1", "average_precision", "labels"}
    assert set(short) == shown


def problems_of(value, schema, place="$"):
    """Return what is wrong with a document by its schema: those words of JSON Schema that ours uses."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        tried = [problems_of(value, choice, place) for choice in schema["anyOf"]]
        return [] if [] in tried else [f"{place}: none of {len(tried)}", *min(tried, key=len)]
    if "const" in schema or "enum" in schema:
        return [] if value in schema.get("enum", [schema.get("const")]) else [f"{place}: another word"]
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    if schema["type"] in ("number", "integer"):
        fits = isinstance(value, int if schema["type"] == "integer" else int | float) and value is not True
        return [] if fits else [f"{place}: no {schema['type']}"]
    if not isinstance(value, kinds[schema["type"]]):
        return [f"{place}: no {schema['type']}"]
    missing = [f"{place}: lacks {key}" for key in schema.get("required", ()) if key not in value]
    inner = []
    if isinstance(value, list):
        inner = [(item, schema["items"], f"{place}[{n}]") for n, item in enumerate(value)]
    if isinstance(value, dict):
        known = schema.get("properties", {})
        rest = schema.get("additionalProperties")
        inner = [(item, known.get(key, rest), f"{place}.{key}") for key, item in value.items()]
    return missing + [problem for item, kind, at in inner if kind for problem in problems_of(item, kind, at)]
