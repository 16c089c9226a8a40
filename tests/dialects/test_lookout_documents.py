"""Lookout: real datasets, pictures and masks checked, and the documents that a training leaves."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from doubles.lines import a_ref, an_anomaly_line
from doubles.packages import save_patch, tiny_package
from vedette.dialects.lookout.documents import confidence
from vedette.dialects.lookout.line_rules import judge_line
from vedette.dialects.registry import LOOKOUT
from vedette.dialects.training_data import Prepared, TrainedModel, TrainingTerms, name_unusable
from vedette.evaluation.evaluate import evaluate
from vedette.evaluation.judge import judge_picture
from vedette.evaluation.judged import JudgedPicture
from vedette.manifest.lines import read_line
from vedette.runtime.model import load
from vedette.training.folder import Folder
from vedette.training.masks import MaskWriter
from vedette.vision.annotations import Sample

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MODEL = TrainedModel(
    "arn:aws:lookoutvision:eu-west-1:111122223333:model/doors/3",
    "doors",
    "3",
    mask_folder="s3://out/p/EvaluationMasks-doors-3",
)
RED = (255, 0, 0)


@pytest.fixture
def folder(tmp_path):
    made = Folder(tmp_path)
    made.pictures.mkdir()
    return made


def put_picture(folder, name, color=(90, 90, 90), size=(80, 64)):
    Image.new("RGB", size, color).save(folder.place_of(a_ref(name)))


def a_masked_line(name, types=(("dent", "#ff0000"),)):
    entries = [("BACKGROUND", "#ffffff"), *types]
    colors = {
        str(number): {"class-name": label, "hex-color": color, "confidence": 0.0}
        for number, (label, color) in enumerate(entries)
    }
    metadata = {
        "internal-color-map": colors,
        "type": "groundtruth/semantic-segmentation",
        "human-annotated": "yes",
        "creation-date": "2026-05-04T11:00:00.000",
        "job-name": "labeling-job/masks",
    }
    mask = {"anomaly-mask-ref": a_ref(f"mask-{name}"), "anomaly-mask-ref-metadata": metadata}
    return an_anomaly_line(name, "anomaly", **mask)


def put_dataset(folder, part, *, normal, anomaly=0, masked=0):
    lines = []
    for number in range(normal + anomaly + masked):
        name = f"{part}{number}"
        put_picture(folder, name, (number, 90, 90))
        if number < normal + anomaly:
            lines.append(an_anomaly_line(name, "normal" if number < normal else "anomaly"))
        else:
            put_picture(folder, f"mask-{name}", RED)
            lines.append(a_masked_line(name))
    folder.manifest(part).write_text("".join(f"{line}\n" for line in lines), "utf-8")


def halves(samples):
    return list(samples[::2]), list(samples[1::2])


def prepared(folder, *, has_test=False, one_size=True):
    return LOOKOUT.prepare(folder, TrainingTerms(has_test=has_test, split=halves, one_size=one_size))


def test_a_single_dataset_of_twenty_and_ten_can_be_trained_with(folder):
    put_dataset(folder, "train", normal=20, anomaly=10)
    found = prepared(folder)
    assert (found.refusal, len(found.train), len(found.test)) == ("", 15, 15)
    assert all(sample.mask is None for sample in found.train)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"normal": 19, "anomaly": 10}, "The training dataset has 19 images labeled normal; at least 20"),
        ({"normal": 20, "anomaly": 9}, "The training dataset has 9 images labeled anomaly; at least 10"),
        ({"normal": 20, "masked": 19}, "19 images with the anomaly label dent alone; at least 20"),
    ],
)
def test_too_few_pictures_are_counted(folder, counts, message):
    put_dataset(folder, "train", **counts)
    assert message in prepared(folder).refusal


def test_with_a_test_dataset_ten_normal_ones_are_enough_to_learn_from(folder):
    put_dataset(folder, "train", normal=10)
    put_dataset(folder, "test", normal=10, anomaly=10)
    found = prepared(folder, has_test=True)
    assert (found.refusal, len(found.train), len(found.test)) == ("", 10, 20)


def test_masks_make_it_a_segmentation(folder):
    put_dataset(folder, "train", normal=20, masked=20)
    found = prepared(folder)
    assert found.refusal == ""
    masked = next(sample for sample in found.train if sample.mask)
    assert (masked.labels, masked.mask.colors) == (("dent",), {"#ff0000": "dent"})


def test_pictures_of_different_sizes_refuse_unless_that_is_lifted(folder):
    put_dataset(folder, "train", normal=20, anomaly=10)
    put_picture(folder, "train3", size=(80, 65))
    assert prepared(folder).refusal.startswith("Images in the dataset must have the same dimensions.")
    assert prepared(folder, one_size=False).refusal == ""


# Every line of a labelling job declares all of its types, whatever its mask shows.
JOB = (("dent", "#ff0000"), ("rust", "#00ff00"), ("glare", "#ff8080"), ("chip", "#0000ff"))


def put_job(folder, part, *, normal, **masks):
    """A dataset of one labelling job; `masks` says of how many pictures the mask shows which types."""
    lines = []
    for number in range(normal):
        put_picture(folder, f"{part}{number}")
        lines.append(an_anomaly_line(f"{part}{number}", "normal"))
    for types, count in masks.items():
        for number in range(count):
            name = f"{part}-{types}{number}"
            put_picture(folder, name, (number, 90, 90))
            mask = Image.new("RGB", (80, 64), "white")
            for place, label in enumerate(types.split("_")):
                mask.paste(dict(JOB).get(label, "#ffffff"), (5 + 20 * place, 5, 20 + 20 * place, 50))
            mask.save(folder.place_of(a_ref(f"mask-{name}")))
            lines.append(a_masked_line(name, JOB))
    folder.manifest(part).write_text("".join(f"{line}\n" for line in lines), "utf-8")


def test_types_are_counted_by_pixels_where_every_line_declares_all_of_a_job(folder):
    put_job(folder, "train", normal=20, dent=20, rust=20, dent_rust=4)
    found = prepared(folder)
    assert found.refusal == ""
    shown = {tuple(sample.mask.colors.items()) for sample in found.train if sample.mask}
    dent, rust = ("#ff0000", "dent"), ("#00ff00", "rust")
    assert shown == {(dent,), (rust,), (dent, rust)}
    assert {sample.labels for sample in found.train} == {(), ("dent",), ("rust",), ("dent", "rust")}


def test_only_pictures_with_a_type_alone_count_for_it(folder):
    put_job(folder, "train", normal=20, dent=20, rust=15, dent_rust=9)
    assert prepared(folder).refusal == (
        "The training dataset has 15 images with the anomaly label rust alone; at least 20 are needed."
    )


def test_a_mask_that_shows_no_type_is_none_whatever_its_line_declares(folder):
    put_job(folder, "train", normal=20, nothing=10)
    found = prepared(folder)
    assert found.refusal == ""
    assert [(sample.mask, sample.labels) for sample in (*found.train, *found.test)] == [(None, ())] * 30


def test_a_mask_may_declare_more_types_than_it_may_show(folder):
    put_job(folder, "train", normal=20, dent=20)
    job = [(f"type{n}", f"#{n:02x}4080") for n in range(40)]
    lines = [json.loads(line) for line in folder.manifest("train").read_text("utf-8").splitlines()]
    wide = json.loads(a_masked_line("train-dent0", [*JOB, *job]))
    lines[20] = wide
    folder.manifest("train").write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    assert prepared(folder).refusal == ""
    mask = Image.new("RGB", (80, 64), "white")
    for place in range(21):
        mask.putpixel((3 * place, 5), (place, 0x40, 0x80))
    ref = a_ref("mask-train-dent0")
    mask.save(folder.place_of(ref))
    assert prepared(folder).refusal == f"The mask {ref} shows more than 20 anomaly labels."


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (lambda place: place.unlink(), "is missing, may not be read, or is no whole PNG or JPEG."),
        (
            lambda place: place.write_bytes(place.read_bytes()[:-40]),
            "is missing, may not be read, or is no whole PNG or JPEG.",
        ),
        (
            lambda place: Image.new("RGB", (63, 64)).save(place),
            "must have 64 to 4096 pixels a side; it has 63x64.",
        ),
    ],
    ids=["missing", "cut off", "too small"],
)
def test_a_picture_that_cannot_be_used_is_left_out_and_named(folder, harm, what):
    put_dataset(folder, "train", normal=21, anomaly=10)
    # The first one: the size that all must have is that of the first that can be used.
    harm(folder.place_of(a_ref("train0")))
    found = prepared(folder)
    said = f"1 image was left out: The image {a_ref('train0')} {what}"
    assert (found.refusal, name_unusable(found.unusable)) == ("", said)
    assert len(found.train) + len(found.test) == 30
    assert a_ref("train0") not in found.lines


def test_where_too_few_remain_it_is_said_what_was_left_out(folder):
    put_dataset(folder, "train", normal=20, anomaly=10)
    for number in range(12):
        folder.place_of(a_ref(f"train{number}")).unlink()
    refused = prepared(folder).refusal
    assert refused.startswith(
        "The training dataset has 8 images labeled normal; at least 20 are needed. 12 images were left out: "
        f"The image {a_ref('train0')} is missing, may not be read, or is no whole PNG or JPEG. The image"
    )
    assert refused.count("is missing") == 10
    assert refused.endswith("PNG or JPEG. And 2 more.")


def test_a_picture_whose_mask_is_missing_or_cut_off_is_left_out(folder):
    put_dataset(folder, "train", normal=20, masked=22)
    folder.place_of(a_ref("mask-train20")).unlink()
    cut = folder.place_of(a_ref("mask-train21"))
    cut.write_bytes(cut.read_bytes()[:-30])
    found = prepared(folder)
    assert found.refusal == ""
    assert name_unusable(found.unusable) == "2 images were left out: " + " ".join(
        f"The mask {a_ref(f'mask-train{n}')} is missing, may not be read, or is no PNG." for n in (20, 21)
    )
    assert len(found.train) + len(found.test) == 40


@pytest.mark.parametrize("part", ["train", "test"])
def test_an_empty_dataset_says_what_is_missing(folder, part):
    put_dataset(folder, "train", normal=10)
    put_dataset(folder, "test", normal=10, anomaly=10)
    folder.manifest(part).write_bytes(b"")
    name = {"train": "training", "test": "test"}[part]
    assert prepared(folder, has_test=True).refusal.startswith(
        f"The {name} dataset has 0 images labeled normal; at least 10 are needed."
    )


@pytest.mark.parametrize(
    ("size", "color", "message"),
    [
        ((80, 65), RED, "80x65 pixels, its image 80x64"),
        ((80, 64), (0, 255, 0), "has the color #00ff00"),
    ],
)
def test_a_mask_that_does_not_fit_is_named(folder, size, color, message):
    put_dataset(folder, "train", normal=20, masked=20)
    put_picture(folder, "mask-train20", color, size)
    assert message in prepared(folder).refusal


@pytest.mark.parametrize("form", ["JPEG", "GIF", ""])
def test_a_mask_that_is_no_png_fails_the_training(folder, form):
    put_dataset(folder, "train", normal=20, masked=21)
    place = folder.place_of(a_ref("mask-train20"))
    if form:
        Image.new("RGB", (80, 64), RED).save(place, form)
    else:
        place.write_bytes(b"no picture")
    assert prepared(folder).refusal.endswith("is missing, may not be read, or is no PNG.")


def test_what_a_brush_leaves_at_its_edges_is_no_color_of_its_own(folder):
    put_dataset(folder, "train", normal=20, masked=20)
    mask = Image.new("RGBA", (80, 64), (0, 0, 0, 0))
    mask.paste((*RED, 255), (10, 10, 40, 40))
    mask.paste((200, 0, 0, 127), (10, 10, 11, 40))
    mask.paste((0, 255, 0, 127), (50, 10, 60, 40))
    mask.save(folder.place_of(a_ref("mask-train20")))
    Image.new("RGB", (80, 64), (255, 127, 127)).save(folder.place_of(a_ref("mask-train21")))
    assert "mask-train21" in prepared(folder).refusal, "an edge lies between two colours that are there"
    soft = Image.new("RGB", (80, 64), "white")
    soft.paste(RED, (10, 10, 40, 40))
    soft.paste((255, 127, 127), (10, 10, 11, 40))
    soft.save(folder.place_of(a_ref("mask-train21")))
    assert prepared(folder).refusal == ""


def test_a_test_dataset_needs_ten_of_each_type_that_the_training_dataset_has(folder):
    put_dataset(folder, "train", normal=10, masked=10)
    put_dataset(folder, "test", normal=10, anomaly=10)
    assert prepared(folder, has_test=True).refusal == (
        "The test dataset has 0 images with the anomaly label dent alone; at least 10 are needed."
    )
    put_dataset(folder, "test", normal=10, masked=10)
    assert prepared(folder, has_test=True).refusal == ""


def results(folder, task, labels, samples, scores, *, masks=None, line=None, **seen):
    lines = {sample.source: line or an_anomaly_line("x", "anomaly") for sample in samples}
    pairs = zip(samples, scores, strict=True)
    pictures = [JudgedPicture(sample, score=score, **seen) for sample, score in pairs]
    found = evaluate(task, labels, pictures, thresholds={"anomaly": 0.6})
    ready = Prepared(samples, samples, lines=lines)
    figures = LOOKOUT.write_results(folder, ready, found, model=MODEL, masks=masks or {}, now=NOON)
    manifest = [json.loads(line) for line in (folder.out / "evaluation_manifest").read_text().splitlines()]
    return figures, json.loads((folder.out / "evaluation_result").read_text("utf-8")), manifest


def test_the_documents_of_a_classification(folder):
    samples = [Sample(folder.place_of(a_ref(n)), is_anomalous=n > 1, source=a_ref(n)) for n in range(4)]
    figures, result, manifest = results(folder, "anomaly", [], samples, [0.1, 0.7, 0.8, 0.9])
    assert figures == {"Precision": pytest.approx(2 / 3), "Recall": 1.0, "F1Score": pytest.approx(0.8)}
    assert result["EvaluationDetails"] == {
        "ModelArn": MODEL.arn,
        "EvaluationEndTimestamp": "2026-05-04T12:00:00.000000",
        "NumberOfTrainingImages": 4,
        "NumberOfTestingImages": 4,
    }
    metrics = result["AggregatedEvaluationResults"]["Metrics"]
    assert set(metrics) == {"ROCAUC", "AveragePrecision", "Precision", "Recall", "F1Score"}
    assert [line["anomaly-label-detected"] for line in manifest] == [0, 1, 1, 1]
    told = manifest[0]["anomaly-label-detected-metadata"]
    assert told == {
        "class-name": "normal",
        "confidence": pytest.approx(0.5 + 0.5 * 0.5 / 0.6),
        "type": "groundtruth/image-classification",
        "human-annotated": "no",
        "creation-date": "2026-05-04T12:00:00.000000",
        "job-name": "training-job/anomaly-detection",
        "model-arn": MODEL.arn,
        "project-name": "doors",
        "model-version": "3",
    }
    assert manifest[0]["anomaly-label-metadata"]["class-name"] == "anomaly", "what was given is kept"


@pytest.mark.parametrize(
    ("said", "number", "truth"), [("normal", 1, 0), ("Normal", "1", 0), ("anomaly", 0, 1), ("Anomaly", 1, 1)]
)
def test_what_is_true_is_told_by_the_names_and_numbers_of_the_service(folder, said, number, truth):
    given = json.loads(an_anomaly_line("x", said))
    given.pop("anomaly-label")
    metadata = given.pop("anomaly-label-metadata")
    line = json.dumps({**given, "auto-label": number, "auto-label-metadata": metadata, "line": "7"})
    sample = Sample(folder.place_of(a_ref(0)), is_anomalous=bool(truth), source=a_ref(0))
    _, _, (told,) = results(folder, "anomaly", [], [sample], [0.9], line=line)
    assert "auto-label" not in told
    assert (told["anomaly-label"], told["line"]) == (truth, "7")
    assert told["anomaly-label-metadata"] == {**metadata, "class-name": said.lower()}


def test_a_segmentation_says_how_well_each_type_is_found(folder):
    sample = Sample(folder.place_of(a_ref(0)), ("dent",), is_anomalous=True, source=a_ref(0))
    _, result, _ = results(folder, "segmentation", ["dent"], [sample], [0.9], pixels={"dent": (50, 100, 50)})
    (row,) = result["AggregatedEvaluationResults"]["Metrics"]["PixelAnomalyClassMetrics"]
    assert row == {
        "Precision": 1.0,
        "Recall": 0.5,
        "F1Score": pytest.approx(2 / 3),
        "AIOU": 0.5,
        "ClassName": "dent",
    }


@given(st.floats(0, 1), st.floats(0.01, 0.99))
def test_confidence_is_in_the_verdict_and_never_below_a_half(score, threshold):
    assert 0.5 <= confidence(score, threshold) <= 1.0 + 1e-9


@given(st.floats(0.1, 0.9), st.floats(0, 1), st.floats(0, 1))
def test_confidence_grows_with_the_distance_from_the_threshold(threshold, one, other):
    nearer, farther = sorted((one, other))
    for end in (0.0, 1.0):
        near = threshold + (end - threshold) * nearer
        far = threshold + (end - threshold) * farther
        assert confidence(near, threshold) <= confidence(far, threshold) + 1e-9


def looked_at(folder, tmp_path, names):
    """Let a tiny segmenter look at pictures, and keep the masks of those that show something."""
    model = load(tiny_package(tmp_path / "package", "segmentation", colors={"scratch": "#0000ff"}))
    writer = MaskWriter(folder)
    samples = [
        Sample(folder.place_of(a_ref(name)), ("stain",), is_anomalous=True, source=a_ref(name))
        for name in names
    ]
    for sample in samples:
        judge_picture(model, sample, observe=writer.write)
    return samples, writer.masks


def test_masks_that_a_model_drew_are_named_beside_the_verdict(folder, tmp_path):
    put_picture(folder, "dark", (0, 0, 0))
    save_patch(folder.place_of(a_ref("patch")))
    samples, masks = looked_at(folder, tmp_path, ["dark", "patch"])
    _, _, manifest = results(folder, "segmentation", [], samples, [0.1, 0.9], masks=masks)
    assert "anomaly-mask-ref-detected" not in manifest[0], "nothing was found there"
    name = folder.place_of(a_ref("patch")).name
    assert manifest[1]["anomaly-mask-ref-detected"] == f"s3://out/p/EvaluationMasks-doors-3/{name}"
    told = manifest[1]["anomaly-mask-ref-detected-metadata"]
    colors = told.pop("internal-color-map")
    verdict = manifest[1]["anomaly-label-detected-metadata"]
    shared = {name: verdict[name] for name in verdict if name not in ("class-name", "confidence")}
    assert told == {**shared, "type": "groundtruth/semantic-segmentation"}
    assert colors["0"] == {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.0}
    with Image.open(folder.masks / name) as mask:
        found = {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in mask.getcolors()}
        assert (mask.format, mask.mode, mask.size) == ("PNG", "RGB", (48, 32))
    assert found == {entry["hex-color"] for entry in colors.values()}
    assert {path.name for path in folder.masks.iterdir()} == {name}


def test_a_mask_lies_as_the_stored_picture_does(folder, tmp_path):
    upright = save_patch(folder.place_of(a_ref("upright")))
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(upright) as image:
        lying = image.transpose(Image.Transpose.ROTATE_90)
    lying.save(folder.place_of(a_ref("lying")), exif=exif)
    looked_at(folder, tmp_path, ["upright", "lying"])
    masks = [Image.open(folder.masks / folder.place_of(a_ref(name)).name) for name in ("upright", "lying")]
    assert masks[0].size == (48, 32)
    assert masks[1].size == (32, 48)
    assert masks[0].transpose(Image.Transpose.ROTATE_90).tobytes() == masks[1].tobytes()


def test_an_evaluation_manifest_is_a_manifest_again(folder, tmp_path):
    save_patch(folder.place_of(a_ref("patch")))
    samples, masks = looked_at(folder, tmp_path, ["patch"])
    results(folder, "segmentation", [], samples, [0.9], masks=masks)
    (text,) = (folder.out / "evaluation_manifest").read_text("utf-8").splitlines()
    verdict = judge_line(read_line(text))
    assert (verdict.state, verdict.is_anomalous, verdict.mask, verdict.flaws) == ("valid", True, None, ())
