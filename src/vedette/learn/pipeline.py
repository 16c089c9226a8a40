"""A training from samples to a package: the story of how a model comes to be.

check      broken pictures are named and left out
decide     the task, from the labels
split      where nobody gave a test part; copies of one picture stay together
judge      the candidates, on the training part alone
fit        the best of them, on all of the training part
export     to ONNX, held against the network on real pictures
evaluate   once, on the test part, with the file that is shipped
package    beside its place, then renamed: whole or not at all
"""

import hashlib
import platform
import tempfile
import time
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch

import vedette
from vedette.clock import Clock, system_clock
from vedette.errors import TooMuch
from vedette.evaluation.document import Evaluation, write_evaluation
from vedette.evaluation.evaluate import evaluate
from vedette.evaluation.headline import headline
from vedette.evaluation.judge import Observe, judge_picture, observe_nothing
from vedette.learn import memo as memos
from vedette.learn.advice import more_of
from vedette.learn.alike import look_alikes, settled_together
from vedette.learn.cache import FeatureCache
from vedette.learn.candidates import candidates
from vedette.learn.chance import seed_process
from vedette.learn.check import check
from vedette.learn.choose import choose, judge_all, tried
from vedette.learn.cores import one_thread, side_by_side
from vedette.learn.device import Device, choose_device, fall_back
from vedette.learn.export import TOLERANCE, export, refuse_if_far
from vedette.learn.neighbours import by_name, is_series
from vedette.learn.net.cached import frozen_backbone, pooled
from vedette.learn.order import Order, UnusablePicture
from vedette.learn.outcome import TrainingOutcome
from vedette.learn.recipe import OUTPUTS, Candidate, Progress, Recipe, RunContext, Trained
from vedette.learn.split import hold_out
from vedette.learn.task import Plan, decide
from vedette.report.card import model_card
from vedette.runtime.facts import PackageFacts
from vedette.runtime.model import Model
from vedette.runtime.package import refuse_strangers, write_package
from vedette.vision.annotations import Sample

# From so many test pictures of a label on, the test part chooses its threshold.
ENOUGH = 10
# Neighbours are compared among so many pictures; of more, features would be read that nobody else reads.
MOST_COMPARED = 300
# Exporting, comparing and packaging take so long, and looking at a test picture so many times what reading it
# took (small pictures on two cores: 2 ms to read and 6 ms to judge).
FINISHING_S, AGAIN = 5.0, 3


def run(
    order: Order,
    *,
    say: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    clock: Clock = system_clock,
    show: Observe = observe_nothing,
    show_race: Callable[[Sequence[Candidate]], None] = lambda _: None,
) -> TrainingOutcome:
    """Train, judge and package one model, on the GPU where there is one that can.

    `show` sees what it says of each test picture, `show_race` how the recipes stand that compete.
    """
    refuse_strangers(order.out)
    started = time.monotonic()

    def learn_on(device: Device) -> TrainingOutcome:
        work = RunContext(
            FeatureCache(order.cache, limit=order.cache_limit),
            seed=order.seed,
            budget=order.budget,
            backbone=order.backbone,
            device=device,
            say=say,
            show_race=show_race,
            cancelled=cancelled,
            started=started,
        )
        return train(order, work, clock=clock, show=show)

    return fall_back(learn_on, choose_device())


def train(order: Order, work: RunContext, *, clock: Clock, show: Observe) -> TrainingOutcome:
    """Train, judge and package one model on the work's device."""
    seed_process(order.seed)
    plan, broken, memo = prepare(order, work)
    judged = judge_all(competitors(plan, work, memo), plan.train, work)
    recipe, judgement = judged[choose(judged)]
    trained = recipe.fit(plan.train, work, judgement)
    left_out = [*order.left_out, *broken, *silent(plan)]
    facts = describe(plan, trained, order, work, judged=tried(judged), clock=clock)
    advice = more_of(plan.train, judgement.outcomes, judgement.by_label)
    facts = replace(
        facts,
        data={**facts.data, "left_out": len(left_out)},
        recipe={**facts.recipe, **({"more_pictures_of": advice} if advice else {})},
    )
    facts, evaluation = finish(plan, trained, facts, order, work, show=show)
    memos.keep(plan, recipe, work)
    work.cache.trim()
    return TrainingOutcome(order.out, facts, evaluation, broken, left_out)


def competitors(plan: Plan, work: RunContext, memo: memos.Memo | None) -> Sequence[Recipe]:
    """Return the recipes to judge: the earlier winner alone, where most of the pictures are known."""
    recipes = candidates(plan, work)
    if memo is None:
        return recipes
    remembered = [recipe for recipe in recipes if recipe.name == memo.recipe]
    for recipe in remembered:
        if isinstance(recipe, memos.Resumable):
            recipe.resume(memo.state, memo.arrays)
    return remembered or recipes


def prepare(order: Order, work: RunContext) -> tuple[Plan, list[UnusablePicture], memos.Memo | None]:
    """Return the plan with both parts, of pictures that can be read, and what is known of most of them."""
    plan = decide(order.train, order.test, wanted=order.task)
    began = time.monotonic()
    _, broken = check(plan.train, work, size=(224, 224))
    if plan.test is not None:
        broken += check(plan.test, work, size=(224, 224))[1]
    if broken:  # without them the labels may no longer suffice
        gone = {picture.picture for picture in broken}
        rest = [None if part is None else without(part, gone) for part in (order.train, order.test)]
        plan = decide(rest[0] or [], rest[1], wanted=order.task)
    memo = memos.find(plan, work)
    work.alike = look_alikes(plan.train, work.pictures)
    work.in_blocks = follows_itself(plan, work)
    if plan.test is None:
        settled = {**dict.fromkeys(memo.test, True), **dict.fromkeys(memo.train, False)} if memo else {}
        learn, test = hold_out(
            plan.train,
            digest=work.content,
            seed=work.seed,
            settled=settled_together(settled, work.alike),
            order=by_name(plan.train) if work.in_blocks else None,
        )
        plan = replace(plan, train=learn, test=test)
    each_s = (time.monotonic() - began) / max(1, len(order.train) + len(order.test or ()))
    work.reserved_s = FINISHING_S + AGAIN * each_s * len(plan.test or ())
    return plan, broken, memo


def follows_itself(plan: Plan, work: RunContext) -> bool:
    """Say whether the training part is a series whose neighbours look alike."""
    compared = plan.train[:MOST_COMPARED]
    side = frozen_backbone(work).sides[0]
    features = pooled([sample.picture for sample in compared], work=work, size=(side, side))
    return is_series(compared, features[:, 0])


def without(samples: Sequence[Sample], gone: Container[Path]) -> list[Sample]:
    """Return the samples but for those of some pictures."""
    return [sample for sample in samples if sample.picture not in gone]


def silent(plan: Plan) -> list[UnusablePicture]:
    """Return the pictures whose labels say nothing for the task."""
    return [
        UnusablePicture(s.picture, f"{s.picture} is not labelled for {plan.task}.") for s in plan.left_out
    ]


def finish(
    plan: Plan, trained: Trained, facts: PackageFacts, order: Order, work: RunContext, *, show: Observe
) -> tuple[PackageFacts, Evaluation]:
    """Export, compare, evaluate the very file that is shipped, and write the package."""
    with tempfile.TemporaryDirectory(prefix="vedette-") as folder:
        file = Path(folder) / "model.onnx"
        work.tell("exporting", 0, 1)
        with one_thread():
            try:
                export(trained, OUTPUTS[plan.task], file)
            except OSError as error:
                raise TooMuch(
                    f"The model cannot be written to {folder}: {error.strerror or error}."
                ) from error
            some = some_pixels(plan.train, trained, work)
            difference = refuse_if_far(trained, file, some, tolerance=TOLERANCE)
        work.tell("exporting", 1, 1)
        facts = replace(facts, recipe={**facts.recipe, "onnx_difference": difference})
        evaluation = examine(plan, trained, Model(facts, file, threads=1), work, show=show)
        evaluation = replace(evaluation, left_out=facts.data["left_out"])
        facts = replace(facts, thresholds=evaluation.thresholds, metrics=headline(evaluation))
        work.tell("packaging", 0, 1)
        write_package(
            order.out,
            model=file,
            facts=facts,
            evaluation=write_evaluation(evaluation),
            card=model_card(facts, evaluation),
        )
    return facts, evaluation


def examine(plan: Plan, trained: Trained, model: Model, work: RunContext, *, show: Observe) -> Evaluation:
    """Return the evaluation on the test part, at the thresholds that the package will have.

    A label's threshold is the one with the best F1 on the test part, as the services define it, where
    `ENOUGH` test pictures have the label; on fewer it would hang on one or two, and the one found out of
    fold in training is kept. Anomaly models keep the one found in training.
    """
    test = plan.test or []
    examined = []
    for done, result in enumerate(side_by_side(partial(judge_picture, model, observe=show), test), start=1):
        examined.append(result)
        work.tell("evaluating", done, len(test))
    thresholds = dict(trained.thresholds)
    if plan.task in ("classification", "multilabel", "detection"):
        best = evaluate(plan.task, trained.labels, examined, fallback=thresholds)
        for row in best.labels:
            if row.test_pictures >= ENOUGH:
                thresholds[row.label] = best.thresholds[row.label]
    return evaluate(plan.task, trained.labels, examined, thresholds=thresholds)


def some_pixels(samples: Sequence[Sample], trained: Trained, work: RunContext, *, most: int = 3) -> Any:
    """Return a few real pictures at the input size, spread over the samples."""
    chosen = [
        samples[i].picture for i in np.linspace(0, len(samples) - 1, min(most, len(samples))).astype(int)
    ]
    return np.stack([work.pictures.at(path, trained.input_size, policy=trained.policy) for path in chosen])


def describe(
    plan: Plan,
    trained: Trained,
    order: Order,
    work: RunContext,
    *,
    judged: list[dict[str, Any]],
    clock: Clock,
) -> PackageFacts:
    """Return what the package says about its model, before it is evaluated."""
    backbone = frozen_backbone(work)
    return PackageFacts(
        task=plan.task,
        labels=trained.labels,
        thresholds=dict(trained.thresholds),
        input_size=trained.input_size,
        policy=trained.policy,
        tiling=trained.tiling,
        pixel_thresholds=dict(trained.pixel_thresholds),
        colors=dict(trained.colors),
        created=clock().isoformat(timespec="seconds"),
        recipe={
            **trained.facts,
            "seed": order.seed,
            "budget": order.budget.name,
            "device": work.device.name,
            **({"device_note": work.device.note} if work.device.note else {}),
            "folds": "blocks by name, since neighbours look alike" if work.in_blocks else "at random",
            **({"look_alikes": len(work.alike)} if work.alike else {}),
            "tried": judged,
        },
        data={
            "training_pictures": len(plan.train),
            "test_pictures": len(plan.test or ()),
            "fingerprint": fingerprint([*plan.train, *(plan.test or ())], work),
        },
        backbone={"name": backbone.name, "revision": backbone.revision},
        versions={
            "vedette": vedette.__version__,
            "torch": torch.__version__,
            "onnxruntime": onnxruntime.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    )


def fingerprint(samples: Sequence[Sample], work: RunContext) -> str:
    """Return a hash of pictures and labels: the same data gives the same, wherever it lies."""
    lines = sorted(
        f"{work.pictures.digest(s.picture)} {sorted(s.labels)} {s.boxes} {s.is_anomalous}" for s in samples
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
