"""Networks that transformers wrote: a folder made into one file, opened again, and all that is refused."""

import json
import os
import struct

import numpy as np
import pytest
import torch

from vedette.errors import Wrong
from vedette.learn.net.backbones import can_learn, open_backbone
from vedette.learn.net.backbones.file import open_file
from vedette.learn.net.extract import FeatureExtractor
from vedette.runtime import transformer_folder
from vedette.runtime.transformer_folder import CONFIG, licence_of, write_file

SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 32,
    "intermediate_size": 32,
    "patch_size": 16,
}


def written(folder, kind="vit", **save):
    """Write a small network of a kind; return the network."""
    transformers = pytest.importorskip("transformers", reason="the extra `backbones` is not installed")
    torch.manual_seed(0)
    model = transformers.AutoModel.from_config(transformers.AutoConfig.for_model(kind, **SIZES)).eval()
    model.save_pretrained(folder, **save)
    return model


def one_file(folder):
    file = folder.with_suffix(".safetensors")
    write_file(folder, file)
    return file


def changed(folder, **fields):
    """Change what a configuration says."""
    place = folder / "config.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | fields))
    return folder


@pytest.mark.parametrize("kind", ["deit", "dinov2", "ijepa", "vit"])
def test_a_folder_in_parts_becomes_one_file_that_sees_the_same(tmp_path, kind):
    model = written(tmp_path / "net", kind, max_shard_size="8KB")
    (tmp_path / "net/preprocessor_config.json").write_text('{"image_mean": [0.5, 0.5, 0.5]}')
    assert len([*(tmp_path / "net").glob("*.safetensors")]) > 1
    backbone, called = open_file(one_file(tmp_path / "net"))
    assert called == f"{kind}-16x1-patch16"
    pictures = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3)).astype(np.uint8)
    spread = (torch.from_numpy(pictures).permute(0, 3, 1, 2) / 255 - 0.5) / torch.tensor(
        [0.229, 0.224, 0.225]
    ).view(1, 3, 1, 1)
    options = {} if kind == "dinov2" else {"interpolate_pos_encoding": True}
    with torch.no_grad():
        tokens = model(pixel_values=spread, **options).last_hidden_state[:, -16:]
    wanted = tokens.transpose(1, 2).reshape(1, 16, 4, 4)
    # Through ONNX, at another size than its own, as trainings and packages read it.
    (read,) = FeatureExtractor(backbone, ("top",), threads=1)(pictures)
    np.testing.assert_allclose(read, wanted, atol=1e-4)
    folder = open_backbone(f"transformers:{tmp_path / 'net'}")
    (same,) = FeatureExtractor(folder, ("top",), threads=1)(pictures)
    np.testing.assert_allclose(same, wanted, atol=1e-4)


def test_half_floats_are_read_and_nothing_of_it_learns(tmp_path):
    written(tmp_path / "net").half().save_pretrained(tmp_path / "net")
    file = one_file(tmp_path / "net")
    backbone, _ = open_file(file)
    assert {weights.dtype for weights in backbone.model.parameters()} == {torch.float32}
    assert not can_learn(f"file:{file}")
    assert not can_learn(f"transformers:{tmp_path / 'net'}")
    with pytest.raises(Wrong, match="only read from"):
        backbone.tail()


def test_what_pictures_are_brought_to_tells_features_apart(tmp_path):
    written(tmp_path / "net")
    plain = [open_backbone(f"transformers:{tmp_path / 'net'}").revision]
    plain.append(open_file(one_file(tmp_path / "net"))[0].revision)
    (tmp_path / "net/preprocessor_config.json").write_text('{"image_mean": [0.5, 0.5, 0.5]}')
    other = [open_backbone(f"transformers:{tmp_path / 'net'}").revision]
    other.append(open_file(one_file(tmp_path / "net"))[0].revision)
    assert len({*plain, *other}) == 4


def test_weights_beside_a_classifiers_head_are_its_networks(tmp_path):
    transformers = pytest.importorskip("transformers", reason="the extra `backbones` is not installed")
    config = transformers.ViTConfig(**SIZES)
    model = transformers.ViTForImageClassification(config).eval()
    model.save_pretrained(tmp_path / "net")
    backbone, _ = open_file(one_file(tmp_path / "net"))
    ours = dict(backbone.model.named_parameters())
    assert torch.equal(ours["embeddings.cls_token"], model.vit.embeddings.cls_token)


def test_a_configuration_that_names_code_runs_none(tmp_path):
    written(tmp_path / "net")
    marker = tmp_path / "ran"
    code = f"open({str(marker)!r}, 'w')\n"
    (tmp_path / "net/modeling_evil.py").write_text(code)
    (tmp_path / "net/configuration_evil.py").write_text(code)
    own = {"AutoModel": "modeling_evil.Evil", "AutoConfig": "configuration_evil.Evil"}
    changed(tmp_path / "net", auto_map=own, _attn_implementation="some/kernel", num_labels=10**9)
    assert open_file(one_file(tmp_path / "net"))[1] == "vit-16x1-patch16"
    open_backbone(f"transformers:{tmp_path / 'net'}")
    changed(tmp_path / "net", model_type="evil")
    for opened in (lambda: open_file(one_file(tmp_path / "net")), lambda: load_folder(tmp_path / "net")):
        with pytest.raises(Wrong, match='of the kind "evil"; of transformers these are run: deit, dinov2'):
            opened()
    assert not marker.exists()


def load_folder(folder):
    return open_backbone(f"transformers:{folder}")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"hidden_size": 4096, "num_attention_heads": 1}, "and the network of its configuration"),
        ({"hidden_size": 10**12}, "has 1000000000000 for hidden_size; it may be 8 to 8192"),
        ({"num_hidden_layers": 10**9}, "for num_hidden_layers"),
        ({"num_hidden_layers": 1.5}, "is no vit that can be run"),
        ({"patch_size": "16"}, "has 16 for patch_size"),
        ({"patch_size": 4, "num_attention_heads": 16}, "a layer would take 5,436,997,696 bytes for a"),
        ({"num_attention_heads": 3}, "is no vit that can be run"),
        ({"image_size": 16}, "is no vit that can be run"),
        ({"hidden_act": "os.system"}, 'wants the activation "os.system", which is not known'),
    ],
)
def test_a_configuration_that_does_not_fit_the_weights_is_refused(tmp_path, fields, sentence):
    written(tmp_path / "net")
    file = one_file(changed(tmp_path / "net", **fields))
    with pytest.raises(Wrong, match=sentence):
        open_file(file)


def test_weights_that_are_missing_are_named(tmp_path):
    model = written(tmp_path / "net")
    state = {name: weights for name, weights in model.state_dict().items() if "layernorm.bias" not in name}
    state["more"] = torch.zeros(99)
    model.save_pretrained(tmp_path / "net", state_dict=state)
    with pytest.raises(Wrong, match=r"lacks weights of a vit: layernorm\.bias"):
        open_file(one_file(tmp_path / "net"))


def test_a_folder_of_pickles_and_one_without_weights_are_refused(tmp_path):
    folder = tmp_path / "net"
    folder.mkdir()
    with pytest.raises(Wrong, match=r"there is no config\.json in it"):
        one_file(folder)
    (folder / "config.json").write_text("{}")
    with pytest.raises(Wrong, match=r"there is no model\.safetensors in it\.$"):
        one_file(folder)
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(Wrong, match="its weights are a pickle, which is a program"):
        one_file(folder)


@pytest.mark.parametrize("name", ["../model.safetensors", "/etc/passwd", "a/b.safetensors", "model.bin", 7])
def test_an_index_leads_to_no_other_folder(tmp_path, name):
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(Wrong, match=r"model\.safetensors\.index\.json (names|does not say)"):
        one_file(folder)


def test_a_part_that_is_not_there_and_too_many_bytes_are_refused_at_once(tmp_path, monkeypatch):
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    index = {"weight_map": {"a": "one.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(Wrong, match=r"one\.safetensors, which .* names, is missing"):
        one_file(folder)
    os.truncate(os.open(folder / "one.safetensors", os.O_CREAT | os.O_WRONLY), 10 * 1024**3)
    with pytest.raises(Wrong, match="have 10,737,418,240 bytes; 2,147,483,648 are the most"):
        one_file(folder)
    os.truncate(folder / "one.safetensors", 100)
    with pytest.raises(Wrong, match="its head is not as long as it says"):
        one_file(folder)
    assert not folder.with_suffix(".safetensors").exists()


def test_a_file_that_says_it_is_one_is_not_believed(tmp_path):
    pytest.importorskip("transformers", reason="the extra `backbones` is not installed")
    place = tmp_path / "w.safetensors"
    for config, sentence in (("no JSON", "is no JSON"), ("[]", "is no object"), ("{}", 'the kind "None"')):
        head = json.dumps({"__metadata__": {CONFIG: config}}).encode()
        place.write_bytes(struct.pack("<Q", len(head)) + head)
        with pytest.raises(Wrong, match=sentence):
            open_file(place)


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlanguage: en\nlicense: apache-2.0\n---\n# Net\n", "apache-2.0"),
        ("---\nlicense: other\nlicense_name: dino-licence\n---\n", "dino-licence"),
        ("---\r\nlicense: 'mit'\r\n---\r\n", "mit"),
        ("# license: mit\n", ""),
        ("---\nlicense: <script>\n---\n", ""),
        ("---\ntags: x\n---\nlicense: mit\n", ""),
    ],
)
def test_the_licence_is_what_the_head_of_the_card_names(tmp_path, card, licence):
    (tmp_path / "README.md").write_text(card)
    assert licence_of(tmp_path) == licence


def test_without_the_library_one_sentence_says_what_it_needs(tmp_path, monkeypatch):
    written(tmp_path / "net")
    file = one_file(tmp_path / "net")
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(Wrong, match=r"needs the package transformers where it is opened: `pip install"):
        open_file(file)


def test_folders_have_the_limit_of_the_reader_of_weights():
    from vedette.learn.net import weight_files

    assert (transformer_folder.MOST_BYTES, transformer_folder.MOST_HEAD) == (
        weight_files.MOST_BYTES,
        weight_files.MOST_HEAD,
    )
