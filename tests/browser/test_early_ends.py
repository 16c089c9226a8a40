"""What ends early while somebody works: the session, the dataset, the project, and rights."""

import json

from playwright.sync_api import Page, expect

from browser.conftest import Watch, sign_in
from browser.looks import GO, axe_findings, take_pictures
from browser.test_datasets import DROP, a_project, drawn, entries
from browser.test_labelling import add_label, saved, shown
from doubles.console import HOME, a_user, directory_beside, signed_in
from doubles.labelled import detection_project, scenes
from doubles.servers import RunningServer

PATIENCE_MS = 60_000


def expected(page: Page, *statuses: str) -> None:
    """Take refusals of these statuses, which the test provokes, out of what the page complained about.

    Those too that are on their way: a picture may be asked for while this is called.
    """
    watch: Watch = page.vedette_watch
    watch.expected += statuses
    watch.errors[:] = [error for error in watch.errors if not error.startswith(statuses)]


def end_sessions(console: RunningServer) -> None:
    """End every session of the root but the one that asks, as its owner does on the account's page."""
    browser = signed_in(console)
    for session in browser.ask("GET", "/console/api/sessions").json["sessions"]:
        if not session["isCurrent"]:
            assert browser.ask("DELETE", f"/console/api/sessions/{session['id']}").status == 204


def delete_project(console: RunningServer, name: str) -> None:
    """Delete a project and its datasets, as another program would."""
    client = console.client("rekognition")
    (project,) = client.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    for dataset in project["Datasets"]:
        client.delete_dataset(DatasetArn=dataset["DatasetArn"])
    client.delete_project(ProjectArn=project["ProjectArn"])


def labels(lines: list[str]) -> list[str]:
    """The label of each line that has one."""
    return [
        value["class-name"]
        for line in lines
        for value in json.loads(line).values()
        if isinstance(value, dict) and "class-name" in value
    ]


def test_labels_outlive_a_session_and_arrive_after_signing_in_again(console, signed_in: Page):
    page, name = signed_in, a_project(console)
    page.goto(f"/console/projects/rekognition/{name}/datasets")
    zone = "[data-testid=drop-train]"
    page.locator(zone).wait_for()
    page.evaluate(DROP, [zone, [[f"part_{number}.jpg", drawn(number, "ends")] for number in range(3)]])
    expect(page.get_by_text("3 pictures were added.").first).to_be_visible(timeout=PATIENCE_MS)
    page.goto(f"/console/projects/rekognition/{name}/datasets/train/label")
    shown(page)
    add_label(page, "bolt")
    saved(page)
    # Nothing gets through any more, and then the session ends.
    page.route("**/vedette/UpdateEntries", lambda route: route.abort())
    page.keyboard.press("1")
    expect(page.locator("[data-testid=saved][data-state=waiting]")).to_be_visible()
    end_sessions(console)
    page.unroute("**/vedette/UpdateEntries")
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    assert labels(entries(console, name)) == []
    take_pictures(page, "session-ended")
    assert axe_findings(page) == []
    key, secret = console.key
    page.get_by_label("Access key ID").fill(key)
    page.get_by_label("Secret access key").fill(secret)
    page.get_by_role("button", name="Sign in").click()
    shown(page)
    saved(page)
    assert labels(entries(console, name)) == ["bolt"]
    expected(page, "401 ")


def test_a_tab_goes_on_with_the_session_of_another(console, signed_in: Page):
    page, name = signed_in, "two-sessions"
    detection_project(console, name, scenes(2))
    page.goto(f"/console/projects/rekognition/{name}/datasets/train/label")
    shown(page)
    add_label(page, "bolt")
    saved(page)
    other = page.context.new_page()
    sign_in(other, console)
    page.bring_to_front()
    page.keyboard.press("1")
    saved(page)
    assert labels(entries(console, name)) == ["bolt"]
    expected(page, "403 ")


def test_a_project_deleted_elsewhere_is_said_on_every_page_and_its_labels_can_be_taken_along(
    console, signed_in: Page
):
    page, name = signed_in, "deleted-elsewhere"
    detection_project(console, name, scenes(2))
    other = page.context.new_page()
    other.route("**/console/api/upload?*", lambda route: route.abort())
    other.goto(f"/console/projects/rekognition/{name}/datasets")
    other.get_by_role("button", name="Add pictures").first.click()
    other.locator("[data-testid=drop-train]").wait_for()
    other.evaluate(DROP, ["[data-testid=drop-train]", [["a.jpg", drawn(1, "gone")]]])
    expect(other.get_by_text("The server cannot be reached.")).to_be_visible()
    page.goto(f"/console/projects/rekognition/{name}/datasets/train/label")
    shown(page)
    add_label(page, "bolt")
    delete_project(console, name)

    page.keyboard.press("1")
    refused = page.locator("[data-testid=saved][data-state=refused]")
    expect(refused).to_be_visible()
    page.get_by_role("button", name="See why").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("This does not exist")).to_be_visible()
    take_pictures(page, "label-deleted")
    with page.expect_download() as download:
        dialog.get_by_role("button", name="Save as a file").click()
    assert labels(download.value.path().read_text("utf-8").splitlines()) == ["bolt"]

    other.unroute("**/console/api/upload?*")
    expect(other.get_by_text("This does not exist")).to_be_visible()
    expect(other.get_by_role("link", name="Show the projects that there are")).to_be_visible()
    for place in ("datasets", "datasets/train", "datasets/train/label", "datasets/new"):
        other.goto(f"/console/projects/rekognition/{name}/{place}")
        expect(other.get_by_text("This does not exist")).to_be_visible()
    assert axe_findings(other) == []
    take_pictures(other, "project-deleted")
    expected(page, "404 ", "Failed")


def test_who_has_no_right_is_told_at_each_step_what_it_is_and_loses_nothing(console, page: Page):
    name = "only-looked-at"
    detection_project(console, name, scenes(2))
    a_user(console, "looks-only", "viewer")
    sign_in(page, console, "--user", "looks-only")
    place = f"/console/projects/rekognition/{name}/datasets"
    page.goto(place)
    page.get_by_role("button", name="Add pictures").first.click()
    page.locator("[data-testid=drop-train]").wait_for()
    page.evaluate(DROP, ["[data-testid=drop-train]", [["a.jpg", drawn(1, "denied")]]])
    expect(page.get_by_text("You may not add pictures here")).to_be_visible()
    expect(page.get_by_text("s3:PutObject")).to_be_visible()
    expect(page.get_by_text("1 was not added.").first).to_be_visible()
    take_pictures(page, "upload-denied")
    page.goto(f"{place}/train/label?mode=boxes")
    shown(page)
    page.get_by_role("button", name="Nothing here").click()
    page.get_by_role("button", name="See why").click()
    expect(page.get_by_role("dialog").get_by_text("You may not do this")).to_be_visible()
    take_pictures(page, "label-denied")
    page.goto(f"{place}/new")
    page.get_by_text("A bucket", exact=True).click()
    page.get_by_label("Place in the bucket").fill(f"s3://{name}/pictures")
    page.get_by_role("button", name="Show what it will be").click()
    expect(page.get_by_text("You may not do this")).to_be_visible()
    take_pictures(page, "import-denied")
    assert axe_findings(page) == []
    a_user(console, "nobody-yet")
    sign_in(page, console, "--user", "nobody-yet")
    for page_of in ("", "/train", "/train/label", "/train/export", "/new"):
        page.goto(f"{place}{page_of}")
        expect(page.get_by_text("You may not do this").first).to_be_visible()
    take_pictures(page, "list-denied")
    assert [len(entries(console, name)), labels(entries(console, name))] == [2, []]
    expected(page, "403 ", "400 ")


# What pages show beside what they are about, with the page that shows it.
SHOWN_ON = {
    "lookoutvision:ListProjects": "/projects",
    "vedette:CountEntries": "/projects/rekognition/NAME/datasets",
    "rekognition:ListDatasetLabels": "/projects/rekognition/NAME",
    "vedette:ListNextSteps": "/projects/rekognition/NAME",
    "vedette:ListDismissedSuggestions": "/projects/rekognition/NAME/datasets",
    "vedette:ListImports": "/projects/rekognition/NAME/datasets/new",
    "vedette:CountChanges": "/projects/rekognition/NAME/datasets/train/history",
    "vedette:ListGroups": "/account/users/half-blind",
    "vedette:ListPolicies": "/account/users/half-blind",
    "vedette:ListMyRounds": "/my-work",
}


def test_what_somebody_may_not_see_is_named_and_not_passed_off_as_nothing(console, page: Page):
    name = "seen-in-part"
    detection_project(console, name, scenes(2))
    denied = {"Effect": "Deny", "Action": sorted(SHOWN_ON), "Resource": "*"}
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    with directory_beside(console) as identity:
        document = json.dumps({"Version": "2012-10-17", "Statement": [allowed, denied]})
        identity.directory.policies.put(HOME, "half", document)
    a_user(console, "half-blind", "half")
    sign_in(page, console, "--user", "half-blind")
    for action, path in SHOWN_ON.items():
        page.evaluate(GO, f"/console{path.replace('NAME', name)}")
        expect(page.get_by_text(f"perform: {action} on").first).to_be_visible()
    expect(page.get_by_text("Nothing to label")).to_have_count(0)
    expected(page, "403 ", "400 ")
