"""A camera's live view and a video through a running model, and the dashboard that counts them."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import CHROMIUM, FLAGS, close_page, enter, open_page, sign_in
from browser.looks import axe_findings, take_pictures
from browser.test_capture import FAKE, TWO_SCENES
from browser.test_use import STARTED_MS, a_picture, file_of, route_of, start
from doubles.console import HOME, a_user
from doubles.trained import put_version

PROJECT = "live-doors"


@pytest.fixture(scope="module")
def with_camera(chromium: Browser) -> Iterator[Browser]:
    """A browser that has a camera."""
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *FAKE])
    yield browser
    browser.close()


@pytest.fixture
def seeing(with_camera: Browser, console) -> Iterator[Page]:
    """A signed-in window of it."""
    page = open_page(with_camera, console)
    sign_in(page, console)
    yield page
    close_page(page)


@pytest.fixture(scope="module")
def doors(console, chromium):
    """The route of a segmentation model of Lookout, running, that takes pictures of 96 × 64 alone."""
    version = put_version(
        console.data,
        "lookoutvision",
        PROJECT,
        "segmentation",
        account=HOME,
        results={"size": [96, 64]},
        colors={"rust": "#aa5500", "moss": "#118822"},
    )
    route = route_of("lookoutvision", PROJECT, version.name)
    page = open_page(chromium, console)
    sign_in(page, console)
    start(page, route)
    close_page(page)
    return route


def answered(page: Page, least: int) -> None:
    """Wait until the live view has had so many answers."""
    page.wait_for_function(
        "(least) => Number(document.querySelector('[data-answered]')?.dataset.answered ?? 0) >= least",
        arg=least,
    )


def test_a_camera_is_looked_through_until_its_model_is_stopped(console, seeing: Page, watch_free):
    page = seeing
    version = put_version(console.data, "rekognition", "live-parts", "classification", account=HOME)
    start(page, route_of("rekognition", "live-parts", version.name))
    page.get_by_role("tab", name="Camera").click()
    page.get_by_role("button", name="Turn the camera on").click()
    answered(page, 5)
    expect(page.get_by_test_id("live")).to_be_visible()
    size = page.get_by_test_id("live").evaluate("(canvas) => [canvas.width, canvas.height]")
    assert size == [640, 480]
    # The limit moves under the view, which goes on.
    page.get_by_text("Each label’s own threshold").click()
    page.get_by_role("slider", name="Least confidence").focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("findings-list")).to_contain_text("red")
    page.get_by_role("button", name="Turn the camera off").click()
    expect(page.get_by_test_id("live")).to_have_count(0)
    page.get_by_role("button", name="Turn the camera on").click()
    answered(page, 2)
    # A camera that is unplugged; Chromium's own one cannot be.
    page.evaluate(
        "document.querySelector('video').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))"
    )
    expect(page.get_by_text("The camera was unplugged")).to_be_visible()
    page.get_by_role("button", name="Turn the camera on").click()
    answered(page, 2)
    console.client("rekognition").stop_project_version(ProjectVersionArn=str(version.arn))
    expect(page.get_by_text("The live view has ended.")).to_be_visible()
    expect(page.get_by_role("button", name="Turn the camera on")).to_be_disabled()
    # The frame that was under way when the model stopped.
    watch_free(page, "DetectCustomLabels")


def test_a_camera_is_looked_through_in_portuguese(console, with_camera):
    version = put_version(console.data, "rekognition", "pecas", "classification", account=HOME)
    page = open_page(with_camera, console, locale="pt-PT")
    enter(page, console)
    page.goto(route_of("rekognition", "pecas", version.name))
    page.get_by_role("button", name="Iniciar o modelo").click()
    expect(page.get_by_role("button", name="Parar o modelo")).to_be_visible(timeout=STARTED_MS)
    page.get_by_role("tab", name="Câmera").click()
    page.get_by_role("button", name="Ligar a câmera").click()
    answered(page, 5)
    expect(page.get_by_role("img", name="Câmera")).to_be_visible()
    expect(page.get_by_test_id("live-rate")).to_contain_text("imagens por segundo")
    page.get_by_text("próprio de cada rótulo, encontrado no treinamento").click()
    page.get_by_role("slider", name="Confiança mínima").focus()
    page.keyboard.press("Home")
    expect(page.get_by_test_id("findings-list")).to_contain_text("red")
    page.get_by_role("button", name="Desligar a câmera").click()
    expect(page.get_by_test_id("live")).to_have_count(0)
    page.get_by_role("button", name="Parar o modelo").click()
    expect(page.get_by_role("button", name="Iniciar o modelo")).to_be_visible(timeout=STARTED_MS)
    close_page(page)


@pytest.fixture
def watch_free():
    """Forgets complaints about an operation that a test has refused."""

    def forget(page: Page, operation: str) -> None:
        errors = page.vedette_watch.errors
        errors[:] = [error for error in errors if operation not in error]

    return forget


def test_without_a_camera_the_page_says_so(signed_in, doors):
    page = signed_in
    page.goto(doors)
    page.get_by_role("tab", name="Camera").click()
    page.get_by_role("button", name="Turn the camera on").click()
    expect(
        page.get_by_text("No camera was found").or_(page.get_by_text("may not use the camera"))
    ).to_be_visible()


def test_a_lookout_model_sees_pictures_of_its_shape_and_a_video(console, signed_in, doors, tmp_path):
    page = signed_in
    page.goto(doors)
    pictures = [
        file_of("rusty.jpg", a_picture((255, 0, 0), size=(960, 640), patch=True)),
        file_of("square.jpg", a_picture(size=(640, 640))),
    ]
    page.get_by_test_id("choose-files-try").set_input_files(pictures)
    expect(page.get_by_text("2 of 2 tried")).to_be_visible()
    expect(page.get_by_test_id("findings-list")).to_contain_text("Anomalous")
    expect(page.get_by_test_id("findings-list")).to_contain_text("rust")
    take_pictures(page, "use-lookout")
    # A rusty pixel of the mask, over red.
    pixel = page.get_by_test_id("findings").evaluate(
        "(canvas) => [...canvas.getContext('2d').getImageData(20, 20, 1, 1).data]"
    )
    assert 0xAA < pixel[0] < 255
    assert 20 < pixel[1] < 0x55
    page.get_by_role("button", name="square.jpg").click()
    expect(page.get_by_text("another shape")).to_be_visible()
    page.get_by_role("tab", name="Video").click()
    broken = tmp_path / "broken.webm"
    broken.write_bytes(b"no video" * 100)
    page.get_by_test_id("try-video").set_input_files(broken)
    expect(page.get_by_text("This browser cannot read the video")).to_be_visible()
    page.get_by_label("One frame every so many seconds").fill("0")
    expect(page.get_by_text("A number above 0, please.").first).to_be_visible()


def test_a_videos_frames_are_tried_one_by_one(console, signed_in, seeing_parts):
    page = signed_in
    page.goto(seeing_parts)
    page.get_by_role("tab", name="Video").click()
    page.get_by_test_id("try-video").set_input_files(TWO_SCENES)
    expect(page.get_by_text("3 of 3 tried")).to_be_visible()
    expect(page.get_by_role("button", name="0.00 s")).to_contain_text("red")


@pytest.fixture(scope="module")
def seeing_parts(console, chromium):
    """The route of a version that tells red from dark, running."""
    version = put_version(console.data, "rekognition", "video-parts", "classification", account=HOME)
    route = route_of("rekognition", "video-parts", version.name)
    page = open_page(chromium, console)
    sign_in(page, console)
    start(page, route)
    close_page(page)
    return route


def test_who_may_only_look_is_told_what_is_not_allowed(chromium, console, doors, watch_free):
    page = open_page(chromium, console)
    key = a_user(console, "live-viewer", "viewer")
    page.goto("/console/")
    page.get_by_label("Access key ID").fill(key[0])
    page.get_by_label("Secret access key").fill(key[1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#top-bar")).to_be_visible()
    page.goto(doors)
    page.get_by_test_id("choose-files-try").set_input_files([file_of("a.jpg", a_picture(size=(96, 64)))])
    expect(page.get_by_text("1 of 1 tried")).to_be_visible()
    expect(page.get_by_text("lookoutvision:DetectAnomalies").first).to_be_visible()
    page.get_by_role("button", name="Stop the model").click()
    expect(page.get_by_text("lookoutvision:StopModel").first).to_be_visible()
    watch_free(page, "DetectAnomalies")
    watch_free(page, "StopModel")
    close_page(page)


def test_the_dashboard_counts_what_was_asked_and_how_long_units_ran(console, signed_in, doors):
    page = signed_in
    page.goto(doors)
    page.get_by_test_id("choose-files-try").set_input_files(
        [file_of("rusty.jpg", a_picture((255, 0, 0), size=(96, 64), patch=True))]
    )
    expect(page.get_by_test_id("findings-list")).to_contain_text("Anomalous")
    page.goto("/console/dashboard?range=1d")
    row = page.get_by_role("row").filter(has_text=PROJECT).first
    expect(row).to_contain_text("Lookout for Vision")
    take_pictures(page, "dashboard")
    assert axe_findings(page) == []
    with page.expect_download() as report:
        page.get_by_role("button", name="Download as CSV").click()
    path = Path(report.value.path())
    lines = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    (line,) = [line for line in lines if line["project"] == PROJECT]
    today = datetime.now().astimezone().date().isoformat()  # noqa: TID251  (the page's own calendar)
    assert line["day"] == today
    assert line["service"] == "lookoutvision"
    assert float(line["unit_hours"]) > 0
    assert int(line["pictures"]) >= int(line["anomalies"]) >= 1
    page.get_by_role("button", name="6m").click()
    expect(page.get_by_role("row").filter(has_text=PROJECT).first).to_be_visible()
