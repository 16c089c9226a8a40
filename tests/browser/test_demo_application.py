"""The page of the demonstration application in a browser: models, a picture, and what is detected in it."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from doubles.answering import AnsweringServer
from doubles.demo_applications import DemoApplication
from doubles.example_runs import EXAMPLES, load_script

MODEL = "arn:aws:rekognition:us-east-1:000000000000:project/parts/version/first/1767600000000"
BOX = {"Left": 0.25, "Top": 0.5, "Width": 0.5, "Height": 0.25}


class StartingModel:
    """A service with one model, whose status is what was last asked for."""

    def __init__(self) -> None:
        self.status = "STOPPED"
        label = {"Confidence": 91.26, "Geometry": {"BoundingBox": BOX}}
        self.answers = {
            "DescribeProjects": {"ProjectDescriptions": [{"ProjectArn": MODEL.partition("/version")[0]}]},
            "DescribeProjectVersions": lambda _: {
                "ProjectVersionDescriptions": [{"ProjectVersionArn": MODEL, "Status": self.status}]
            },
            "StartProjectVersion": lambda _: self.become("RUNNING"),
            "StopProjectVersion": lambda _: self.become("STOPPED"),
            "DetectCustomLabels": {"CustomLabels": [{"Name": "<b>bolt</b>", **label}]},
        }

    def become(self, status):
        """Answer a request that starts or stops the model."""
        self.status = status
        return {"Status": status}


@pytest.fixture
def page(chromium, monkeypatch):
    """The application's page."""
    monkeypatch.syspath_prepend(str(EXAMPLES / "custom_labels"))
    application = load_script("custom_labels", "demo_application")
    monkeypatch.setattr(application, "client", AnsweringServer(StartingModel().answers).client)
    with DemoApplication(application.DemoRequest, application.DemoRequest.token) as demo:
        page = chromium.new_page()
        page.goto(demo.address)
        yield page
        page.close()


def test_a_model_is_started_shown_a_picture_and_stopped(page):
    stream = io.BytesIO()
    Image.new("RGB", (400, 200), "gray").save(stream, "PNG")
    picture = {"name": "part.png", "mimeType": "image/png", "buffer": stream.getvalue()}
    expect(page.get_by_role("row", name="parts first STOPPED")).to_be_visible()
    page.get_by_label("Picture").set_input_files(picture)
    expect(page.get_by_role("status")).to_have_text("No model runs: start one first.")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("row", name="parts first RUNNING")).to_be_visible()
    page.get_by_label("Picture").set_input_files(picture)
    expect(page.get_by_role("status")).to_have_text("Labels detected: 1")
    expect(page.get_by_role("listitem")).to_have_text("<b>bolt</b> 91.3 %")
    image, box = page.get_by_alt_text("part.png").bounding_box(), page.locator(".box").bounding_box()
    assert (box["x"] - image["x"], box["y"] - image["y"]) == (100, 100)
    assert (box["width"], box["height"]) == (200, 50)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("row", name="parts first STOPPED")).to_be_visible()
