"""A model that AWS trained: its page shows its figures and says that it cannot run, in both services."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import enter
from doubles.past_models import encode, result_of, summary_of
from doubles.servers import RunningServer

SUMMARY, RESULT = "EvaluationResultSummary-past-boards-v3.json", "EvaluationResult-past-doors-2.json"


@pytest.fixture
def brought(console: RunningServer, tmp_path: Path) -> None:
    """What AWS left of a version and of a model, brought along as a person does it."""
    (tmp_path / SUMMARY).write_bytes(encode(summary_of("v3", "past-boards")))
    (tmp_path / RESULT).write_bytes(encode(result_of(2, "past-doors")))
    console.vedette("import", "aws-history", str(tmp_path), "--endpoint", console.address)


@pytest.mark.usefixtures("brought")
def test_a_model_that_aws_trained_shows_its_figures_and_no_way_to_run_it(
    page: Page, console: RunningServer
) -> None:
    enter(page, console)
    for route, label, figure in (
        ("rekognition/past-boards/versions/v3", "comparator", "92%"),
        ("lookoutvision/past-doors/versions/2", "scratch", "75%"),
    ):
        page.goto(f"/console/projects/{route}")
        expect(page.get_by_text("This model was trained at AWS")).to_be_visible()
        row = page.get_by_role("row").filter(has_text=label)
        expect(row).to_contain_text(figure)
        if folder := os.environ.get("VEDETTE_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/past-{label}.png", full_page=True)
        page.goto(f"/console/projects/{route}/evaluation")
        expect(page.get_by_text("AWS tells no more than the figures")).to_be_visible()
        page.goto(f"/console/projects/{route}/use")
        expect(page.get_by_role("button", name="Start")).to_have_count(0)
