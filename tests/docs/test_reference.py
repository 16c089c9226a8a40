"""The computed pages say what the code says now."""

import re
from pathlib import Path

import pytest

from doubles.tools import load_tool
from vedette.wire import models

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    "page",
    [
        "operations.md",
        "settings.md",
        "commands.md",
        "refusals.md",
        "metrics.md",
        "evaluation.md",
        "evaluation.schema.json",
        "permissions.md",
        "../decisions/README.md",
        "../house.svg",
    ],
)
def test_a_computed_page_is_up_to_date(page):
    written = (ROOT / "docs" / "reference" / page).read_text("utf-8")
    assert written == load_tool("write_reference").PAGES[page](), "run `make docs`"


@pytest.mark.parametrize("service", ["rekognition", "lookoutvision"])
def test_every_operation_of_both_services_has_its_row(service):
    page = (ROOT / "docs" / "reference" / "operations.md").read_text("utf-8")
    assert {name for name in models.operations(service) if f"| `{name}` |" not in page} == set()
    assert sum(len(models.operations(name)) for name in ("rekognition", "lookoutvision")) == 45


def test_the_index_leads_to_every_page_and_every_link_leads_somewhere():
    folder = ROOT / "docs"
    links = set(re.findall(r"\]\(([^)#]+\.md)\)", (folder / "README.md").read_text("utf-8")))
    pages = {path.relative_to(folder).as_posix() for path in folder.glob("*/*.md")}
    expected = {page for page in pages if not page.startswith("decisions/")} | {"decisions/README.md"}
    assert (expected - links, {link for link in links if not (folder / link).exists()}) == (set(), set())


def test_every_decision_has_what_a_decision_needs():
    pages = {path.name: path.read_text("utf-8") for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}
    parts = ("**Context.**", "**Decision.**")
    assert {name: [part for part in parts if part not in text] for name, text in pages.items()} == {
        name: [] for name in pages
    }


def test_every_link_of_the_readme_leads_somewhere():
    text = (ROOT / "README.md").read_text("utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert len(links) > 10
    assert [link for link in links if not (ROOT / link).exists()] == []
