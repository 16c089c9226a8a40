"""Pictures of pages for a person to look at, and axe-core for what a person may overlook."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
THEMES = ("light", "dark")
LANGUAGES = ("en", "fr", "pt-BR", "zh-CN", "id")
SIZES = ((1280, 800), (1920, 1080))


def choose(page: Page, *, theme: str = "light", language: str = "en") -> None:
    """Have the page in a theme and a language, as somebody who chose them before."""
    page.evaluate(
        "([theme, language]) => { localStorage.setItem('vedette.theme', theme);"
        " localStorage.setItem('vedette.language', language); }",
        [theme, language],
    )
    page.reload()
    page.wait_for_load_state("networkidle")


def take_pictures(page: Page, name: str) -> None:
    """Write pictures of the page, light and dark, at both sizes, where VEDETTE_SCREENSHOTS names a folder."""
    folder = os.environ.get("VEDETTE_SCREENSHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    before = page.viewport_size
    for theme in THEMES:
        choose(page, theme=theme)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(400)  # the design system moves its columns for 300 ms
            page.screenshot(path=Path(folder) / f"{name}-{theme}-{width}.png")
    choose(page)
    if before:
        page.set_viewport_size(before)


def axe_findings(page: Page) -> list[str]:
    """Return what axe-core calls serious or critical on the page as it stands."""
    page.evaluate(AXE.read_text("utf-8"))
    found: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{item['id']}: {item['help']}: {[node['target'] for node in item['nodes']][:3]}"
        for item in found["violations"]
        if item["impact"] in ("serious", "critical")
    ]


def axe_everywhere(page: Page) -> dict[str, list[str]]:
    """Return the findings of the page by theme and language; those without one are left out."""
    result = {}
    for theme in THEMES:
        for language in LANGUAGES:
            choose(page, theme=theme, language=language)
            if found := axe_findings(page):
                result[f"{theme} {language}"] = found
    choose(page)
    return result
