"""Pictures from a camera and from a video, and a dataset taken along."""

import base64
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import CHROMIUM, FLAGS, close_page, enter, open_page
from browser.looks import look_closely, take_pictures
from browser.test_datasets import a_project, drawn, entries

FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]

# Two scenes, 1.2 seconds each, as MediaRecorder of a browser writes them: no length, no index. Recorded once
# from a canvas of 320 × 240 that is filled with #c22 and then #2c2; recorded anew in every run it came out
# with one scene when the machine was busy.
TWO_SCENES = Path(__file__).parent / "two-scenes.webm"


@pytest.fixture
def seeing(chromium: Browser, console) -> Iterator[Page]:
    """A signed-in window of a browser that has a camera."""
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*FLAGS, *FAKE])
    page = open_page(browser, console)
    enter(page, console)
    yield page
    close_page(page)
    browser.close()


def test_a_camera_takes_a_burst_with_a_label_and_one_is_thrown_away(console, seeing: Page):
    page, name = seeing, a_project(console)
    page.goto(f"/console/projects/rekognition/{name}/datasets/train/camera")
    page.get_by_role("button", name="Turn the camera on").click()
    page.get_by_label("Label").first.fill("bolt")
    page.get_by_role("button", name="Pictures at a press").click()
    page.get_by_role("option", name="5 pictures").click()
    page.get_by_role("button", name="Take a picture").click()
    expect(page.get_by_test_id("shots").locator("img")).to_have_count(5)
    page.get_by_role("button", name="Discard camera-").first.click()
    expect(page.get_by_test_id("shots").locator("img")).to_have_count(4)
    assert look_closely(page, "camera") == []
    # They are nowhere else: who comes back finds them.
    page.get_by_role("link", name="Projects", exact=True).first.click()
    expect(page.get_by_role("heading", name="Projects", exact=False).first).to_be_visible()
    page.go_back()
    expect(page.get_by_test_id("shots").locator("img")).to_have_count(4)
    page.get_by_test_id("add-taken").click()
    page.get_by_test_id("upload-over").wait_for()
    lines = entries(console, name)
    assert len(lines) == 4
    assert all('"bolt"' in line and ".jpg" in line for line in lines)


def test_without_a_secure_page_the_camera_gives_way_to_a_sentence(console, signed_in: Page):
    page, name = signed_in, a_project(console)
    # What a browser does to a page of plain http from another machine.
    page.add_init_script("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    page.goto(f"/console/projects/rekognition/{name}/datasets/train/camera")
    expect(page.get_by_text("--tls self")).to_be_visible()


def asks_before_closing(page: Page) -> bool:
    """Say whether the page would have the browser ask before it is closed."""
    return bool(
        page.evaluate(
            """() => {
              const event = new Event("beforeunload", { cancelable: true });
              window.dispatchEvent(event);
              return event.defaultPrevented;
            }"""
        )
    )


def test_frames_of_a_video_that_differ_are_chosen_and_added(console, signed_in: Page):
    page, name = signed_in, a_project(console)
    page.goto(f"/console/projects/rekognition/{name}/datasets/train/video")
    page.get_by_test_id("choose-video").set_input_files(
        {"name": "belt.webm", "mimeType": "video/webm", "buffer": TWO_SCENES.read_bytes()}
    )
    page.get_by_label("One frame every so many seconds").fill("0.2")
    page.get_by_role("button", name="Read the frames").click()
    expect(page.get_by_text("Reading the video")).to_have_count(0)
    expect(page.get_by_test_id("shots").locator("img")).to_have_count(2)
    assert look_closely(page, "video") == []
    page.get_by_test_id("shots").get_by_role("checkbox").first.click()
    # What was read and chosen stays for who comes back, and closing the window would ask.
    page.get_by_role("link", name="Projects", exact=True).first.click()
    expect(page.get_by_role("heading", name="Projects", exact=False).first).to_be_visible()
    assert asks_before_closing(page)
    page.go_back()
    expect(page.get_by_test_id("shots").locator("img")).to_have_count(2)
    expect(page.get_by_test_id("shots").get_by_role("checkbox").first).not_to_be_checked()
    page.get_by_test_id("add-taken").click()
    page.get_by_test_id("upload-over").wait_for()
    (line,) = entries(console, name)
    assert "belt-" in line
    assert not asks_before_closing(page)


def test_a_video_that_cannot_be_decoded_is_refused_in_words(console, signed_in: Page):
    page, name = signed_in, a_project(console)
    page.goto(f"/console/projects/rekognition/{name}/datasets/train/video")
    page.get_by_test_id("choose-video").set_input_files(
        {"name": "old.avi", "mimeType": "video/x-msvideo", "buffer": b"RIFF" + bytes(5000)}
    )
    page.get_by_role("button", name="Read the frames").click()
    expect(page.get_by_text("This browser cannot read the video")).to_be_visible()


def test_a_dataset_is_downloaded_with_its_pictures(console, signed_in: Page):
    page = signed_in
    name = a_project(console)
    page.goto(f"/console/projects/rekognition/{name}/datasets")
    picture = base64.b64decode(drawn(7, "capture"))
    page.locator("input[type=file]").first.set_input_files(
        {"name": "<b>one.jpg", "mimeType": "image/jpeg", "buffer": picture}
    )
    expect(page.get_by_text("1 picture was added.").first).to_be_visible()
    page.goto(f"/console/projects/rekognition/{name}/datasets/train/export")
    page.get_by_text("With pictures").first.wait_for()
    take_pictures(page, "export")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    expect(page.get_by_text("1 entry is being downloaded.")).to_be_visible()
    assert download.value.suggested_filename == f"{name}-train-manifest.zip"
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert sorted(archive.namelist()) == ["dataset.manifest", "images/<b>one.jpg"]
        assert archive.read("images/<b>one.jpg") == picture
    write_into_a_bucket(console, page, name)


def write_into_a_bucket(console, page: Page, name):
    """Write the same into a bucket: left while it runs, told at its end, and never over anything."""
    bucket = f"{name}-out"
    console.client("s3").create_bucket(Bucket=bucket)
    page.get_by_text("Into a bucket", exact=True).click()
    page.get_by_label("Folder in a bucket").fill(f"s3://{bucket}/one")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Write into the bucket").click()
    expect(page.get_by_text("2 files were written.")).to_be_visible()
    expect(page.get_by_text(f"The export of {name} is done")).to_be_visible()
    page.get_by_role("button", name="Write into the bucket").click()
    expect(page.get_by_text(f"s3://{bucket}/one holds something already.")).to_be_visible()
    page.vedette_watch.errors[:] = [error for error in page.vedette_watch.errors if "409" not in error]
    assert look_closely(page, "export-bucket") == []
    keys = [item["Key"] for item in console.client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["one/dataset.manifest", "one/images/<b>one.jpg"]
    page.get_by_role("button", name=f"Forget the export to s3://{bucket}/one/").click()
    expect(page.get_by_text("2 files were written.")).to_have_count(0)
