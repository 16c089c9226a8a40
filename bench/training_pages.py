"""Pages of a training whose server is killed at every stage, or that somebody stops there: what they say.

For both dialects a small drawn set is trained while a page of the console looks at it. At each stage the
server is killed with -9 and started again at its address; the page, which nobody loads anew, must say by
itself that the training goes on, and at the end what came of it: the F1 that the wire returns. Then the same
with a stop by the page's own button: it must say so, and the wire too; then with a deletion by a program.

    python -m bench.training_pages [--dialect lookoutvision]
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402
from playwright.sync_api import TimeoutError as PlaywrightTimeout  # noqa: E402
from tests.browser.conftest import BUILT, CHROMIUM, FLAGS, enter, open_page  # noqa: E402

from bench.common import machine, row, start_server, stop_server  # noqa: E402
from bench.killing import kill  # noqa: E402
from bench.training_kill import DIALECTS, OPTIONS, TRAINED, Trial, says  # noqa: E402

PATIENCE_MS = 120_000
# A training that ends under the click has no button any more.
CLICK_MS = 3000
# The page's words, and what the server calls the stage.
STAGES = {
    "checking": "checking the manifests",
    "reading": "reading the pictures",
    "learning": "features at",
    "judging": "judging",
    "writing": "exporting",
    "evaluating": "evaluating",
}


class WatchedTrial(Trial):
    """A training on a server that keeps its address when it is started again."""

    port = 0

    def start(self) -> None:
        """Start the server, the second time where it was."""
        words = ("--port", str(self.port)) if self.port else ()
        self.server = start_server(self.place / "data", *words, **OPTIONS, TMPDIR=str(self.place / "tmp"))
        self.port = urlsplit(self.server.address).port or 0

    @property
    def address(self) -> str:
        """The page of the version."""
        return f"/console/projects/{self.dialect}/p/versions/{self.name}"

    @property
    def name(self) -> str:
        """The version's name."""
        return "1" if self.dialect == "lookoutvision" else "v1"

    def figure(self) -> float:
        """Return the F1 that the wire returns."""
        if self.dialect == "lookoutvision":
            answer = self.client.describe_model(ProjectName="p", ModelVersion="1")
            return float(answer["ModelDescription"]["Performance"]["F1Score"])
        (project,) = self.client.describe_projects(ProjectNames=["p"])["ProjectDescriptions"]
        answer = self.client.describe_project_versions(ProjectArn=project["ProjectArn"])
        return float(answer["ProjectVersionDescriptions"][0]["EvaluationResult"]["F1Score"])

    def delete(self) -> None:
        """Delete the version, as a program would."""
        if self.dialect == "lookoutvision":
            self.client.delete_model(ProjectName="p", ModelVersion="1")
        else:
            self.client.delete_project_version(ProjectVersionArn=self.arns[0])


@dataclass(frozen=True)
class Scene:
    """A browser, and where trainings have their folders."""

    browser: Browser
    root: Path
    dice: random.Random

    def play(self, dialect: str, stage: str, act: Callable[[WatchedTrial, Page], None]) -> str:
        """Train once with a page that looks on; return what was wrong, or nothing."""
        with tempfile.TemporaryDirectory(dir=self.root) as place:
            trial = WatchedTrial(dialect, Path(place))
            trial.train()
            page = open_page(self.browser, trial.server)
            enter(page, trial.server)
            page.goto(trial.address)
            trial.wait(says(STAGES[stage]))
            time.sleep(self.dice.uniform(0, 0.5))
            try:
                act(trial, page)
            except AssertionError as error:
                return f"{' '.join(str(error).split())[:300]}; the wire: {trial.described()}"
            finally:
                page.context.close()
                stop_server(trial.server)
        return ""


def killed(trial: WatchedTrial, page: Page) -> None:
    """Kill the server; the page says in the end what came of the training."""
    kill(trial.server)
    trial.start()
    trial.wait(lambda _: False, 0.2)
    assert trial.described()[0][0] == TRAINED[trial.dialect], trial.described()
    expect(page.get_by_text("How good")).to_be_visible(timeout=PATIENCE_MS)
    text = f"{100 * trial.figure():.1f}".removesuffix(".0") + "%"
    cells = page.get_by_role("row").filter(has_text="All labels").get_by_text(text, exact=True)
    expect(cells.first).to_be_visible()


def stopped(trial: WatchedTrial, page: Page) -> None:
    """Stop it by the page's button, unless it is over by then; then delete it."""
    try:
        page.get_by_role("button", name="Stop the training").click(timeout=CLICK_MS)
        page.get_by_role("dialog").get_by_role("button", name="Stop the training").click(timeout=CLICK_MS)
    except PlaywrightTimeout:
        pass
    trial.wait(lambda _: False, 0.2)
    # Over, perhaps before the page had heard of it, or before the stop was: then one sees what it came to.
    if trial.described()[0][0] == TRAINED[trial.dialect]:
        expect(page.get_by_text("How good")).to_be_visible(timeout=PATIENCE_MS)
        return
    expect(page.get_by_text("The training was stopped", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    ((state, message),) = trial.described()
    assert (state, message) == ("TRAINING_FAILED", "The training was stopped on request before it ended.")
    trial.delete()
    expect(page.get_by_text(f"Version {trial.name} was deleted")).to_be_visible(timeout=PATIENCE_MS)


def main() -> None:
    """Read the command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--dialect", choices=DIALECTS, default=None)
    arguments = words.parse_args()
    assert BUILT.is_file(), "make console"
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="vedette-pages-") as place, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        scene = Scene(browser, Path(place), random.Random(1))
        for dialect in DIALECTS if arguments.dialect is None else (arguments.dialect,):
            for subject, act in (("killed", killed), ("stopped and deleted", stopped)):
                wrong = {stage: text for stage in STAGES if (text := scene.play(dialect, stage, act))}
                count = len(STAGES)
                print("\n".join(f"{dialect}, {subject} at {stage}: {text}" for stage, text in wrong.items()))
                row(
                    f"{dialect}: a page of a training {subject} in each of {count} stages",
                    f"{count - len(wrong)} say the truth",
                    str(count),
                    not wrong,
                )
        browser.close()


if __name__ == "__main__":
    main()
