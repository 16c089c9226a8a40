"""A project of hundreds of versions: its pages ask for a page of them, and for more when they are told to."""

import json
import re

import pytest
from playwright.sync_api import expect

from browser.looks import axe_everywhere, choose, sideways, take_pictures
from doubles.console import HOME
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions
from vedette.store.db import open_database

COUNT, PAGE = 230, 100


def put_versions(data, service, name):
    database = open_database("", data)
    projects = Projects(database)
    room = Versions(database, projects)
    project = projects.create(Scope(service, HOME, "us-east-1"), NewProject(name))
    for number in range(1, COUNT + 1):
        version, _ = room.create(project, NewVersion(f"v{number}" if service == "rekognition" else ""))
        room.move(version, "trained", results={"metrics": {"F1Score": number / 1000}})
    database.close()


@pytest.fixture(scope="module", params=["rekognition", "lookoutvision"])
def many(request, console):
    """Return the address of a project of many versions, and how its oldest one is called."""
    name = f"many-{request.param}"
    put_versions(console.data, request.param, name)
    return f"/console/projects/{request.param}/{name}", "v1" if request.param == "rekognition" else "1"


class Lists:
    """The pages of versions that a page of the console has asked for: the numbers of their rows."""

    def __init__(self, page):
        self.asked = []
        page.on("response", self._note)

    def _note(self, response):
        body = response.text() if response.ok and "json" in response.headers.get("content-type", "") else ""
        if '"ProjectVersionDescriptions"' in body or '"Models"' in body:
            answer = json.loads(body)
            rows = answer.get("ProjectVersionDescriptions", answer.get("Models"))
            if rows:
                self.asked.append(len(rows))


def versions_of(page, name):
    return page.get_by_role("table", name=name).get_by_role("rowheader")


@pytest.mark.parametrize(("path", "table"), [("", "Models"), ("/versions", "Versions")])
def test_versions_are_shown_a_page_at_a_time(signed_in, many, path, table):
    lists = Lists(signed_in)
    signed_in.goto(many[0] + path)
    rows = versions_of(signed_in, table)
    more = signed_in.get_by_role("button", name="Show more versions")
    expect(rows).to_have_count(PAGE)
    expect(signed_in.get_by_text("(100+)")).to_be_visible()
    more.click()
    expect(rows).to_have_count(2 * PAGE)
    expect(signed_in.get_by_text("(200+)")).to_be_visible()
    more.click()
    expect(rows).to_have_count(COUNT)
    expect(signed_in.get_by_text("(230)")).to_be_visible()
    expect(more).to_have_count(0)
    expect(rows.last).to_have_text(many[1])
    assert lists.asked == [PAGE, PAGE, COUNT - 2 * PAGE]


def test_an_old_version_is_found_by_its_address_and_one_that_never_was_is_not(signed_in, watch, many):
    address, oldest = many
    signed_in.goto(f"{address}/versions/{oldest}")
    expect(signed_in.get_by_role("heading", name=oldest, exact=True, level=1)).to_be_visible()
    expect(signed_in.get_by_role("heading", name="Details")).to_be_visible()
    expect(signed_in.get_by_text(f"There is no version {oldest}")).to_have_count(0)
    signed_in.goto(f"{address}/versions/231")
    expect(signed_in.get_by_text("There is no version 231")).to_be_visible()
    # Its package has no evaluation here, and the other version is not there.
    watch.errors[:] = [error for error in watch.errors if not error.startswith("404")]


def test_who_deletes_the_project_is_told_of_all_of_them(signed_in, many):
    signed_in.goto(many[0])
    signed_in.get_by_role("button", name="Delete", exact=True).click()
    expect(signed_in.get_by_role("dialog").get_by_text(re.compile(r"\b230\b"))).to_be_visible()


def test_the_button_is_found_by_everybody_in_both_themes_and_all_languages(signed_in, many):
    signed_in.goto(many[0])
    signed_in.get_by_role("button", name="Show more versions").scroll_into_view_if_needed()
    take_pictures(signed_in, "many-versions")
    assert axe_everywhere(signed_in) == {}
    for language, words in (("fr", "Afficher plus de versions"), ("pt-BR", "Mostrar mais versões")):
        choose(signed_in, language=language)
        expect(signed_in.get_by_role("button", name=words)).to_be_visible()
        assert sideways(signed_in) == []
    choose(signed_in)
