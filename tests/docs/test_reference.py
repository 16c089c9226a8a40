"""The computed pages say what the code says now."""

import importlib.util
from pathlib import Path

import pytest

from vedette.wire import models

ROOT = Path(__file__).parent.parent.parent


def writer():
    spec = importlib.util.spec_from_file_location("write_reference", ROOT / "tools" / "write_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "page", ["operations.md", "settings.md", "commands.md", "refusals.md", "metrics.md", "permissions.md"]
)
def test_a_computed_page_is_up_to_date(page):
    written = (ROOT / "docs" / "reference" / page).read_text("utf-8")
    assert written == writer().PAGES[page](), "run `make docs`"


@pytest.mark.parametrize("service", ["rekognition", "lookoutvision"])
def test_every_operation_of_both_services_has_its_row(service):
    page = (ROOT / "docs" / "reference" / "operations.md").read_text("utf-8")
    assert {name for name in models.operations(service) if f"| `{name}` |" not in page} == set()
    assert sum(len(models.operations(name)) for name in ("rekognition", "lookoutvision")) == 45
