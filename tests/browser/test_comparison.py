"""Journey 4: two versions compared in a browser, in both dialects, with what each saw and where it looked.

The models are tiny networks with evaluations of their own, so that nothing is trained here.
"""

import io
import uuid

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from browser.conftest import close_page, enter, open_page
from browser.looks import axe_everywhere, sideways, take_pictures
from doubles.evaluated import evaluation_of, labelled
from doubles.trained import put_version
from vedette.evaluation.document import write_evaluation
from vedette.evaluation.judged import JudgedPicture
from vedette.vision.annotations import Sample

ACCOUNT, COUNT = "000000000000", 12
HALF = {"red": 0.5, "dark": 0.5}


def a_patch(number):
    """A dark picture with a red patch at the left top, another one for each number."""
    pixels = np.full((96, 128, 3), 20 + number, np.uint8)
    pixels[8:40, 8:48] = (230, 30, 30)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def bucket(console):
    name = f"compared-{uuid.uuid4().hex[:8]}"
    s3 = console.client("s3")
    s3.create_bucket(Bucket=name)
    for number in range(COUNT):
        s3.put_object(Bucket=name, Key=f"{number}.png", Body=a_patch(number))
    return name


def placed(pictures, bucket):
    """Put made-up test pictures where the real ones lie."""
    return [
        JudgedPicture(
            Sample(
                picture.sample.picture,
                labels=picture.sample.labels,
                is_anomalous=picture.sample.is_anomalous,
                source=picture.sample.source.replace("pictures", bucket, 1),
            ),
            scores=picture.scores,
            score=picture.score,
        )
        for picture in pictures
    ]


def put_compared(console, service, task, evaluation, project):
    document = write_evaluation(evaluation)
    return put_version(console.data, service, project, task, account=ACCOUNT, evaluation=document)


@pytest.fixture(scope="module")
def red_parts(console, bucket):
    """A project whose second version finds nine more, loses one, and was tested with one picture less."""
    project = f"red-{bucket}"
    scores = [(0.1, 0.1)] * 9 + [(0.9, 0.1)] * 3
    later = [(0.9, 0.1)] * 9 + [(0.2, 0.1)] + [(0.9, 0.1)]
    for values in (scores, later):
        pictures = placed(labelled([("red",)] * len(values), values), bucket)
        evaluation = evaluation_of("multilabel", pictures, thresholds=HALF)
        put_compared(console, "rekognition", "multilabel", evaluation, project)
    return project


def painted(page):
    """Return how hot the heat layers are at their left top and right low, once both are painted."""
    expect(page.locator("canvas.heat-layer[data-label]")).to_have_count(2)
    return page.evaluate(
        """() => [...document.querySelectorAll("canvas.heat-layer")].map((canvas) => {
            const context = canvas.getContext("2d");
            const at = (x, y) => [...context.getImageData(
                Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data][3];
            return [at(0.2, 0.25), at(0.9, 0.9)];
        })"""
    )


def test_two_versions_are_compared_from_the_list_to_a_picture(signed_in, red_parts):
    page = signed_in
    page.goto(f"/console/projects/rekognition/{red_parts}/versions")
    page.get_by_role("link", name="Compare versions").click()
    expect(page.get_by_text("Version 2 is better than version 1.")).to_be_visible()
    expect(page.get_by_text("Of 11 test pictures version 1 got 2 right, and version 2 10.")).to_be_visible()
    expect(page.get_by_text("9 got better, 1 got worse.")).to_be_visible()
    expect(page.get_by_text("comes by chance in 2.1% of such comparisons.")).to_be_visible()
    expect(page.get_by_text("Net of those that get worse, between +6.5% and +99")).to_be_visible()
    expect(page.get_by_text("1 picture tested version 1 alone.")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="Pictures with everything right")
    expect(row).to_contain_text("18.2%")
    expect(row).to_contain_text("90.9%")
    expect(row).to_contain_text("+72.7%")
    expect(page.get_by_role("button", name="Better (9)")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".comparison-card")).to_have_count(9)
    take_pictures(page, "comparison")
    assert axe_everywhere(page) == {}
    assert sideways(page) == []
    page.get_by_role("button", name="Worse (1)").click()
    expect(page.locator(".comparison-card")).to_have_count(1)
    page.locator(".comparison-card").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Right", exact=True)).to_be_visible()
    expect(dialog.get_by_text("Wrong", exact=True)).to_be_visible()
    dialog.get_by_text("Show where the model looked").first.click()
    for top, low in painted(page):
        assert top > low + 80
    take_pictures(page, "comparison-picture")
    assert axe_everywhere(page) == {}


def test_two_versions_are_compared_in_chinese(chromium, console, red_parts):
    page = open_page(chromium, console, locale="zh-CN")
    enter(page, console)
    page.goto(f"/console/projects/rekognition/{red_parts}/versions")
    page.get_by_role("link", name="比较版本").click()
    expect(page.get_by_text("版本 2 比版本 1 好。")).to_be_visible()
    expect(page.get_by_text("在 11 张测试图片中，版本 1 答对 2 张，版本 2 答对 10 张。")).to_be_visible()
    expect(page.get_by_text("9 张变好，1 张变差。")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="完全正确的图片")).to_contain_text("+72.7%")
    page.get_by_role("button", name="变差（1）").click()
    expect(page.locator(".comparison-card")).to_have_count(1)
    page.locator(".comparison-card").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("正确", exact=True)).to_be_visible()
    expect(dialog.get_by_text("错误", exact=True)).to_be_visible()
    dialog.get_by_text("显示模型关注的位置").first.click()
    for top, low in painted(page):
        assert top > low + 80
    close_page(page)


def test_the_other_way_round_is_worse_and_the_address_names_both(signed_in, red_parts):
    page = signed_in
    page.goto(f"/console/projects/rekognition/{red_parts}/compare?versions=1,2")
    expect(page.get_by_text("Version 2 is better than version 1.")).to_be_visible()
    page.get_by_role("button", name="The other way round").click()
    expect(page.get_by_text("Version 1 is worse than version 2.")).to_be_visible()
    assert "versions=2%2C1" in page.url


def test_models_of_lookout_are_compared_and_too_few_pictures_show_nothing(console, bucket, signed_in):
    page, project = signed_in, f"sheets-{bucket}"
    for scores in ([0.9, 0.9, 0.1], [0.9, 0.2, 0.1]):
        pictures = [
            JudgedPicture(
                Sample(f"{number}.png", is_anomalous=number < 2, source=f"s3://{bucket}/{number}.png"),
                score=score,
            )
            for number, score in enumerate(scores)
        ]
        evaluation = evaluation_of("anomaly", pictures, thresholds={"anomaly": 0.5})
        put_compared(console, "lookoutvision", "anomaly", evaluation, project)
    page.goto(f"/console/projects/lookoutvision/{project}/compare")
    expect(
        page.get_by_text("These pictures do not show which is better, version 1 or version 2.")
    ).to_be_visible()
    expect(page.get_by_text("Since 0 lies between, the versions may as well be equal.")).to_be_visible()
    expect(page.get_by_role("button", name="Worse (1)")).to_be_visible()
    page.locator(".comparison-card").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("anomalous to 90%")).to_be_visible()
    dialog.get_by_text("Show where the model looked").first.click()
    assert all(top > 0 for top, _ in painted(page))


def test_one_version_is_told_that_it_takes_two(console, bucket, signed_in):
    page, project = signed_in, f"lone-{bucket}"
    evaluation = evaluation_of("anomaly")
    put_compared(console, "lookoutvision", "anomaly", evaluation, project)
    page.goto(f"/console/projects/lookoutvision/{project}/compare?versions=1,7")
    expect(page.get_by_text("Two trained versions can be compared")).to_be_visible()
    expect(page.get_by_role("link", name="Train another version")).to_be_visible()
