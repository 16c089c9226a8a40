"""The page of an evaluation with 10,000 test pictures and 20 labels, in a real Chromium.

Bars of issue "Console, second half": whatever follows a threshold does so within 50 ms, and the page's data
are 2 MB at most. `python -m bench.evaluation [multilabel] [detection]`. What is timed
is timed by the page itself: from the slider's event
to the frame after it was drawn, with the counts, the mark on the curves and the gallery of the new threshold.
The pictures themselves are made up and not there: they come on demand, and are the gallery's matter.
"""

import sys
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.common import machine, median, own_server, percentile, row
from browser.conftest import CHROMIUM, FLAGS, sign_in
from doubles.console import HOME
from doubles.console import signed_in as signed_in_browser
from doubles.evaluated import evaluation_of
from doubles.servers import RunningServer
from doubles.trained import put_version
from vedette.evaluation.document import write_evaluation
from vedette.evaluation.judged import JudgedPicture
from vedette.vision.annotations import Box, Finding, Sample

PICTURES, LABELS = 10_000, [f"label-{number}" for number in range(20)]
FOLLOWS_MS, DATA_MB = 50, 2.0
STEPS = 40

STEP = """
(value) => new Promise((resolve) => {
  const slider = document.querySelector(".evaluation-threshold input");
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  const began = performance.now();
  set.call(slider, String(value));
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const followed = Number(document.querySelector("[data-threshold]").dataset.threshold);
    if (followed !== value) requestAnimationFrame(() => channel.port2.postMessage(0));
    else resolve({
      ms: performance.now() - began,
      tp: document.querySelector("[data-testid=now-tp]").textContent,
    });
  };
  requestAnimationFrame(() => channel.port2.postMessage(0));
})
"""


def address(random: np.random.Generator, number: int) -> str:
    """Return an address as uploads have it, which hardly packs."""
    return f"s3://vedette-console-us-east-1/uploads/{random.bytes(32).hex()}/IMG_{number}.jpg"


def whole_pictures(random: np.random.Generator) -> list[JudgedPicture]:
    """Return pictures with several labels each, and every label's score."""
    truth = random.random((PICTURES, 20)) < 0.15
    scores = 1 / (1 + np.exp(-random.normal(3.0 * truth - 1.5, 1.5)))
    return [
        JudgedPicture(
            Sample(
                Path("p.jpg"),
                labels=tuple(label for label, is_so in zip(LABELS, row_, strict=True) if is_so),
                source=address(random, number),
            ),
            scores=dict(zip(LABELS, scores[number].tolist(), strict=True)),
        )
        for number, row_ in enumerate(truth)
    ]


def boxed_pictures(random: np.random.Generator) -> list[JudgedPicture]:
    """Return pictures with five true boxes and ten found ones each."""
    pictures = []
    for number in range(PICTURES):
        boxes = [
            (LABELS[label], Box(0.18 * place, 0.1, 0.15, 0.15))
            for place, label in enumerate(random.integers(0, 20, 5).tolist())
        ]
        hits = [Finding(name, score, box) for (name, box), score in zip(boxes, random.random(5), strict=True)]
        strays = [
            Finding(LABELS[label], 0.6 * score, Box(0.18 * place, 0.6, 0.15, 0.15))
            for place, (label, score) in enumerate(
                zip(random.integers(0, 20, 5).tolist(), random.random(5).tolist(), strict=True)
            )
        ]
        sample = Sample(Path("p.jpg"), boxes=tuple(boxes), source=address(random, number))
        pictures.append(JudgedPicture(sample, findings=(*hits, *strays)))
    return pictures


def put(server: RunningServer, name: str, task: str, pictures: list[JudgedPicture]) -> str:
    """Put a version with these pictures beside the server; print what its data weigh."""
    evaluation = evaluation_of(task, pictures, LABELS)
    document = write_evaluation(evaluation)
    version = put_version(server.data, "rekognition", name, task, account=HOME, evaluation=document)
    browser = signed_in_browser(server)
    for turn in ("first time", "again"):
        began = time.monotonic()
        answer = browser.call("vedette", "GetEvaluationColumns", ModelArn=str(version.arn))
        seconds = time.monotonic() - began
        megabytes = len(answer.body) / 1e6
        print(f"| {task}: data asked for {turn} | {seconds:.2f} s, {megabytes:.2f} MB | | |")
    row(f"{task}: data", f"{megabytes:.2f} MB", f"<= {DATA_MB:.0f} MB", megabytes <= DATA_MB)
    return f"/console/projects/rekognition/{name}/versions/{version.name}/evaluation"


def spent_ms(tools: CDPSession) -> float:
    """Return what the page's own thread took of the processor until now, whatever else the machine does."""
    metrics = tools.send("Performance.getMetrics")["metrics"]
    return 1000 * float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def move(page: Page, server: RunningServer, route: str, task: str) -> None:
    """Move the slider up and down, and print how long everything took to follow."""
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(f"{server.address}{route}")
    page.get_by_test_id("now-tp").wait_for()
    page.locator(".uplot").first.wait_for()
    page.wait_for_timeout(1000)
    for kind in ("fn", "fp", "tp"):
        page.goto(f"{server.address}{route}?show={kind}")
        page.locator(".uplot").first.wait_for()
        page.wait_for_timeout(1000)
        random = np.random.default_rng(1)
        spent, steps = [], []
        for value in random.uniform(0.1, 0.9, STEPS).tolist():
            before = spent_ms(tools)
            steps.append(page.evaluate(STEP, round(value, 3)))
            spent.append(spent_ms(tools) - before)
        assert len({step["tp"] for step in steps}) > STEPS // 2, "the counts did not follow"
        times = [step["ms"] for step in steps]
        p95 = percentile(times, 0.95)
        figures = f"p50 {median(times):.0f}, p95 {p95:.0f}, worst {max(times):.0f} ms of {STEPS}"
        print(
            f"| {task}, gallery {kind}: of the processor | p50 {median(spent):.0f}, "
            f"p95 {percentile(spent, 0.95):.0f} ms | | |"
        )
        row(
            f"{task}, gallery {kind}: a step of the slider",
            figures,
            f"p95 <= {FOLLOWS_MS} ms",
            p95 <= FOLLOWS_MS,
        )


def main() -> None:
    """Put both kinds of evaluations beside a server, look at them, print the table."""
    print(machine())
    random = np.random.default_rng(13)
    with own_server() as server, sync_playwright() as playwright:
        makers = {"multilabel": whole_pictures, "detection": boxed_pictures}
        tasks = sys.argv[1:] or list(makers)
        routes = {task: put(server, task, task, makers[task](random)) for task in tasks}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, base_url=server.address)
        sign_in(page, server)
        for task, route in routes.items():
            move(page, server, route, task)
        browser.close()


if __name__ == "__main__":
    main()
