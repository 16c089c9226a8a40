"""Names that an address could take for folders or files: their pages open, again, and on the way back."""

import pytest
from playwright.sync_api import Page, expect

from doubles.console import HOME
from doubles.trained import put_version


@pytest.mark.parametrize(("project", "version"), [("..", "."), ("index.html", "..")])
def test_a_name_that_looks_like_a_folder_or_a_file_is_a_name(console, signed_in: Page, project, version):
    page = signed_in
    put_version(console.data, "rekognition", project, "classification", account=HOME, name=version)
    page.goto("/console/projects")
    page.get_by_placeholder("Find a project").fill(project)
    page.get_by_role("table").get_by_role("link", name=project, exact=True).click()
    expect(page.get_by_role("heading", name=project, level=1, exact=True)).to_be_visible()
    page.get_by_role("link", name="Versions", exact=True).click()
    # The project's own page has such a table too, and stays until the next one is loaded.
    expect(page.get_by_role("heading", name="Versions", level=1, exact=True)).to_be_visible()
    page.get_by_role("table").get_by_role("link", name=version, exact=True).first.click()
    heading = page.get_by_role("heading", name=version, level=1, exact=True)
    expect(heading).to_be_visible()
    address = page.url
    page.reload()
    expect(heading).to_be_visible()
    page.get_by_role("tab", name="Use").click()
    expect(page.get_by_role("button", name="Start the model")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Start the model")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("tab", name="Overview")).to_have_attribute("aria-selected", "true")
    expect(heading).to_be_visible()
    page.goto("/console/")
    page.goto(address)
    expect(heading).to_be_visible()
    for part in ("/datasets/new", "/train", "/trials", "/datasets/train/rounds"):
        page.goto(address.split("/versions/")[0] + part)
        expect(page.get_by_role("link", name="Overview").first).to_be_visible()
        expect(page.get_by_text("There is nothing")).to_have_count(0)
    # What was put beside the server was not trained, and has no report.
    page.vedette_watch.errors[:] = [e for e in page.vedette_watch.errors if "GetTrainingReport" not in e]
