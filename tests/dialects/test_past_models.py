"""Evaluations that AWS wrote are read as figures, or refused in a sentence."""

import copy
import json

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from doubles.past_models import encode, result_of, summary_of
from vedette.dialects.past_models import PastLabel, PastModel, dump_past, load_past
from vedette.dialects.registry import LOOKOUT, REKOGNITION
from vedette.errors import Wrong

BOARDS = PastModel(
    arn="arn:aws:rekognition:us-east-1:123456789012:project/boards/version/v3/1700000000000",
    project="boards",
    name="v3",
    created_ms=1_700_000_000_000,
    ended_ms=1_700_004_598_431,
    task="detection",
    train_pictures=80,
    test_pictures=20,
    precision=0.91,
    recall=0.88,
    f1=0.89,
    metrics={"F1Score": 0.89},
    labels=[
        PastLabel("comparator", 0.95, 0.9, 0.92, 11, 0.41),
        PastLabel("ir_led", 0.87, 0.86, 0.86, 12, 0.37),
    ],
)

MODEL_ARN = result_of()["EvaluationDetails"]["ModelArn"]


@pytest.mark.parametrize("is_nested", [False, True])
def test_a_summary_of_custom_labels_is_read_in_both_forms_that_its_guide_shows(is_nested):
    past = REKOGNITION.read_past_model(encode(summary_of(is_nested=is_nested)), "summary.json")
    assert past == BOARDS
    assert load_past(json.loads(json.dumps(dump_past(past)))) == past


def test_a_summary_with_a_confusion_matrix_is_of_labels_of_whole_pictures():
    past = REKOGNITION.read_past_model(encode(summary_of(finds_boxes=False)), "summary.json")
    assert past.task == "multilabel"


@pytest.mark.parametrize(("types", "task"), [((), "anomaly"), (("scratch", "dent"), "segmentation")])
def test_a_result_of_lookout_tells_of_pictures_and_of_areas(types, task):
    past = LOOKOUT.read_past_model(encode(result_of(types=types)), "result.json")
    assert (past.task, past.name, past.metrics) == (
        task, "2", {"Precision": 0.97, "Recall": 0.93, "F1Score": 0.95},
    )  # fmt: skip
    assert [(label.label, label.iou, label.test_pictures) for label in past.labels] == [
        (name, 0.6, None) for name in types
    ]


# In UTC it is in a year that no calendar here has.
LAST = "9999-12-31T23:59:59-12:00"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda d: d.pop("EvaluationDetails"), "EvaluationDetails"),
        (lambda d: d["AggregatedEvaluationResults"].update(F1Score=float("nan")), "F1Score"),
        (lambda d: d["AggregatedEvaluationResults"].update(F1Score=1.5), "F1Score"),
        (lambda d: d["AggregatedEvaluationResults"].update(Recall=True), "Recall"),
        (lambda d: d["LabelEvaluationResults"][0].pop("Metrics"), "Metrics of a label"),
        (lambda d: d["LabelEvaluationResults"][0].update(Label=" "), "Label"),
        (lambda d: d.update(LabelEvaluationResults=[{}] * 10_001), "at most 10,000"),
        (lambda d: d["EvaluationDetails"].update(EvaluationEndTimestamp="soon"), "no moment"),
        (lambda d: d["EvaluationDetails"].update(EvaluationEndTimestamp="0001-01-01T00:00+14"), "no moment"),
        (lambda d: d["EvaluationDetails"].update(EvaluationEndTimestamp=LAST), "no moment of a training"),
        (lambda d: d["LabelEvaluationResults"][0].update(Label="\ud800"), "Label"),
        (lambda d: d["EvaluationDetails"].update(ProjectVersionArn=f"{MODEL_ARN}\ud800"), "does not say"),
        (lambda d: d["EvaluationDetails"].update(NumberOfTestingImages=-1), "number of pictures"),
        (lambda d: d["EvaluationDetails"].update(ProjectVersionArn="v3"), "no ARN"),
        (lambda d: d["EvaluationDetails"].update(ProjectVersionArn=MODEL_ARN), "no version"),
    ],
)  # fmt: skip
def test_what_is_no_evaluation_is_refused_by_what_is_wrong_with_it(change, problem):
    document = copy.deepcopy(summary_of())
    change(document)
    with pytest.raises(Wrong, match=problem) as refusal:
        REKOGNITION.read_past_model(encode(document), "summary.json")
    assert refusal.value.sentence.startswith("summary.json ")


def test_a_number_that_would_use_up_all_others_is_refused():
    with pytest.raises(Wrong, match="no model of Lookout"):
        LOOKOUT.read_past_model(encode(result_of(number=9_999_999_999)), "result.json")


ODD = (
    None,
    True,
    -1,
    10**400,
    1e300,
    0.5,
    "",
    "text",
    [],
    [[]],
    [None],
    {},
    {"Metrics": 1},
    [{"Label": "a"}],
)


@given(st.sampled_from([summary_of, result_of]), st.data())
def test_no_damaged_evaluation_is_anything_but_refused_or_read(make, data):
    document = make()
    tables = [document, *(part for part in document.values() if isinstance(part, dict))]
    table = data.draw(st.sampled_from(tables))
    table[data.draw(st.sampled_from(sorted(table)))] = copy.deepcopy(data.draw(st.sampled_from(ODD)))
    dialect = REKOGNITION if make is summary_of else LOOKOUT
    try:
        past = dialect.read_past_model(encode(document), "evaluation.json")
    except Wrong as refusal:
        event(refusal.sentence.split()[0])  # anything but a refusal fails
    else:
        assert load_past(dump_past(past)) == past
