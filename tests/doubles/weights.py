"""Files of weights as timm and safetensors write them, without either."""

import json

NORM = ("weight", "bias", "running_mean", "running_var")
LITE0, LITE1 = (1, 2, 2, 3, 3, 4, 1), (1, 3, 3, 4, 4, 5, 1)


def timm_names(stages=LITE0):
    """Return timm's names in the order in which layers are run, of stages of so many blocks."""
    names = ["conv_stem.weight", *(f"bn1.{part}" for part in (*NORM, "num_batches_tracked"))]
    for stage, repeats in enumerate(stages):
        for block in range(repeats):
            pairs = [("conv_dw", "bn1"), ("conv_pw", "bn2")]
            if stage:
                pairs = [("conv_pw", "bn1"), ("conv_dw", "bn2"), ("conv_pwl", "bn3")]
            for conv, norm in pairs:
                names.append(f"blocks.{stage}.{block}.{conv}.weight")
                names += [f"blocks.{stage}.{block}.{norm}.{part}" for part in (*NORM, "num_batches_tracked")]
    names += ["conv_head.weight", *(f"bn2.{part}" for part in (*NORM, "num_batches_tracked"))]
    return [*names, "classifier.weight", "classifier.bias"]


def write_safetensors(path, weights):
    """Write a file as the library of that name does: sorted by name, without a count of batches."""
    head, body = {"__metadata__": {"format": "pt"}}, b""
    for name in sorted(weights):
        data = weights[name].numpy().tobytes()
        place = [len(body), len(body) + len(data)]
        head[name] = {"dtype": "F32", "shape": list(weights[name].shape), "data_offsets": place}
        body += data
    text = json.dumps(head).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
    return path
