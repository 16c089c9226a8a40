"""Every page and its dialogs, with hostile names and 250 labels: for everybody, and nothing cut off."""

import os
from itertools import cycle
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from browser.looks import LANGUAGES, SIZES, THEMES, axe_findings, choose, sideways
from browser.tour import House, Stop, make_house, model_stops, stops
from doubles.servers import RunningServer

# Languages go round, so that pages and dialogs alike are read in all of them.
TURNS = cycle([("light", "fr"), ("dark", "pt-BR"), ("light", "zh-CN"), ("dark", "id"), ("light", "en")])
QUIET_MS = 400
# Names of stops to look at alone, with commas; a tour of all takes a minute.
ALONE = [name for name in os.environ.get("VEDETTE_STOPS", "").split(",") if name]


@pytest.fixture(scope="module")
def house(console: RunningServer) -> House:
    """The project with hostile names."""
    return make_house(console)


def problems_of(page: Page, stop: Stop) -> list[str]:
    """Return what is wrong with a page in a language and a theme, and with its colours in the other."""
    theme, language = next(TURNS)
    choose(page, theme=theme, language=language)
    findings = [*axe_findings(page), *sideways(page)]
    other = THEMES[theme == THEMES[0]]
    choose(page, theme=other, language=language)
    findings += axe_findings(page, "color-contrast")
    return [f"{stop.name} {theme} {language}: {finding}" for finding in findings]


def take_all(page: Page, stop: Stop) -> None:
    """Write pictures of a page in every theme, language and size, where a folder is named."""
    folder = os.environ.get("VEDETTE_SCREENSHOTS")
    if not folder:
        return
    # Themes and sizes in one language; the others, whose words are longer, where there is least room.
    looks = [(theme, LANGUAGES[0], size) for theme in THEMES for size in SIZES]
    looks += [(THEMES[0], language, SIZES[0]) for language in LANGUAGES[1:]]
    for theme, language, (width, height) in looks:
        choose(page, theme=theme, language=language)
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(QUIET_MS)
        page.screenshot(path=Path(folder) / f"every-{stop.name}-{theme}-{language}-{width}.png")
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", [stops, model_stops])
def test_every_page_is_for_everybody_whatever_its_names(signed_in: Page, house: House, part) -> None:
    alerts: list[str] = []

    def answer(dialog: Dialog) -> None:
        # A page that has something to save asks before it is left; no other dialog may open.
        if dialog.type != "beforeunload":
            alerts.append(dialog.message)
        dialog.accept()

    signed_in.on("dialog", answer)
    problems = []
    for stop in [stop for stop in part(house) if not ALONE or stop.name in ALONE]:
        signed_in.goto(stop.path)
        expect(stop.ready(signed_in)).to_be_visible()
        if stop.then is not None:
            stop.then(signed_in)
        problems += problems_of(signed_in, stop)
        take_all(signed_in, stop)
        choose(signed_in)
    assert problems == []
    assert alerts == []
