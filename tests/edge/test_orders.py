"""Orders that a device must not obey, packages that it must not take, and cuts in between."""

import dataclasses
import io
import json
import shutil
import zipfile

import pytest

from doubles.devices import bitmap_of, plain, running_device
from doubles.order_server import running_order_server
from doubles.over_the_air import POLL_S, eventually
from doubles.packages import save_plain, tiny_package
from vedette.edge import fetching, over_the_air
from vedette.edge.catalogue import Catalogue, ModelOnDisk
from vedette.edge.device_models import DeviceModels
from vedette.edge.durable import read_document
from vedette.edge.installed import FOLDER, InstalledModels
from vedette.edge.over_the_air import ServerOptions
from vedette.edge.process import ModelProcess, ProcessLimits
from vedette.errors import Refusal, Wrong
from vedette.runtime.golden import GoldenAnswer, write_answers
from vedette.runtime.signatures import make_private_key

WHITE = (255, 255, 255)


@pytest.fixture
def server():
    with running_order_server() as played:
        yield played


@pytest.fixture
def packages(tmp_path):
    """A folder for what packages are made of."""
    folder = tmp_path / "packages"
    folder.mkdir()
    return folder


def reporting(folder, server, token="", **options):
    folder.mkdir(exist_ok=True)
    settings = ServerOptions(server.address, token, poll_s=POLL_S)
    return running_device(folder, server=settings, limits=ProcessLimits(threads=1), **options)


def threshold(device):
    return round(device.detect("belt", bitmap_of(plain(WHITE))).anomaly_threshold, 3)


def installed(server, model):
    """Wait until the device says that it has a model."""
    return eventually(
        lambda: server.model(model.name),
        lambda row: row.get("digest") == model.digest and row["state"] == "RUNNING",
        model.version,
    )


def test_an_order_is_obeyed_only_of_our_server_for_this_device_and_never_an_older_one(
    server, packages, tmp_path
):
    first, second = server.package(packages), server.package(packages, version="1.1.0", threshold=0.6)
    with reporting(tmp_path / "models", server, server.token) as device:
        server.give(10, second)
        installed(server, second)
        for number, words, more in (
            (9, "older than one that was obeyed", {}),
            (11, "signature is not by the server", {"private": make_private_key()}),
            (11, "for another device", {"device": "z" * 26}),
        ):
            server.give(number, first, **more)
            eventually(lambda: server.last["problem"], lambda text, words=words: words in text, words)
            assert threshold(device) == 0.6
        server.give(12, first)  # to go back is a new order
        installed(server, first)
        assert threshold(device) == 0.4
        assert server.last["problem"] == ""


def test_an_older_order_is_refused_after_a_restart_too(server, packages, tmp_path):
    first, second = server.package(packages), server.package(packages, version="1.1.0", threshold=0.6)
    server.give(10, second)
    with reporting(tmp_path / "models", server, server.token):
        installed(server, second)
    server.give(9, first)
    with reporting(tmp_path / "models", server) as device:
        eventually(lambda: server.last["problem"], lambda text: "older" in text)
        device.await_status("belt", "RUNNING")
        assert threshold(device) == 0.6


def golden_of(folder, score):
    """Return golden pictures that claim a score for a white picture."""
    picture = save_plain(folder / "white.jpg", 255)
    write_answers(folder, {"golden/1.jpg": GoldenAnswer((), score, 0.4)})
    return {"golden/1.jpg": picture, "golden/answers.json": folder / "answers.json"}


def test_a_package_whose_golden_pictures_are_answered_otherwise_is_refused_and_the_old_one_goes_on(
    server, packages, tmp_path
):
    right = server.package(packages, more=golden_of(packages / "right", 1.0))
    wrong = server.package(packages, version="1.1.0", threshold=0.6, more=golden_of(packages / "wrong", 0.2))
    with reporting(tmp_path / "models", server, server.token) as device:
        server.give(1, right)
        installed(server, right)
        server.give(2, wrong)
        row = eventually(lambda: server.model(), lambda row: row.get("problem"))
        assert row["problem"] == (
            "Golden picture 1 of 1 is answered otherwise: its score is 1.000 instead of 0.200."
        )
        assert (row["digest"], row["refused_digest"]) == (right.digest, wrong.digest)
        assert threshold(device) == 0.4
        asked = len(server.requests)
        reports = len(server.reports)
        eventually(lambda: len(server.reports), lambda count: count > reports + 2)
        assert len(server.requests) == asked, "it is not fetched again"
        server.give(3, wrong)  # until it is ordered anew
        eventually(lambda: len(server.requests), lambda count: count > asked)
        server.give(4, right)
        eventually(lambda: server.model()["problem"], lambda text: text == "")
    assert len(list((tmp_path / "models" / FOLDER / "packages").iterdir())) == 1


def zipped(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def changed(content, name, replacement):
    """Return an archive with one file changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    return zipped({**members, name: replacement})


def test_what_no_device_should_take_is_refused_and_leaves_nothing(server, packages, tmp_path):
    model = server.package(packages)
    content = server.archives[model.archive]
    evil = {
        "out of the folder": zipped({"../../evil": b"x", "manifest.json": b"{}"}),
        "no archive": b"PK nothing",
        "another file": changed(content, "model/MODEL_CARD.md", b"other"),
        "no manifest": zipped({"a": b"x"}),
    }
    with reporting(tmp_path / "models", server, server.token):
        for number, archive in enumerate(evil.values(), 1):
            server.give(number, server.keep(archive, "belt", "1.0.0", model.digest))
            eventually(
                lambda: server.last,
                lambda report, number=number: report.get("order") == number and not report["doing"],
                list(evil)[number - 1],
            )
            assert server.model()["problem"], list(evil)[number - 1]
        server.give(8, dataclasses.replace(model, digest="0" * 64))
        eventually(lambda: server.model()["problem"], lambda text: "another one than ordered" in text)
        server.give(9, dataclasses.replace(model, archive="0" * 64))
        eventually(lambda: server.last["order"], lambda value: value == 9)
    folder = tmp_path / "models" / FOLDER
    assert [place.name for place in (folder / "packages").iterdir()] == []
    assert not (tmp_path / "evil").exists()


def test_a_download_that_is_cut_again_and_again_goes_on_where_it_was(server, packages, tmp_path):
    model = server.package(packages)
    server.cut_after = model.size // 6 + 1
    server.give(1, model)
    with reporting(tmp_path / "models", server, server.token) as device:
        installed(server, model)
        assert threshold(device) == 0.4
    starts = [int((text or "bytes=0-")[6:-1]) for text in server.requests]
    assert starts == [server.cut_after * number for number in range(len(starts))]
    assert len(starts) == 6


def test_a_part_that_a_power_cut_has_emptied_is_fetched_anew_and_not_held_against_the_package(
    server, packages, tmp_path
):
    model = server.package(packages)
    incoming = tmp_path / "models" / FOLDER / "incoming"
    incoming.mkdir(parents=True)
    (incoming / f"{model.archive}.zip").write_bytes(bytes(model.size // 2))
    server.give(1, model)
    with reporting(tmp_path / "models", server, server.token) as device:
        assert installed(server, model)["problem"] == ""
        assert threshold(device) == 0.4
    assert server.requests == [f"bytes={model.size // 2}-", None]


def test_a_package_that_is_taken_away_is_whole_under_its_name_or_not_there(tmp_path, monkeypatch):
    """As where power is cut: what is left begins with a dot, and goes at the next start."""
    models = tmp_path / "models"
    models.mkdir()
    kept = InstalledModels(models)
    kept.open()
    package = kept.packages / ("a" * 64)
    package.mkdir()
    (package / "manifest.json").write_text("{}")
    cut = []
    monkeypatch.setattr(shutil, "rmtree", lambda place, **more: cut.append(place.name))
    kept.sweep()
    assert cut[-1].startswith(".gone-")
    assert [place.name for place in kept.packages.iterdir()] == [f".gone-{package.name}"]
    monkeypatch.undo()
    kept.sweep()
    assert list(kept.packages.iterdir()) == []
    kept.close()


def test_a_full_disk_is_noticed_before_and_the_order_is_followed_when_there_is_room(
    server, packages, tmp_path, monkeypatch
):
    model = server.package(packages)
    server.give(1, model)
    usage = fetching.shutil.disk_usage
    is_full = [True]
    free = {True: 1000, False: 1 << 40}
    monkeypatch.setattr(
        fetching.shutil, "disk_usage", lambda place: usage(place)._replace(free=free[is_full[0]])
    )
    with reporting(tmp_path / "models", server, server.token):
        row = eventually(lambda: server.model(), lambda row: row.get("problem"))
        assert row["problem"].startswith("There is no room for belt 1.0.0: it needs ")
        is_full[0] = False
        assert installed(server, model)["problem"] == ""


@pytest.mark.parametrize(
    "nonsense",
    [
        (200, (), b"no json"),
        (200, (), b"[1, 2]"),
        (200, (), b'{"after_s": "soon"}'),
        (200, (), b'{"after_s": 1, "order": {"text": 5, "signature": "x"}}'),
        (200, (), b'{"after_s": 1, "order": "?"}'),
        (200, (), b"x" * 300_000),
        (302, (("Location", "http://127.0.0.1:9/"),), b""),
        (500, (), b"<html>\x1b[31m</html>"),
        (401, (), b'{"message": "who?"}'),
        (429, (("Retry-After", "99999999"),), b"{}"),
    ],
    ids=["text", "list", "word", "number", "order", "long", "redirect", "error", "stranger", "patience"],
)
def test_a_server_that_answers_nonsense_is_asked_again_and_the_models_run_on(
    server, packages, tmp_path, nonsense
):
    server.nonsense = nonsense
    model = server.package(packages)
    with reporting(tmp_path / "models", server, server.token) as device:
        eventually(lambda: len(server.requests) + len(server.reports), lambda count: True)
        server.nonsense = None
        server.give(1, model)
        installed(server, model)
        count = len(server.reports)
        server.nonsense = nonsense
        eventually(lambda: len(server.reports), lambda number: number > count + 1)
        assert threshold(device) == 0.4


def test_a_package_that_the_disk_has_damaged_is_left_for_the_one_before(server, packages, tmp_path):
    first, second = server.package(packages), server.package(packages, version="1.1.0", threshold=0.6)
    with reporting(tmp_path / "models", server, server.token):
        for number, model in enumerate((first, second), 1):
            server.give(number, model)
            installed(server, model)
    network = tmp_path / "models" / FOLDER / "packages" / second.digest / "model" / "model.onnx"
    with network.open("r+b") as file:
        file.truncate(100)
    server.nonsense = (500, (), b"")  # and the server is away
    with reporting(tmp_path / "models", server) as device:
        eventually(lambda: device.status("belt"), lambda status: status == "RUNNING")
        eventually(lambda: threshold(device), lambda value: value == 0.4)
        eventually(lambda: server.model().get("problem"), lambda text: text and "was taken back" in text)


def test_a_proven_package_that_a_disk_damages_is_fetched_and_tried_again(
    server, packages, tmp_path, monkeypatch
):
    monkeypatch.setattr(over_the_air, "PROBATION_S", 1.0)
    first, second = server.package(packages), server.package(packages, version="1.1.0", threshold=0.6)
    record = tmp_path / "models" / FOLDER / "installed.json"
    with reporting(tmp_path / "models", server, server.token):
        for number, model in enumerate((first, second), 1):
            server.give(number, model)
            installed(server, model)
        eventually(lambda: read_document(record)["models"]["belt"], lambda model: model["is_proven"])
    network = tmp_path / "models" / FOLDER / "packages" / second.digest / "model" / "model.onnx"
    with network.open("r+b") as file:
        file.truncate(100)
    monkeypatch.setattr(over_the_air, "PROBATION_S", 60.0)
    with reporting(tmp_path / "models", server) as device:
        eventually(lambda: device.status("belt"), lambda status: status == "RUNNING")
        eventually(lambda: threshold(device), lambda value: value == 0.6)
    assert network.stat().st_size > 100
    assert not read_document(record)["models"]["belt"]["is_proven"]


def test_models_without_the_signature_that_is_wanted_are_refused(server, packages, tmp_path):
    model = server.package(packages, facts={"description": "not signed"})
    server.give(1, model)
    key = server.token.rpartition(".")[2]
    with reporting(tmp_path / "models", server, server.token, keys=(key,)):
        row = eventually(lambda: server.model(), lambda row: row.get("problem"))
        assert row["problem"] == "belt 1.0.0 is not signed, and the agent wants signed models."


@pytest.mark.parametrize("text", ["", "a.b", "x" * 26 + ".y.z", "not a token"])
def test_what_is_no_token_is_refused_with_a_sentence(server, tmp_path, text):
    with pytest.raises(Refusal, match="token"), reporting(tmp_path / "models", server, text):
        pass


def test_a_server_elsewhere_is_reached_by_tls_alone(server, tmp_path):
    (tmp_path / "models").mkdir()
    options = ServerOptions("http://vedette.example:8080", server.token)
    with (
        pytest.raises(Wrong, match="is reached by https://"),
        running_device(tmp_path / "models", server=options),
    ):
        pass


def test_reports_say_what_the_machine_is_and_nothing_of_pictures(server, packages, tmp_path):
    model = server.package(packages)
    server.give(1, model)
    with reporting(tmp_path / "models", server, server.token) as device:
        installed(server, model)
        device.detect("belt", bitmap_of(plain(WHITE)))
        eventually(lambda: server.model()["answered"], lambda count: count == 1)
    assert set(server.last) == {"agent", "instance", "order", "machine", "models", "doing", "problem"}
    assert set(server.last["machine"]) == {
        "system", "arch", "host", "cores", "memory", "free_memory", "free_disk",
    }  # fmt: skip
    assert len(json.dumps(server.last)) < 1000


def test_two_agents_never_take_models_into_one_folder(server, tmp_path):
    with reporting(tmp_path / "models", server, server.token):
        eventually(lambda: len(server.reports), lambda count: count > 0)
        other = tmp_path / "other"
        other.mkdir()
        with (
            pytest.raises(Refusal, match="Another agent takes models over the air"),
            running_device(
                tmp_path / "models",
                server=ServerOptions(server.address, server.token),
                socket=f"unix://{other}/agent.sock",
            ),
        ):
            pass


def test_a_model_that_is_starting_is_switched_when_it_has_started(tmp_path):
    old = tiny_package(tmp_path / "models" / "belt", "anomaly", thresholds={"anomaly": 0.4})
    new = tiny_package(tmp_path / "other" / "belt", "anomaly", thresholds={"anomaly": 0.6})
    models = DeviceModels(Catalogue(old.parent), ProcessLimits(threads=1))
    try:
        process = ModelProcess(ModelOnDisk("belt", new), ProcessLimits(threads=1))
        process.load()
        models.start("belt")
        models.switch(ModelOnDisk("belt", new), process)
        reply, _ = models.served("belt").ask({"raster": [96, 64]}, plain(WHITE).tobytes())
        assert round(reply["answer"]["threshold"], 3) == 0.6
    finally:
        models.close()
