"""Every validation code: an input that raises it, and the neighbour that does not."""

# ruff: noqa: E501  (one row a code: a table is read across)

import io
from collections import Counter
from datetime import UTC, datetime
from functools import partial

import pytest

from vedette.dialects.intake import Intake, ManifestRefused
from vedette.dialects.lookout import line_rules as lookout
from vedette.dialects.lookout.dataset_checks import (
    DatasetCounts,
    PictureFacts,
    check_labels,
    check_mask,
    check_picture,
    shortfalls,
)
from vedette.dialects.registry import CODES, LOOKOUT, REKOGNITION
from vedette.dialects.rekognition import line_rules as rekognition
from vedette.dialects.rekognition.codes import LINE_CODES, PRIORITY, flaw
from vedette.dialects.rekognition.manifest_checks import PictureProblems, assess, validation_lines
from vedette.manifest import anomaly, classification, detection, segmentation
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.manifest.lines import read_lines, write_line
from vedette.manifest.marks import mark_line, mark_nothing
from vedette.manifest.segmentation import MaskRef
from vedette.manifest.split import TooFew, choose_test
from vedette.manifest.verdicts import Verdict
from vedette.vision.annotations import Box

STAMP = Stamp(moment=datetime(2026, 2, 11, tzinfo=UTC))
SIZE = {"width": 1280, "height": 960, "depth": 3}
ROWS = 5


def ref(n=0, bucket="bucket"):
    return f"s3://{bucket}/p{n}.png"


def image_line(n=0, *names, bucket="bucket", **metadata):
    line = {"source-ref": ref(n, bucket), **classification.write_labels(names or ["cat"], stamp=STAMP)}
    if metadata:
        line["cat-metadata"] = {**line["cat-metadata"], **metadata}
    return line


def box_line(n=0, *boxes, size=SIZE, names=None, **changes):
    told = [{"class_id": 0, "left": 10, "top": 10, "width": 50, "height": 50}, *boxes]
    told = changes.pop("annotations", told)
    metadata = {
        "objects": [{"confidence": 1} for _ in told],
        "class-map": names or {"0": "bolt"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2026-02-11T10:01:44",
        **changes,
    }
    return {"source-ref": ref(n), "p": {"image_size": [size], "annotations": told}, "p-metadata": metadata}


def anomaly_line(n=0, *, mask=None, is_anomalous=True, **changes):
    line = {"source-ref": ref(n), **anomaly.write_class(is_anomalous=is_anomalous, stamp=STAMP)}
    if mask is not None:
        line.update(segmentation.write_mask(MaskRef("s3://bucket/m.png", mask), stamp=STAMP))
    return {**line, **changes}


def box(left=10, top=10, width=50, height=50, number=0):
    return {"class_id": number, "left": left, "top": top, "width": width, "height": height}


def without(line, *path):
    *way, last = path
    place = line
    for key in way:
        place = place[key]
    del place[last]
    return line


def many(*lines):
    raw = b"\n".join(
        part.encode() if isinstance(part, str) else write_line(part).text.encode() for part in lines
    )
    return lambda: read_lines(io.BytesIO(raw))


# Four ways to find codes; a row names the one that its code belongs to.


def of_line(line):
    (found,) = many(line)()
    verdict = rekognition.judge_bad(found) if isinstance(found, Exception) else rekognition.judge_line(found)
    return [each.code for each in verdict.flaws]


def of_intake(*lines, most_rows=ROWS):
    so_far = Intake()
    try:
        list(REKOGNITION.take(many(*lines)(), so_far, most_rows=most_rows))
    except ManifestRefused as refused:
        return [refused.code]
    return [problem.code for problem in so_far.dropped]


def of_lookout(*lines):
    try:
        list(LOOKOUT.take(many(*lines)(), Intake(), most_rows=ROWS))
    except ManifestRefused as refused:
        return [refused.code]
    return []


def of_training(train, test=None, **facts):
    found = assess(many(*train), test and many(*test), pictures=PictureProblems(**facts))
    return [*found.train.codes, *(found.test.codes if found.test else ()), *found.codes]


def of_file(*, found=True, allowed=True, size=1):
    try:
        if not found:
            REKOGNITION.refuse_missing_manifest("s3://doors/a.manifest", "")
        REKOGNITION.refuse_manifest("s3://doors/a.manifest", is_readable=allowed, size=size)
    except ManifestRefused as refused:
        return [refused.code]
    return []


def of_split(labels):
    try:
        choose_test(labels, seed=0)
    except TooFew as refused:
        return [code for code in CODES if CODES[code].message == str(refused)]
    return []


GOOD = [image_line(0), image_line(1, "dog"), image_line(2), image_line(3, "dog")]
SMALL = {"width": 63, "height": 64, "depth": 3}
LEAST = {"width": 64, "height": 64, "depth": 3}
BIG = {"width": 3000, "height": 2000, "depth": 3}
RUST = {"#d62728": "rust"}


def colors(count):
    return {f"#0000{n:02x}": f"type{n}" for n in range(1, count + 1)}


def of_types(count):
    return Verdict("valid", labels=tuple(colors(count).values()))


def labels_over(count, per_line=50):
    """Lines that together carry so many labels, fifty to a picture."""
    names = [f"l{n}" for n in range(count)]
    return [image_line(n, *names[n * per_line : (n + 1) * per_line]) for n in range(-(-count // per_line))]


def halves(names):
    return [image_line(n, *names) for n in range(2)]


BOXES_AND_IMAGES = [box_line(0), box_line(1), image_line(2)]
NO_LABEL = {"source-ref": ref(), "cat": 1}

LINE_ROWS = [
    ("ERROR_INVALID_JSON_LINE", '{"source-ref" "s3://bucket/a"}', image_line()),
    ("ERROR_MISSING_SOURCE_REF", without(image_line(), "source-ref"), image_line()),
    ("ERROR_INVALID_SOURCE_REF_FORMAT", {**image_line(), "source-ref": "https://bucket/a.png"}, image_line()),
    ("ERROR_INVALID_SOURCE_REF_FORMAT", {**image_line(), "source-ref": "s3://bucket/folder/"}, image_line()),
    ("ERROR_NO_LABEL_ATTRIBUTES", NO_LABEL, {**image_line(), "spare": 1}),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", {**image_line(), "cat": "one"}, {**image_line(), "cat": 7}),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT", without(box_line(), "p", "image_size"), box_line()),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", image_line(confidence=1.1), image_line(confidence=1.0)),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", without(box_line(), "p-metadata", "objects"), box_line()),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", image_line(**{"human-annotated": "true"}), image_line()),
    ("ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT", without(image_line(), "cat-metadata", "type"), image_line()),
    ("ERROR_MISSING_BOUNDING_BOX_CONFIDENCE", box_line(objects=[{}]), box_line(objects=[{"confidence": 0}])),
    ("ERROR_MISSING_CLASS_MAP_ID", box_line(0, box(number=1)), box_line(0, box(), names={"0": "a", "9": "b"})),
    ("ERROR_UNSUPPORTED_USE_CASE_TYPE", image_line(type="groundtruth/text"), image_line()),
    ("ERROR_NO_VALID_LABEL_ATTRIBUTES", image_line(type="groundtruth/text"), image_line()),
    ("ERROR_INVALID_LABEL_NAME_LENGTH", image_line(**{"class-name": "x" * 257}), image_line(**{"class-name": "x" * 256})),
    ("ERROR_INVALID_LABEL_NAME_LENGTH", box_line(names={"0": ""}), box_line(names={"0": "\t"})),
    ("ERROR_INVALID_IMAGE_DIMENSION", box_line(size=SMALL, annotations=[box(0, 0, 9, 9)]), box_line(size=LEAST, annotations=[box(0, 0, 9, 9)])),
    ("ERROR_INVALID_BOUNDING_BOX", box_line(0, box(-2)), box_line(0, box(0))),
    ("ERROR_INVALID_BOUNDING_BOX", box_line(0, box(1240)), box_line(0, box(1230))),
    ("ERROR_INVALID_BOUNDING_BOX", box_line(0, box(width=1e300)), box_line(0, box(width=50.25))),
    ("ERROR_INVALID_BOUNDING_BOX", box_line(0, box(height=-5)), box_line(0, box(height=5))),
    ("ERROR_BOUNDING_BOX_TOO_SMALL", box_line(0, box(width=1, height=1)), box_line(0, box(width=2, height=2))),
    ("ERROR_BOUNDING_BOX_TOO_SMALL", box_line(0, box(width=2, height=2), size=BIG), box_line(0, box(width=3, height=3), size=BIG)),
    ("ERROR_BOUNDING_BOX_TOO_SMALL", box_line(0, box(width=0)), box_line(0, box(width=2))),
    ("ERROR_NO_VALID_ANNOTATIONS", box_line(annotations=[box(-9)]), box_line(0, box(-9))),
    ("ERROR_TOO_MANY_IMAGE_LABELS", labels_over(51, 51)[0], labels_over(50)[0]),
    ("ERROR_TOO_MANY_BOUNDING_BOXES", box_line(0, *[box()] * 50), box_line(0, *[box()] * 49)),
    ("WARNING_UNANNOTATED_RECORD", {"source-ref": ref()}, image_line()),
    ("WARNING_NO_ATTRIBUTE_ANNOTATIONS", box_line(annotations=[]), box_line()),
    ("WARNING_NO_ANNOTATIONS", box_line(annotations=[]), {**box_line(), "q": box_line(annotations=[])["p"], "q-metadata": box_line(annotations=[])["p-metadata"]}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "wrong", "right"), LINE_ROWS)
def test_a_line_raises_its_code_and_its_neighbour_does_not(code, wrong, right):
    assert code in of_line(wrong)
    assert code not in of_line(right)


LONG = {**image_line(9), "spare": "x" * 100_000}
INTAKE_ROWS = [
    ("DROPPED_LONG_LINE", of_intake, [*GOOD, LONG], GOOD),
    ("DROPPED_JSON", of_intake, [*GOOD, "{"], GOOD),
    ("DROPPED_SOURCE_REF_MISSING", of_intake, [*GOOD, {"cat": 1}], GOOD),
    ("DROPPED_SOURCE_REF_FORMAT", of_intake, [*GOOD, {"source-ref": "a.png"}], [*GOOD, {"source-ref": ref(9)}]),
    ("DROPPED_SOURCE_REF_TWICE", of_intake, [*GOOD, image_line(0)], [*GOOD, image_line(9)]),
    ("ERROR_TOO_MANY_RECORDS_IN_ERROR", of_intake, [*GOOD[:3], "{"], [*GOOD, "{"]),
    ("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT", of_intake, ["\x89PNG", "\x00"], GOOD),
    ("ERROR_EMPTY_MANIFEST", of_intake, [], GOOD),
    ("ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM", of_intake, [*GOOD, image_line(8), image_line(9)], [*GOOD, image_line(8)]),
    ("ERROR_MANIFEST_TOO_MANY_LABELS", partial(of_intake, most_rows=6), labels_over(251), labels_over(250)),
    ("ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS", of_intake, [*GOOD, image_line(9, bucket="other")], GOOD),
    ("LOOKOUT_EMPTY", of_lookout, [], [anomaly_line()]),
    ("LOOKOUT_TOO_MANY_ROWS", of_lookout, [anomaly_line(n) for n in range(6)], [anomaly_line(n) for n in range(5)]),
    ("LOOKOUT_LONG_LINE", of_lookout, [anomaly_line(**{"x": "x" * 8192, "x-metadata": {}})], [anomaly_line()]),
    ("LOOKOUT_JSON", of_lookout, ["[]"], ['{"source-ref":"s3://bucket/a.png"}']),
    ("LOOKOUT_SOURCE_REF", of_lookout, [{"x": 1}], [{"source-ref": ref()}]),
    ("LOOKOUT_TWICE", of_lookout, [anomaly_line(), anomaly_line()], [anomaly_line(0), anomaly_line(1)]),
    ("LOOKOUT_BUCKETS", of_lookout, [anomaly_line(), anomaly_line(**{"source-ref": "s3://other/a.png"})], [anomaly_line()]),
    ("LOOKOUT_PAIR", of_lookout, [{"source-ref": ref(), "auto-label": 1}], [{"source-ref": ref()}]),
    ("LOOKOUT_METADATA", of_lookout, [without(anomaly_line(), "anomaly-label-metadata", "human-annotated")], [without(anomaly_line(), "anomaly-label-metadata", "creation-date")]),
    ("LOOKOUT_MASK_REF", of_lookout, [anomaly_line(mask=RUST, **{"anomaly-mask-ref": "s3://bucket/m.jpg"})], [anomaly_line(mask=RUST)]),
    ("LOOKOUT_COLOR_MAP", of_lookout, [without(anomaly_line(mask=RUST), "anomaly-mask-ref-metadata", "internal-color-map")], [without(anomaly_line(mask=RUST), "anomaly-mask-ref-metadata", "internal-color-map", "0")]),
    ("LOOKOUT_LABEL_LENGTH", of_lookout, [anomaly_line(mask={"#000001": "x" * 257})], [anomaly_line(mask={"#000001": "x" * 256})]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "find", "wrong", "right"), INTAKE_ROWS)
def test_a_manifest_raises_its_code_and_its_neighbour_does_not(code, find, wrong, right):
    assert code in find(*wrong)
    assert code not in find(*right)


def test_a_project_has_a_hundred_anomaly_labels_and_no_more():
    def lines(count):
        return [anomaly_line(n, mask={"#d62728": f"type{n}"}) for n in range(count)]

    def codes(count):
        try:
            list(LOOKOUT.take(many(*lines(count))(), Intake(), most_rows=1000))
        except ManifestRefused as refused:
            return refused.code
        return ""

    assert (codes(101), codes(100)) == ("LOOKOUT_LABELS_OF_PROJECT", "")


def test_a_color_twice_makes_a_map_unusable():
    line = anomaly_line(mask=RUST)
    entries = line["anomaly-mask-ref-metadata"]["internal-color-map"]
    entries["2"] = {"class-name": "chip", "hex-color": "#D62728", "confidence": 0.0}
    assert of_lookout(line) == ["LOOKOUT_COLOR_MAP"]


GONE = ("p8.png", "p9.png")
BROKEN = {
    "is_broken": lambda source: source.endswith(GONE),
    "is_missing": lambda source: source.endswith(GONE),
}
TRAINING_ROWS = [
    ("ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST", ([*GOOD[:3], "{"],), ([*GOOD, "{"],), {}),
    ("ERROR_TOO_MANY_RECORDS_IN_ERROR", ([*GOOD, image_line(0), image_line(1)],), ([*GOOD, image_line(0)],), {}),
    ("ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS", ([*GOOD, image_line(4, bucket="other")],), (GOOD,), {}),
    ("ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET", ([image_line(0, bucket="closed")],), (GOOD,), {"denied": frozenset({"closed"})}),
    ("ERROR_INVALID_IMAGES_S3_BUCKET_OWNER", ([image_line(0, bucket="theirs")],), (GOOD,), {"foreign": frozenset({"theirs"})}),
    ("ERROR_FAILED_IMAGES_S3_COPY", ([image_line(8), image_line(9, "dog")],), ([image_line(8), image_line(0)],), BROKEN),
    ("ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT", (GOOD[:3],), (GOOD,), {}),
    ("ERROR_MANIFEST_TOO_FEW_LABELS", ([image_line(0), image_line(1)],), (GOOD,), {}),
    ("ERROR_MANIFEST_TOO_FEW_LABELS", ([box_line(annotations=[])],), ([box_line(0), box_line(1)],), {}),
    ("ERROR_MANIFEST_TOO_MANY_LABELS", (labels_over(251),), (labels_over(250),), {}),
    ("ERROR_MANIFEST_TOO_FEW_USABLE_LABELS", ([image_line(0), image_line(1), box_line(2)],), ([*GOOD, box_line(9)],), {}),
    ("ERROR_INSUFFICIENT_LABEL_OVERLAP", (halves(["a", "b", "c"]), halves(["a", "x"])), (halves(["a", "b"]), halves(["a", "x"])), {}),
    ("ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP", (GOOD, [box_line(0, names={"0": "cat"}), image_line(1, "bird"), image_line(2, "fox")]), (GOOD, GOOD), {}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "wrong", "right", "facts"), TRAINING_ROWS)
def test_a_training_raises_its_code_and_its_neighbour_does_not(code, wrong, right, facts):
    assert code in of_training(*wrong, **facts)
    assert code not in of_training(*right, **facts)


FACT_ROWS = [
    ("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT", of_file(found=False), of_file()),
    ("ERROR_MANIFEST_SIZE_TOO_LARGE", of_file(size=2**30 + 1), of_file(size=2**30)),
    ("ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET", of_file(allowed=False), of_file()),
    ("ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_DISTRIBUTE", of_split([("a",), ("a",), ("b",)]), of_split([("a",), ("a",), ("b",), ("b",)])),
    ("LOOKOUT_TOO_FEW_NORMAL", shortfalls(DatasetCounts(19, 10), None), shortfalls(DatasetCounts(20, 10), None)),
    ("LOOKOUT_TOO_FEW_NORMAL", shortfalls(DatasetCounts(10), DatasetCounts(9, 10)), shortfalls(DatasetCounts(10), DatasetCounts(10, 10))),
    ("LOOKOUT_TOO_FEW_ANOMALY", shortfalls(DatasetCounts(20, 9), None), shortfalls(DatasetCounts(20, 10), None)),
    ("LOOKOUT_TOO_FEW_ANOMALY", shortfalls(DatasetCounts(10, 0), DatasetCounts(10, 9)), shortfalls(DatasetCounts(10, 0), DatasetCounts(10, 10))),
    ("LOOKOUT_TOO_FEW_OF_LABEL", shortfalls(DatasetCounts(20, 19, 19, Counter(a=19)), None), shortfalls(DatasetCounts(20, 20, 20, Counter(a=20)), None)),
    ("LOOKOUT_IMAGE", [check_picture(PictureFacts("a"), same_as=None)], [check_picture(PictureFacts("a", "PNG", (64, 64)), same_as=None)]),
    ("LOOKOUT_IMAGE_BYTES", [check_picture(PictureFacts("a", "PNG", (64, 64), 2**23 + 1), same_as=None)], [check_picture(PictureFacts("a", "PNG", (64, 64), 2**23), same_as=None)]),
    ("LOOKOUT_IMAGE_SIDES", [check_picture(PictureFacts("a", "PNG", (64, 63)), same_as=None)], [check_picture(PictureFacts("a", "PNG", (4096, 64)), same_as=None)]),
    ("LOOKOUT_IMAGE_SIDES", [check_picture(PictureFacts("a", "PNG", (4097, 64)), same_as=None)], []),
    ("LOOKOUT_IMAGE_DIFFERS", [check_picture(PictureFacts("a", "PNG", (64, 65)), same_as=(64, 64))], [check_picture(PictureFacts("a", "PNG", (64, 65)), same_as=None)]),
    ("LOOKOUT_MASK", [check_mask(PictureFacts("m", "JPEG", (9, 9)), picture=(9, 9), labels=[])], [check_mask(PictureFacts("m", "PNG", (9, 9)), picture=(9, 9), labels=[])]),
    ("LOOKOUT_LABELS_OF_MASK", [check_labels("m", of_types(21))], [check_labels("m", of_types(20))]),
    ("LOOKOUT_MASK_DIFFERS", [check_mask(PictureFacts("m", "PNG", (9, 8)), picture=(9, 9), labels=[])], []),
    ("LOOKOUT_MASK_DIFFERS", [check_mask(PictureFacts("m", "PNG", (8, 8)), picture=(9, 8), raster=(8, 9), labels=[])], [check_mask(PictureFacts("m", "PNG", (8, 9)), picture=(9, 8), raster=(8, 9), labels=[])]),
    ("LOOKOUT_MASK_COLOR", [check_mask(PictureFacts("m", "PNG", (9, 9), colors=frozenset({"#d62728"})), picture=(9, 9), labels=["#9467bd"])], [check_mask(PictureFacts("m", "PNG", (9, 9), colors=frozenset({"#d62728", "#000000"})), picture=(9, 9), labels=["#d62728"])]),
]  # fmt: skip


@pytest.mark.parametrize(("code", "wrong", "right"), FACT_ROWS)
def test_a_fact_raises_its_code_and_its_neighbour_does_not(code, wrong, right):
    def codes(found):
        return [each if isinstance(each, str) else each.code for each in found if each]

    assert code in codes(wrong)
    assert code not in codes(right)


# Raised by the rooms that meet them, since they say nothing of a manifest's content.
ELSEWHERE = {
    "LOOKOUT_OUTPUT",  # likewise
    "ERROR_CANNOT_WRITE_OUTPUT_S3_BUCKET",  # training, when it writes its results
    "ERROR_INVALID_IMAGE",  # of_training, below
    "WARNING_IMAGE_SIZE",  # test_picture_rules.py
    "ERROR_DUPLICATE_SOURCE_REF",  # a test of its own above
    "LOOKOUT_OWNER",  # datasets and training, of the buckets that a manifest names
    "LOOKOUT_REGION",
    "LOOKOUT_UNREADABLE",  # datasets, when the manifest is opened
    "LOOKOUT_TOO_LARGE",
    "LOOKOUT_LABELS_OF_PROJECT",  # a test of its own above
}


def told(part):
    return (part.use_case, part.codes)


def test_one_cause_has_one_code_and_no_kind_is_told_where_most_lines_are_of_no_use():
    test = [box_line(0), box_line(1, names={"0": "nut"})]
    broken = {"is_broken": lambda source: source.endswith(("p0.png", "p2.png"))}
    found = assess(many(*GOOD), many(*test), pictures=PictureProblems(**broken))
    assert told(found.train) == ("NOT_DETERMINED", ["ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"])
    assert told(found.test) == ("NOT_DETERMINED", ["ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"])
    assert found.codes == ()
    summary = found.summary()
    assert [summary["statistics"][name]["use_case"] for name in ("training", "testing")] == [
        "NOT_DETERMINED",
        "NOT_DETERMINED",
    ]
    gone = {"is_broken": lambda source: True, "is_missing": lambda source: True}
    found = assess(many(*GOOD), many(*GOOD), pictures=PictureProblems(**gone))
    assert told(found.train) == told(found.test) == ("NOT_DETERMINED", ["ERROR_FAILED_IMAGES_S3_COPY"])
    assert found.codes == ()


def test_a_sound_part_beside_a_spoilt_one_is_still_judged():
    found = assess(many(*GOOD), many("{", "{"), pictures=PictureProblems())
    assert found.train.codes == []
    assert found.test.codes == ["ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"]
    found = assess(many(image_line(0), image_line(1)), many("{", "{"), pictures=PictureProblems())
    assert found.train.codes == ["ERROR_MANIFEST_TOO_FEW_LABELS"]


def test_repeated_lines_bear_their_error_and_are_counted():
    lines = [*GOOD, image_line(5), image_line(6), image_line(0)]
    found = assess(many(*lines), None, pictures=PictureProblems())
    assert (found.train.codes, found.train.invalid, found.train.bad_lines) == ([], 1, [7])
    written = [line.values for line in validation_lines(many(*lines), PictureProblems())]
    error = {
        "code": "ERROR_DUPLICATE_SOURCE_REF",
        "message": "The source-ref value is there on an earlier JSON Line.",
    }
    assert [line.get("errors") for line in written] == [*[None] * 6, [error]]
    mended = [*written[:6], {**written[6], "source-ref": ref(7)}]
    assert assess(many(*mended), None, pictures=PictureProblems()).train.invalid == 0


def test_more_test_pictures_of_a_label_than_the_service_took_are_taken():
    test = [image_line(n, "cat" if n % 2 else "dog") for n in range(2, 2404)]
    found = assess(many(*GOOD), many(*test), pictures=PictureProblems())
    assert (found.is_accepted, found.test.image_labels["cat"]) == (True, 1201)


def test_addresses_with_a_scheme_in_capitals_are_those_in_small_letters():
    lines = [
        *GOOD,
        {**image_line(5), "source-ref": "S3://bucket/p5.png"},
        {**image_line(6), "source-ref": "S3://bucket/p0.png"},
    ]
    so_far = Intake()
    entries = list(REKOGNITION.take(many(*lines)(), so_far, most_rows=99))
    assert [entry.line.source for entry in entries] == [ref(n) for n in (0, 1, 2, 3, 5)]
    assert [problem.code for problem in so_far.dropped] == ["DROPPED_SOURCE_REF_TWICE"]
    found = assess(many(*lines), None, pictures=PictureProblems())
    assert (found.train.valid, found.train.twice, found.train.buckets) == (5, 1, {"bucket"})


def test_another_scheme_is_an_error_on_the_entry():
    line = {**image_line(5), "source-ref": "https://bucket/p5.png"}
    so_far = Intake()
    *_, entry = REKOGNITION.take(many(*GOOD, line)(), so_far, most_rows=99)
    assert [error.code for error in entry.flaws] == ["ERROR_INVALID_SOURCE_REF_FORMAT"]
    assert (entry.line.source, so_far.count_dropped, so_far.bucket) == ("https://bucket/p5.png", 0, "bucket")


def test_blank_lines_of_lookout_are_passed_over():
    lines = ["", anomaly_line(0), "   ", "\t", anomaly_line(1), ""]
    so_far = Intake()
    assert len(list(LOOKOUT.take(many(*lines)(), so_far, most_rows=2))) == 2
    assert (so_far.rows, of_lookout("", " ")) == (2, ["LOOKOUT_EMPTY"])


FOREIGN = {
    "a number": {"shift": 3},
    "text": {"camera": "north"},
    "an object": {"exif": {"make": "x"}},
    "an address": {"thumbnail-ref": "s3://bucket/small.png"},
    "metadata of nothing": {"line-metadata": {"speed": 7}},
    "a pair of another kind": {"weather": 1, "weather-metadata": {"type": "ours/weather"}},
}


@pytest.mark.parametrize("more", FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_key_of_lookout_is_ignored(more):
    entry, bare = LOOKOUT.take(
        many({**anomaly_line(0), **more}, {"source-ref": ref(1), **more})(), Intake(), most_rows=9
    )
    assert (entry.is_anomalous, bare.is_anomalous) == (True, None)
    assert entry.line.values.items() >= more.items(), "it is kept as it came"


HALVES = {
    "a label": {"anomaly-label": 1},
    "another label": {"auto-label": "1"},
    "a label's metadata": {"anomaly-label-metadata": anomaly_line()["anomaly-label-metadata"]},
    "any name's metadata": {"x-metadata": anomaly_line()["anomaly-label-metadata"]},
    "a mask": {**anomaly_line(), "anomaly-mask-ref": "s3://bucket/m.png"},
    "a mask's metadata": {
        **anomaly_line(),
        "m-ref-metadata": anomaly_line(mask=RUST)["anomaly-mask-ref-metadata"],
    },
}


@pytest.mark.parametrize("line", HALVES.values(), ids=HALVES)
def test_half_of_a_pair_is_no_foreign_key(line):
    assert of_lookout({**line, "source-ref": ref()}) == ["LOOKOUT_PAIR"]


def tags_line(n=0, *numbers, **metadata):
    about = {
        "class-map": {"1": "ball", "3": "football"},
        "confidence-map": {"1": 0.9, "3": 0.8},
        "type": "groundtruth/image-classification-multilabel",
        "job-name": "labeling-job/tags",
        "human-annotated": "yes",
        "creation-date": "2026-01-05T08:00:00.000000",
    }
    return {"source-ref": ref(n), "tags": list(numbers), "tags-metadata": {**about, **metadata}}


def judged(line):
    (found,) = many(line)()
    return rekognition.judge_line(found)


def test_a_multi_label_job_of_ground_truth_is_taken_as_it_is():
    verdict = judged(tags_line(0, 1, 3))
    assert (verdict.state, verdict.labels, verdict.flaws) == ("valid", ("ball", "football"), ())
    assert (judged(tags_line(0)).state, judged(tags_line(0)).labels) == ("ignored", ())
    found = assess(many(*(tags_line(n, 1, 3) for n in range(4))), None, pictures=PictureProblems())
    assert (found.is_accepted, found.train.image_labels) == (True, {"ball": 4, "football": 4})


def test_a_pair_cut_from_a_multi_label_one_may_keep_its_type():
    line = image_line(0, "cat", "dog")
    for name in ("cat", "dog"):
        line[f"{name}-metadata"]["type"] = "groundtruth/image-classification-multilabel"
    verdict = judged(line)
    assert (verdict.state, verdict.labels, verdict.flaws) == ("valid", ("cat", "dog"), ())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (tags_line(0, 1, 2), "ERROR_MISSING_CLASS_MAP_ID"),
        ({**tags_line(0, 1), "tags": 1}, "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        (tags_line(0, "1"), "ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"),
        (tags_line(0, 1, **{"class-map": {"1": 7}}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (
            tags_line(0, 1, **{"confidence-map": {"1": "sure"}}),
            "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT",
        ),
        (tags_line(0, 1, **{"human-annotated": 1}), "ERROR_INVALID_LABEL_ATTRIBUTE_METADATA_FORMAT"),
        (tags_line(0, 1, **{"class-map": {"1": "x" * 257}}), "ERROR_INVALID_LABEL_NAME_LENGTH"),
    ],
)
def test_a_multi_label_pair_is_held_to_its_form(line, code):
    assert code in of_line(line)
    assert code not in of_line(tags_line(0, 1, 3))


def test_every_code_has_a_row():
    rows = {row[0] for row in [*LINE_ROWS, *INTAKE_ROWS, *TRAINING_ROWS, *FACT_ROWS]}
    assert set(CODES) - rows == ELSEWHERE


def test_a_broken_picture_spoils_its_line_alone():
    found = assess(many(*GOOD, image_line(9)), None, pictures=PictureProblems(**BROKEN))
    assert (found.train.valid, found.train.invalid, found.train.bad_lines) == (4, 1, [5])
    assert found.is_accepted


def test_a_manifest_of_too_many_rows_is_refused():
    found = assess(many(*GOOD), None, pictures=PictureProblems(), most_rows=len(GOOD) - 1)
    assert found.message == "The manifest file has too many rows."
    assert assess(many(*GOOD), None, pictures=PictureProblems(), most_rows=len(GOOD)).train.codes == []


def test_pictures_that_are_there_but_of_no_use_were_copied():
    lines = [image_line(8), image_line(9, "dog")]
    found = assess(many(*lines), None, pictures=PictureProblems(is_broken=lambda _: True))
    assert found.message == "The manifest file contains too many invalid rows."


def test_the_first_fault_in_the_order_of_priority_ends_the_checks_of_a_line():
    line = box_line(0, box(-9, number=4), objects=[], **{"human-annotated": "no"})
    assert of_line(line) == ["ERROR_MISSING_BOUNDING_BOX_CONFIDENCE"]
    assert of_line(without(line, "p", "image_size")) == ["ERROR_INVALID_LABEL_ATTRIBUTE_FORMAT"]
    assert of_line(without(line, "source-ref")) == ["ERROR_MISSING_SOURCE_REF"]


def test_the_summary_counts_as_the_service_does():
    train = [*GOOD, "{", {"source-ref": ref(7)}]
    found = assess(many(*train), many(*GOOD[:2]), pictures=PictureProblems())
    assert found.summary() == {
        "statistics": {
            "training": {
                "use_case": "IMAGE_LEVEL_LABELS",
                "total_json_lines": 6,
                "valid_json_lines": 4,
                "invalid_json_lines": 1,
                "ignored_json_lines": 1,
                "error_json_line_indices": [5],
                "errors": [],
            },
            "testing": {
                "use_case": "IMAGE_LEVEL_LABELS",
                "total_json_lines": 2,
                "valid_json_lines": 2,
                "invalid_json_lines": 0,
                "ignored_json_lines": 0,
                "error_json_line_indices": [],
                "errors": [],
            },
        },
        "errors": [],
    }
    assert found.is_accepted


@pytest.mark.parametrize(
    ("train", "test", "use_case", "brand"),
    [
        (GOOD, None, "IMAGE_LEVEL_LABELS", False),
        ([box_line(0), box_line(1)], None, "OBJECT_LOCALIZATION", False),
        ([*BOXES_AND_IMAGES, image_line(3)], None, "OBJECT_LOCALIZATION", False),
        ([image_line(0, "bolt")], [box_line(0)], "IMAGE_LEVEL_LABELS", True),
        ([{"source-ref": ref()}], None, "NOT_DETERMINED", False),
    ],
)
def test_the_labels_decide_what_is_trained(train, test, use_case, brand):
    found = assess(many(*train), test and many(*test), pictures=PictureProblems())
    assert (found.train.use_case, found.brand) == (use_case, brand)


def test_findings_are_written_where_the_service_writes_them():
    (line,) = many(box_line(0, box(width=1, height=1), size=BIG))()
    marked = mark_line(line, rekognition.judge_line(line).flaws, extra={})
    small = {"code": "ERROR_BOUNDING_BOX_TOO_SMALL", "message": CODES["ERROR_BOUNDING_BOX_TOO_SMALL"].message}
    assert marked["p"]["annotations"][1]["errors"] == [small]
    assert "errors" not in line["p"]["annotations"][1]
    (again,) = many(dict(marked.values))()
    assert of_line(dict(again.values)) == ["ERROR_BOUNDING_BOX_TOO_SMALL"]
    assert mark_line(again, rekognition.judge_line(again).flaws, extra={}).values == marked.values


def test_an_unsupported_type_is_told_in_both_places_and_an_unreadable_line_is_replaced():
    (line,) = many(image_line(type="groundtruth/text"))()
    marked = mark_line(
        line, rekognition.judge_line(line).flaws, prefix="cl-", extra={"cl-metadata": {"is_labeled": True}}
    )
    assert [told["code"] for told in marked["cat-metadata"]["cl-errors"]] == [
        "ERROR_UNSUPPORTED_USE_CASE_TYPE"
    ]
    assert [told["code"] for told in marked["cl-errors"]] == ["ERROR_NO_VALID_LABEL_ATTRIBUTES"]
    assert list(marked.values)[-1] == "cl-metadata"
    assert mark_nothing([flaw("ERROR_INVALID_JSON_LINE")]).values == {
        "errors": [{"code": "ERROR_INVALID_JSON_LINE", "message": "The JSON Line has an invalid format."}]
    }


def test_the_rules_of_lookout_accept_what_its_console_wrote():
    line = anomaly_line(mask={"#23A436": "cracked"})
    colormap = {"0": {"class-name": "cracked", "hex-color": "#23A436"}}
    line["anomaly-mask-ref-metadata"]["internal-color-map"] = colormap
    line["anomaly-mask-ref-metadata"]["creation-date"] = (
        "Mon Aug 22 2022 13:52:52 GMT-0700 (Pacific Daylight Time)"
    )
    del line["anomaly-label-metadata"]["confidence"]
    (read,) = many(line)()
    assert lookout.judge_line(read).errors == ()


def test_a_class_other_than_the_two_leaves_a_picture_unlabelled():
    (read,) = many(
        anomaly_line(
            **{"anomaly-label-metadata": {**anomaly_line()["anomaly-label-metadata"], "class-name": "unsure"}}
        )
    )()
    verdict = lookout.judge_line(read)
    assert (verdict.state, verdict.is_anomalous, verdict.errors) == ("ignored", None, ())


def test_boxes_and_labels_on_one_line_are_both_read():
    both = {
        **image_line(),
        **detection.write_boxes([("bolt", Box(0, 0, 0.5, 0.5))], "p", of=Size(640, 480), stamp=STAMP),
    }
    (line,) = many(both)()
    verdict = rekognition.judge_line(line)
    assert (verdict.labels, verdict.boxes, verdict.flaws) == (("cat",), (("bolt", Box(0, 0, 0.5, 0.5)),), ())


def test_what_is_checked_first_are_codes_of_a_line_each_once():
    assert set(PRIORITY) <= set(LINE_CODES)
    assert len(set(PRIORITY)) == len(PRIORITY)
