"""From the first visit to a project and back: made in one dialog, looked at, deleted with what is in it."""

import io
import json

import pytest
from PIL import Image
from playwright.sync_api import expect

from browser.looks import axe_everywhere, take_pictures
from vedette.cli.client import open_client


@pytest.fixture(scope="module")
def panels(console):
    """A project with a training dataset of twelve pictures, of which ten have a label."""
    s3, rekognition = console.client("s3"), console.client("rekognition")
    s3.create_bucket(Bucket="browser-panels")
    lines = []
    for number in range(12):
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), (20 * number, 90, 120)).save(picture, "JPEG")
        s3.put_object(Bucket="browser-panels", Key=f"{number}.jpg", Body=picture.getvalue())
        line = {"source-ref": f"s3://browser-panels/{number}.jpg"}
        if number < 10:
            label = "good" if number < 7 else "bent"
            line |= {"kind": 1, "kind-metadata": {
                "confidence": 1, "class-name": label, "human-annotated": "yes",
                "creation-date": "2026-11-28T10:00:00", "type": "groundtruth/image-classification",
            }}  # fmt: skip
        lines.append(json.dumps(line))
    s3.put_object(Bucket="browser-panels", Key="all.manifest", Body="\n".join(lines).encode())
    arn = rekognition.create_project(ProjectName="panels")["ProjectArn"]
    place = {"S3Object": {"Bucket": "browser-panels", "Name": "all.manifest"}}
    rekognition.create_dataset(
        ProjectArn=arn, DatasetType="TRAIN", DatasetSource={"GroundTruthManifest": place}
    )
    return "panels"


def test_a_project_shows_counts_and_what_is_wrong_with_them(signed_in, panels):
    signed_in.goto(f"/console/projects/rekognition/{panels}")
    expect(signed_in.get_by_text("10 of 12 pictures labelled", exact=True)).to_be_visible()
    expect(signed_in.get_by_text("2 pictures have no label yet.")).to_be_visible()
    expect(signed_in.get_by_text("2 labels have fewer than ten pictures (bent, good …)")).to_be_visible()
    expect(signed_in.get_by_role("link", name="Label them: 2 pictures")).to_be_visible()
    take_pictures(signed_in, "project")
    assert axe_everywhere(signed_in) == {}


def test_home_shows_what_there_is_and_what_to_do_next(signed_in, panels):
    signed_in.goto("/console/")
    card = signed_in.get_by_role("listitem").filter(has_text=panels)
    expect(card.get_by_text("12 pictures · 83.3% labelled")).to_be_visible()
    expect(card.get_by_role("link", name="12 entries of the training dataset have errors.")).to_be_visible()
    take_pictures(signed_in, "home")
    assert axe_everywhere(signed_in) == {}


def test_the_list_of_projects_is_for_everybody(signed_in, panels):
    signed_in.goto("/console/projects")
    expect(signed_in.get_by_role("link", name=panels)).to_be_visible()
    take_pictures(signed_in, "projects")
    assert axe_everywhere(signed_in) == {}


def names_of(console):
    projects = console.client("lookoutvision").list_projects()["Projects"]
    return {project["ProjectName"] for project in projects}


def test_a_project_is_made_in_one_dialog_by_keys_alone_and_deleted_by_its_word(signed_in, console):
    page = signed_in
    page.goto("/console/projects?create")
    expect(page.get_by_role("dialog", name="Create project")).to_be_visible()
    take_pictures(page, "create-project")
    page.get_by_text("Is something wrong?").click()
    name = page.get_by_label("Name", exact=True)
    name.fill("Façade avant")
    name.press("Enter")
    expect(page.get_by_text("Facade-avant would be possible.", exact=False).first).to_be_visible()
    name.fill("facade")
    name.press("Enter")
    expect(page.get_by_role("heading", name="facade", level=1)).to_be_visible()
    assert "facade" in names_of(console)
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("0 datasets")).to_be_visible()
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    # The list of projects is drawn while this one goes: listed there, it may be gone when it is described.
    page.vedette_watch.expected = (f"404 {console.address}/console/api/lookoutvision/DescribeProject",)
    dialog.get_by_label("To be sure, type delete").fill("delete")
    page.keyboard.press("Enter")
    expect(page.get_by_text("facade was deleted.")).to_be_visible()
    assert "facade" not in names_of(console)


def test_a_project_goes_with_its_datasets(signed_in, console):
    rekognition = console.client("rekognition")
    arn = rekognition.create_project(ProjectName="to-go")["ProjectArn"]
    rekognition.create_dataset(ProjectArn=arn, DatasetType="TRAIN")
    own = open_client("vedette", endpoint=console.address, data=console.data)
    own.create_snapshot(ProjectArn=arn, DatasetType="train", Name="empty")
    signed_in.goto("/console/projects/rekognition/to-go")
    signed_in.get_by_role("button", name="Delete").click()
    dialog = signed_in.get_by_role("dialog")
    expect(dialog.get_by_text("1 dataset", exact=True)).to_be_visible()
    expect(dialog.get_by_text("1 snapshot of a dataset")).to_be_visible()
    dialog.get_by_label("To be sure, type delete").fill("delete")
    dialog.get_by_role("button", name="Delete").click()
    expect(signed_in.get_by_text("to-go was deleted.")).to_be_visible()
    assert rekognition.describe_projects(ProjectNames=["to-go"])["ProjectDescriptions"] == []
    # The page behind may ask what the project needs in the very moment in which it goes.
    watched = signed_in.vedette_watch
    watched.errors[:] = [
        line for line in watched.errors if not line.startswith("404 ") or "NextSteps" not in line
    ]


def test_a_region_is_chosen_in_the_bar_and_stands_in_the_address(signed_in, panels):
    signed_in.goto("/console/projects")
    expect(signed_in.get_by_role("link", name=panels)).to_be_visible()
    assert "region=us-east-1" in signed_in.url
    signed_in.get_by_role("button", name="Region: us-east-1").click()
    signed_in.get_by_role("menuitemcheckbox", name="eu-west-1").click()
    expect(signed_in.get_by_text("No projects in this region")).to_be_visible()
    assert "region=eu-west-1" in signed_in.url
    signed_in.go_back()
    signed_in.goto("/console/projects?region=us-east-1")
    expect(signed_in.get_by_role("link", name=panels)).to_be_visible()


TWO_PAGES = """
async ([first, second, wait]) => {
  for (const address of [first, second]) {
    history.pushState(null, "", address);
    dispatchEvent(new PopStateEvent("popstate"));
    await new Promise((after) => setTimeout(after, wait));
  }
}
"""


def test_who_goes_on_at_once_comes_to_the_second_page(signed_in):
    """The first page's address gets its region; that may not take the place of where somebody goes."""
    signed_in.goto("/console/projects")
    for wait in (0, 1, 8):
        for second in (
            "/console/dashboard",
            "/console/account/users",
            "/console/my-work",
            "/console/devices",
        ):
            signed_in.evaluate(TWO_PAGES, ["/console/projects", second, wait])
            signed_in.wait_for_url(f"**{second}?region=us-east-1")


def test_tags_of_a_project_are_changed(signed_in, console):
    page, rekognition = signed_in, console.client("rekognition")
    arn = rekognition.create_project(ProjectName="tagged", Tags={"team": "night", "old": "1"})["ProjectArn"]
    page.goto("/console/projects/rekognition/tagged")
    kept, gone = [page.get_by_role("textbox", name="Key").nth(place).input_value() for place in (0, 1)]
    page.get_by_role("textbox", name="Value").first.fill("day")
    page.get_by_role("button", name="Remove").nth(1).click()
    page.get_by_role("button", name="Add a tag").click()
    page.get_by_role("textbox", name="Key").nth(1).fill("cost")
    page.get_by_role("button", name="Save tags").click()
    expect(page.get_by_text("The tags were saved.")).to_be_visible()
    assert {kept, gone} == {"team", "old"}
    take_pictures(page, "tags")
    assert rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"] == {kept: "day", "cost": ""}
