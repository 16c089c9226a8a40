"""Somebody who comes for the first time: what Vedette is, and an example project to begin with."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import close_page, enter, open_page, sign_in
from browser.looks import axe_everywhere, take_pictures
from doubles.servers import start_server, stop_server


@pytest.fixture
def newcomer(chromium, tmp_path: Path):
    """A window on a server that nobody used before."""
    server = start_server(tmp_path / "data")
    page = open_page(chromium, server)
    sign_in(page, server)
    yield page, server
    close_page(page)
    assert stop_server(server) == 0


def test_the_first_page_says_what_this_is_and_makes_an_example(newcomer):
    page, server = newcomer
    page.goto("/console/")
    expect(page.get_by_role("heading", name="Teach a model to see what you see")).to_be_visible()
    take_pictures(page, "first-visit")
    assert axe_everywhere(page) == {}
    page.get_by_role("button", name="Sort parts by type: Half labelled").click()
    expect(page.get_by_role("heading", name="sort-parts", level=1)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("link", name="Label them: 24 pictures")).to_be_visible()
    expect(page.get_by_role("link", name="Train: Ready to train")).to_have_attribute(
        "href", "/console/projects/rekognition/sort-parts/train?new"
    )
    projects = server.client("rekognition").describe_projects()["ProjectDescriptions"]
    assert [project["ProjectArn"].split("/")[1] for project in projects] == ["sort-parts"]


def test_a_server_that_is_away_is_said_to_be_and_the_page_goes_on_when_it_is_back(chromium, tmp_path: Path):
    server = start_server(tmp_path / "data")
    port = server.address.rsplit(":", 1)[1]
    page = open_page(chromium, server)
    enter(page, server)
    page.goto("/console/projects")
    expect(page.get_by_text("No projects in this region")).to_be_visible()
    assert stop_server(server) == 0
    expect(page.get_by_text("The server does not answer")).to_be_visible(timeout=30_000)
    again = start_server(tmp_path / "data", "--port", port)
    expect(page.get_by_text("The server does not answer")).not_to_be_visible(timeout=30_000)
    page.vedette_watch.errors.clear()
    close_page(page)
    assert stop_server(again) == 0
