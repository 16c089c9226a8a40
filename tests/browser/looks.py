"""Pictures of pages for a person to look at, and axe-core for what a person may overlook."""

import io
import os
from itertools import cycle
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "console" / "node_modules" / "axe-core" / "axe.min.js"
THEMES = ("light", "dark")
LANGUAGES = ("en", "fr", "pt-BR", "zh-CN", "id")
SIZES = ((1280, 800), (1920, 1080))


# What a tab hears when another tab of the browser chose; then two frames, in which it is drawn.
CHOOSE = """
async (chosen) => {
  for (const [key, newValue] of Object.entries(chosen)) {
    localStorage.setItem(key, newValue);
    window.dispatchEvent(new StorageEvent("storage", { key, newValue }));
  }
  while (document.documentElement.lang !== chosen["vedette.language"])
    await new Promise((resolve) => setTimeout(resolve, 20));
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
}
"""
# Whatever scrolls sideways, or would have the page do so; the width of it and of what is in it. Programs may,
# whose lines are not broken, and so may tabs, which bring arrows of their own.
SIDEWAYS = """
() => [...document.querySelectorAll("body *:not(.use-code):not([class*=tabs-header-list])")]
  .filter((element) => {
    const overflow = getComputedStyle(element).overflowX;
    return (overflow === "auto" || overflow === "scroll") && element.scrollWidth > element.clientWidth + 1;
  })
  .concat(document.documentElement.scrollWidth > innerWidth ? [document.documentElement] : [])
  .map((element) => `${element.className} ${element.scrollWidth} > ${element.clientWidth}`)
"""

# Within a page, as a link of the console does: a window a page would take ten times as long.
GO = """
(address) => {
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}
"""


def choose(page: Page, *, theme: str = "light", language: str = "en") -> None:
    """Have the page in a theme and a language, as it stands: dialogs stay open."""
    page.evaluate(CHOOSE, {"vedette.theme": theme, "vedette.language": language})


def sideways(page: Page) -> list[str]:
    """Return what of the page scrolls sideways."""
    return list(page.evaluate(SIDEWAYS))


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


# A picture of the documentation is looked at beside text, and lies in every clone for ever.
DOCS_SIZE, DOCS_QUALITY, MOST_DOCS_BYTES = {"width": 1280, "height": 800}, 80, 150 * 1024


def picture_for_docs(page: Page, name: str) -> None:
    """Write a light picture for the documentation, where VEDETTE_DOCS_PICTURES names a folder."""
    folder = os.environ.get("VEDETTE_DOCS_PICTURES")
    if not folder:
        return
    page.set_viewport_size(DOCS_SIZE)
    page.wait_for_timeout(400)  # the design system moves its columns for 300 ms
    taken = Image.open(io.BytesIO(page.screenshot()))
    place = Path(folder) / f"{name}.webp"
    taken.convert("RGB").save(place, "WEBP", quality=DOCS_QUALITY, method=6)
    assert place.stat().st_size <= MOST_DOCS_BYTES, (name, place.stat().st_size)


def axe_findings(page: Page, *rules: str) -> list[str]:
    """Return what axe-core calls serious or critical on the page as it stands, by all rules or by these."""
    if page.evaluate("() => typeof axe") == "undefined":
        page.evaluate(AXE.read_text("utf-8"))
    options = {"resultTypes": ["violations"], **({"runOnly": list(rules)} if rules else {})}
    found: dict[str, Any] = page.evaluate("(options) => axe.run(document, options)", options)
    return [
        f"{item['id']}: {item['help']}: {[node['target'] for node in item['nodes']][:3]}"
        for item in found["violations"]
        if item["impact"] in ("serious", "critical")
    ]


def look_closely(page: Page, name: str) -> list[str]:
    """Take pictures of a state that the tour does not reach; return its findings, colours in both themes."""
    take_pictures(page, name)
    findings = axe_findings(page)
    choose(page, theme="dark")
    findings += axe_findings(page, "color-contrast")
    choose(page)
    return findings


# Rules that read words: names, alternatives of pictures, the language itself. The others, of which that of
# contrasts takes most of the time, see the same page in each language.
OF_WORDS = ("cat.name-role-value", "cat.text-alternatives", "cat.forms", "cat.language")


def axe_everywhere(page: Page) -> dict[str, list[str]]:
    """Return the page's findings: by all rules, of words in every language, of colours in both themes.

    Words have no colour and colours no words. What has no findings is left out.
    """
    findings = {"light en": axe_findings(page)}
    for language, theme in zip(LANGUAGES[1:], cycle(reversed(THEMES)), strict=False):
        choose(page, theme=theme, language=language)
        findings[f"{theme} {language}"] = axe_findings(page, *OF_WORDS)
        if theme == "dark" and language == LANGUAGES[1]:
            findings[theme] = axe_findings(page, "color-contrast")
    choose(page)
    return {place: problems for place, problems in findings.items() if problems}
