"""Pictures of the documentation: each is shown on a page, made by a script, and small."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 150 * 1024


def pages():
    return [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


def test_every_picture_is_small_and_shown_and_every_one_that_is_shown_is_there():
    shown = {
        (page.parent / link).resolve()
        for page in pages()
        for link in re.findall(r"!\[[^\]]+\]\(([^)]+\.(?:webp|png|jpg))\)", page.read_text("utf-8"))
    }
    files = set(PICTURES.iterdir())
    assert {path.name for path in shown ^ files} == set()
    assert {path.name: path.stat().st_size for path in files if path.stat().st_size > MOST_BYTES} == {}


def test_every_picture_is_made_by_a_script_that_names_it():
    scripts = [*(ROOT / "tests" / "browser").glob("*.py"), *(ROOT / "tools").glob("draw_*.py")]
    text = "\n".join(path.read_text("utf-8") for path in scripts)
    assert [path.name for path in PICTURES.iterdir() if path.stem not in text] == []
