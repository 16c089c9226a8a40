"""Sets of other kinds by `vedette.train`, each beside a plain baseline on the same frozen features.

    labels      logistic regression on pooled features at 224 px, a half as threshold
    anomalies   PatchCore by hand: the largest distance of a patch at 256 px to any of 20,000 normal ones;
                its F1 is the best that any threshold gives on the test part, which ours does not see

`python -m bench.learn_kinds [NAME...]`; budget `balanced`, or what VEDETTE_BUDGET says.
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler

import vedette
from bench.common import machine
from bench.kinds import Kind, kinds
from vedette.evaluation.document import write_evaluation
from vedette.evaluation.metrics import auroc, curve
from vedette.learn.anomaly.recipe import PatchExtractor
from vedette.learn.cache import FeatureCache
from vedette.learn.net.cached import pooled
from vedette.learn.recipe import RunContext


def plain_labels(kind: Kind, work: RunContext) -> str:
    """Return what logistic regression reaches."""
    labels = sorted({label for sample in kind.train for label in sample.labels})
    both = [
        pooled([s.picture for s in part], work=work, size=(224, 224))[:, 0]
        for part in (kind.train, kind.test)
    ]
    scaler = StandardScaler().fit(both[0])
    x, y = (scaler.transform(part) for part in both)
    real = [
        np.array([[label in s.labels for label in labels] for s in part]) for part in (kind.train, kind.test)
    ]
    if all(len(s.labels) == 1 for s in kind.train):
        model = LogisticRegression(max_iter=1000).fit(x, real[0].argmax(1))
        text, truth = model.predict(y), real[1].argmax(1)
        return f"{(text == truth).mean():.3f}, F1 {f1_score(truth, text, average='macro'):.3f}"
    columns = [LogisticRegression(max_iter=1000).fit(x, column).predict(y) for column in real[0].T]
    columns_ = np.stack(columns, 1)
    return f"{(columns_ == real[1]).all(1).mean():.3f}, F1 {f1_score(real[1], columns_, average='macro'):.3f}"


def plain_anomalies(kind: Kind, work: RunContext) -> str:
    """Return what a memory of every patch reaches."""
    extractor = PatchExtractor(work, (256, 256))
    normal = [s for s in kind.train if not s.is_anomalous]
    patches = torch.cat([p.flatten(0, 1).float() for p in extractor.features(normal).patches])
    part = patches[torch.randperm(len(patches), generator=torch.Generator().manual_seed(0))[:20_000]]
    scale = part.std(0) + 1e-3
    tested = extractor.features(kind.test).patches
    scores = [float(torch.cdist(p.flatten(0, 1).float() / scale, part / scale).amin(1).max()) for p in tested]
    truth = [bool(s.is_anomalous) for s in kind.test]
    return f"AUROC {auroc(scores, truth):.3f}, best F1 {curve(scores, truth).f1.max():.3f}"


def ours(kind: Kind, place: Path, work: RunContext) -> tuple[str, dict[str, Any], float, float]:
    """Train; return what is shown of it, its evaluation, seconds by the clock and of one core."""
    clock, spent = time.perf_counter(), time.process_time()
    budget = os.environ.get("VEDETTE_BUDGET", "balanced")
    trained = vedette.train(
        kind.train, test=kind.test, out=place / "models" / kind.name, budget=budget, cache=work.cache.folder
    )
    spent, clock = time.process_time() - spent, time.perf_counter() - clock
    result, facts = write_evaluation(trained.evaluation), trained.facts.recipe
    attempts = " ".join(f"{item['recipe']} {item['quality']:.3f}" for item in facts["tried"])
    if "auroc" in result:
        scores = [(o["score"], o["truth"]) for o in result["outcomes"]]
        best = curve(*zip(*scores, strict=True)).f1.max()
        text = f"AUROC {result['auroc']:.3f}, F1 {result['f1']:.3f} of at best {best:.3f}"
    else:
        text = f"{result['accuracy']:.3f}, F1 {result['f1']:.3f}"
    return (
        f"{text} | {result['reliability']['error']:.2f} | {facts['recipe']}; {attempts}",
        result,
        clock,
        spent,
    )


def main() -> None:
    """Train every set that is named, or all."""
    print(machine())
    print("| set | plain | ours | reliability error | chosen; quality out of fold | s, of one core |")
    print("|---|---|---|---|---|---|")
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        place = Path(folder)
        work = RunContext(FeatureCache(place / "features"))
        sets = kinds(place)
        for name in sys.argv[1:] or sets:
            kind = sets[name]()
            is_anomaly = kind.train[0].is_anomalous is not None
            text, _, clock, spent = ours(kind, place, work)
            # After ours, so that no feature was at hand for it.
            base = (plain_anomalies if is_anomaly else plain_labels)(kind, work)
            print(f"| {kind.name} | {base} | {text} | {clock:.0f}, {spent:.0f} |", flush=True)


if __name__ == "__main__":
    main()
