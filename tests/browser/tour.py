"""Every page of the console, on a project whose names are as hostile as customers' names may be.

`make_house` makes the project, `stops` are the pages: an address, what says that the page is there, and the
step that opens a dialog on it.
"""

import hashlib
import io
import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page

from browser import tour_models, tour_trust
from doubles.console import a_user
from doubles.console import signed_in as signed_in_browser
from doubles.servers import RunningServer

NAME = "line-7." + "a-very-long-project-name_" * 8
LOOKOUT = "plates-of-" + "a-very-long-project-name_" * 8
LONE = "one-label"
BUCKET = "every-page"
DEVICE = "press-4." + "a-very-long-device-name_" * 4
PERSON = "maya.of-the-very-long-night-shift-in-the-second-hall"
# What names of labels may be: markup, the other direction and its marks, marks that are drawn in colour, no
# place to break, Chinese, and as long as the service lets them be.
HOSTILE_LABELS = (
    "<b>bolt</b><img src=x onerror=alert(1)>",
    "\u05d1\u05d5\u05e8\u05d2 \u202egnp.tloB\u202c",
    "🔩🛠️ schraube",
    "L" * 200,
    "六角头螺栓与垫圈组件表面划痕及凹陷缺陷类别",
    "vis à tête hexagonale, zinguée, légèrement rayée sur le côté gauche",
    "'; DROP TABLE labels; --",
)
LABELS = (*HOSTILE_LABELS, *(f"part {number:03}" for number in range(250 - len(HOSTILE_LABELS))))
HOSTILE_FILES = (
    "<img src=x onerror=alert(1)>.jpg",
    "gpj.\u202eexe.jpg",
    "🔩 schraube 🛠️.jpg",
    f"{'a very long file name ' * 9}.jpg",
    f"{'W' * 220}.jpg",
    "六角头螺栓与垫圈组件表面划痕.jpg",
)
COUNT = 60


@dataclass(frozen=True)
class House:
    """What was made, for addresses."""

    server: RunningServer
    arn: str
    round_id: str
    import_id: str
    trial_id: str
    batch_id: str
    loop_id: str


@dataclass(frozen=True)
class Stop:
    """A page to look at."""

    name: str
    path: str
    ready: Callable[[Page], Locator]
    then: Callable[[Page], object] | None = None


def _picture(number: int) -> bytes:
    image = Image.new("RGB", (320, 240), ((number * 37) % 256, (number * 91) % 256, (number * 53) % 256))
    ImageDraw.Draw(image).ellipse((60 + number, 50, 200 + number, 190), fill="white", outline="black")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


def _line(number: int, key: str) -> str:
    """A line with a label and up to three boxes; each seventh picture is not labelled yet."""
    line: dict[str, Any] = {"source-ref": f"s3://{BUCKET}/{key}"}
    if number % 7 == 3:
        return json.dumps(line)
    names = [LABELS[(number * 5 + step) % len(LABELS)] for step in range(3)]
    common = {"human-annotated": "yes", "creation-date": "2026-11-28T10:00:00"}
    if number % 2:
        metadata = {"confidence": 1, "class-name": names[0], "type": "groundtruth/image-classification"}
        return json.dumps(line | {"kind": 1, "kind-metadata": metadata | common})
    boxes = [
        {"class_id": place, "left": 20 + 90 * place, "top": 40 + 30 * place, "width": 80, "height": 90}
        for place in range(3)
    ]
    line["box"] = {"image_size": [{"width": 320, "height": 240, "depth": 3}], "annotations": boxes}
    line["box-metadata"] = common | {
        "objects": [{"confidence": 1}] * 3,
        "class-map": {str(place): name for place, name in enumerate(names)},
        "type": "groundtruth/object-detection",
    }
    return json.dumps(line)


def make_house(server: RunningServer) -> House:
    """Make the projects, a round, an import with problems, a group and a person with a key."""
    s3, rekognition = server.client("s3"), server.client("rekognition")
    s3.create_bucket(Bucket=BUCKET)
    keys = [f"set/{name}" for name in HOSTILE_FILES]
    keys += [f"set/part_{number:03}.jpg" for number in range(COUNT - len(keys))]
    for number, key in enumerate(keys):
        s3.put_object(Bucket=BUCKET, Key=key, Body=_picture(number))
    lines = [_line(number, key) for number, key in enumerate(keys)]
    s3.put_object(Bucket=BUCKET, Key="all.manifest", Body="\n".join(lines).encode())
    broken = [*lines[:9], lines[1][:-1] + ",}", lines[0].replace("annotations", "annot"), '{"no": 1}']
    s3.put_object(Bucket=BUCKET, Key="broken.manifest", Body="\n".join(broken).encode())
    arn = rekognition.create_project(ProjectName=NAME, Tags={"team": "night shift " * 9})["ProjectArn"]
    place = {"S3Object": {"Bucket": BUCKET, "Name": "all.manifest"}}
    for kind in ("TRAIN", "TEST"):
        source = {"DatasetSource": {"GroundTruthManifest": place}} if kind == "TRAIN" else {}
        rekognition.create_dataset(ProjectArn=arn, DatasetType=kind, **source)
    _make_lone_label(server, lines)
    labelled = [line for line in lines if '"kind": 1' in line]
    return _add_work(server, arn, labelled)


def _make_lone_label(server: RunningServer, lines: list[str]) -> None:
    """Make a project that knows one label: there is nothing to tell it from."""
    metadata = {"confidence": 1, "class-name": "disc", "type": "groundtruth/image-classification"}
    metadata |= {"human-annotated": "yes", "creation-date": "2026-11-28T10:00:00"}
    source = [{"source-ref": json.loads(line)["source-ref"]} for line in lines[:12]]
    text = "\n".join(json.dumps(line | {"kind": 1, "kind-metadata": metadata}) for line in source)
    server.client("s3").put_object(Bucket=BUCKET, Key="lone.manifest", Body=text.encode())
    rekognition = server.client("rekognition")
    arn = rekognition.create_project(ProjectName=LONE)["ProjectArn"]
    place = {"S3Object": {"Bucket": BUCKET, "Name": "lone.manifest"}}
    rekognition.create_dataset(
        ProjectArn=arn, DatasetType="TRAIN", DatasetSource={"GroundTruthManifest": place}
    )


def _add_work(server: RunningServer, arn: str, labelled: list[str]) -> House:
    browser = signed_in_browser(server)

    def call(operation: str, **members: Any) -> Any:
        answer = browser.call("vedette", operation, **members)
        assert answer.status == 200, answer.body
        return answer.json

    settings = [{"Name": name, "Color": "", "Key": ""} for name in LABELS]
    for start in range(0, len(settings), 100):
        call("UpdateLabelSettings", ProjectArn=arn, Labels=settings[start : start + 100])
    a_user(server, PERSON, "annotator")
    call("CreateGroup", GroupName="night-shift-with-a-long-name", UserNames=[], PolicyNames=["labeller"])
    path = {"ProjectArn": arn}
    made = call(
        "CreateRound", **path, DatasetType="train", Name="shift-1-" + "long-" * 11, Task="labels",
        Filter={}, Instructions="Discs are <b>round</b>. " + "All else is not. " * 20, Examples=[],
        DoubleShare=0.1,
    )  # fmt: skip
    round_id = made["Round"]["RoundId"]
    call("AssignRound", **path, RoundId=round_id, UserNames=[PERSON])
    source = {"Kind": "bucket", "Address": f"s3://{BUCKET}/broken.manifest", "Format": "manifest"}
    made = call("CreateImport", **path, DatasetType="train", Source=source)
    lookout = server.client("lookoutvision")
    lookout.create_project(ProjectName=LOOKOUT)
    lookout.create_dataset(ProjectName=LOOKOUT, DatasetType="train")
    plates = lookout.describe_project(ProjectName=LOOKOUT)["ProjectDescription"]["ProjectArn"]
    tour_models.put_models(server, NAME, LOOKOUT, labelled, LABELS)
    _make_device(server, call)
    tour_trust.make_key(server)
    tour_trust.make_alarms(server, LOOKOUT)
    trial_id = tour_models.run_trial(call, plates, f"s3://{BUCKET}/set/")
    call("SetAlias", ModelArn=f"{plates}/1".replace(":project/", ":model/"), AliasName="line-" + "long-" * 11)
    batch_id = tour_models.run_batch(call, plates, f"s3://{BUCKET}/set/", f"s3://{BUCKET}/results/")
    loop_id = tour_models.put_asking_loop(server, LOOKOUT)
    return House(server, arn, round_id, made["ImportId"], trial_id, batch_id, loop_id)


def _make_device(server: RunningServer, call: Callable[..., Any]) -> None:
    """Register a device, and have it say what no device should."""
    description = "<b>Hall 2</b> " + "behind the long belt " * 12
    made = call("CreateDevice", DeviceName=DEVICE, Description=description)
    identity, secret, _ = made["Token"].split(".")
    own = "s" * 43

    def post(path: str, bearer: str, **fields: Any) -> None:
        request = urllib.request.Request(
            f"{server.address}/-/devices/v1/{path}",
            json.dumps(fields).encode(),
            {"Authorization": f"Bearer {identity}.{bearer}"},
        )
        urllib.request.urlopen(request).close()

    post("register", secret, secret_hash=hashlib.sha256(own.encode()).hexdigest())
    names = ("<img src=x onerror=alert(1)>", "\u05d1\u05d5\u202egnp", "M" * 300)
    machine = {"system": "L" * 300, "arch": "<i>arm</i>", "host": "h" * 300, "free_memory": 1 << 59}
    rows = [
        {"name": name, "version": "9" * 300, "state": "FAILED", "message": f"{name} fell over. " * 9}
        for name in names
    ]
    for instance in ("one", "two", "one"):
        report = {"machine": machine, "models": rows, "instance": instance, "agent": "9" * 300}
        post("announce", own, **report, doing="D" * 300, problem="<script>alert(2)</script> " * 20)


def _button(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name).first.click()


def _heading(name: str) -> Callable[[Page], Locator]:
    return lambda page: page.get_by_role("heading", name=name).first


def _make_ready(page: Page) -> Locator:
    return page.get_by_role("button", name="Create alarm")


def _tile(page: Page) -> Locator:
    return page.get_by_role("option").first


def _stage(page: Page) -> Locator:
    return page.locator("[data-testid=stage][data-state=shown]")


def _keys(*keys: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return press


def stops(house: House) -> list[Stop]:
    """Return every page of pictures and people, and dialogs on it; it is in English when it opens."""
    project = f"/console/projects/rekognition/{NAME}"
    plates = f"/console/projects/lookoutvision/{LOOKOUT}"
    train = f"{project}/datasets/train"
    return [
        Stop("home", "/console/", _heading("Projects")),
        Stop("projects", "/console/projects", _heading("Projects")),
        Stop("project-create", "/console/projects?create", lambda page: page.get_by_role("dialog")),
        Stop("project", project, _heading(NAME)),
        Stop("project-delete", project, _heading(NAME), _button("Delete")),
        Stop("project-lookout", plates, _heading(LOOKOUT)),
        Stop("datasets", f"{project}/datasets", _heading("Datasets")),
        Stop("datasets-lookout", f"{plates}/datasets", _heading("Datasets")),
        Stop("gallery", train, _tile),
        Stop("gallery-filtered", f"{train}?labelled=no&sort=name", _tile),
        Stop("gallery-range", train, _tile, _range),
        Stop("labels-managed", train, _tile, _button("Manage labels")),
        Stop("gallery-empty", f"{project}/datasets/test", lambda page: page.locator(".gallery-main")),
        Stop("gallery-missing", f"{plates}/datasets/test", lambda page: page.locator("main")),
        Stop("camera", f"{train}/camera", lambda page: page.get_by_role("heading", level=1)),
        Stop("video", f"{train}/video", lambda page: page.get_by_role("heading", level=1)),
        Stop("export", f"{train}/export", lambda page: page.get_by_role("heading", level=1)),
        Stop("history", f"{train}/history", lambda page: page.get_by_role("heading", level=1)),
        Stop("snapshots", f"{train}/snapshots", lambda page: page.get_by_role("heading", level=1)),
        Stop("wizard", f"{project}/datasets/new", _heading("Add pictures and labels")),
        Stop(
            "wizard-import", f"{project}/datasets/new?import={house.import_id}", _heading("What it will be")
        ),
        Stop("labelling", f"{train}/label", _stage),
        Stop("labelling-keys", f"{train}/label", _stage, _keys("?")),
        Stop("labelling-label", f"{train}/label", _stage, _keys("/", *"new label", "Enter")),
        Stop("labelling-boxes", f"{train}/label?mode=boxes", _stage, _keys("k")),
        Stop("labelling-none", f"{plates}/datasets/train/label", lambda page: page.get_by_role("main").first),
        Stop("rounds", f"{train}/rounds", _heading("Labelling rounds")),
        Stop("round-create", f"{train}/rounds", _heading("Labelling rounds"), _button("Create round")),
        Stop("round", f"{train}/rounds/{house.round_id}", _heading("shift-1")),
        Stop("my-work", "/console/my-work", _heading("My work")),
        Stop("devices", "/console/devices", _heading("Devices")),
        Stop("device-add", "/console/devices", _heading("Devices"), _button("Add a device")),
        Stop("device", f"/console/devices/{DEVICE}", _heading(DEVICE)),
        Stop("device-order", f"/console/devices/{DEVICE}", _heading(DEVICE), _button("Order models")),
        Stop("cluster", "/console/cluster", _heading("Cluster")),
        Stop("notifications", "/console/notifications", tour_trust.told_topic),
        Stop("alarms", "/console/alarms", tour_trust.named_alarm),
        Stop("alarm-tell", f"/console/alarms?service=rekognition&project={NAME}&version=v1", _make_ready),
        Stop("alarm", tour_trust.ALARM_PATH, tour_trust.called_topic),
        Stop("alarm-delete", tour_trust.ALARM_PATH, tour_trust.called_topic, _button("Delete")),
        Stop("keys", "/console/keys", tour_trust.named_key),
        Stop("key-create", "/console/keys", tour_trust.named_key, _button("Create key")),
        Stop("key", tour_trust.KEY_PATH, tour_trust.encrypted_bucket),
        Stop("key-end", tour_trust.KEY_PATH, tour_trust.encrypted_bucket, _button("Schedule deletion")),
        Stop("packages", f"{project}/packages", _heading("Edge model packages")),
        Stop("account", "/console/account", _heading("Account")),
        Stop("users", "/console/account/users", _heading("Users")),
        Stop("user-create", "/console/account/users", _heading("Users"), _button("Create user")),
        Stop("user", f"/console/account/users/{PERSON}", _heading(PERSON)),
        Stop("groups", "/console/account/groups", _heading("Groups")),
        Stop("policies", "/console/account/policies", _heading("Policies")),
        Stop("policy-write", "/console/account/policies", _heading("Policies"), _button("Write a policy")),
        Stop("nowhere", "/console/nothing/here", _heading("There is nothing")),
    ]


def model_stops(house: House) -> list[Stop]:
    """Return the pages of models, and dialogs on them."""
    project = f"/console/projects/rekognition/{NAME}"
    plates = f"/console/projects/lookoutvision/{LOOKOUT}"
    version, running = f"{project}/versions/{tour_models.VERSION}", f"{plates}/versions/1"
    heading, trial = tour_models.heading, f"{plates}/trials/{house.trial_id}"
    return [
        Stop("train", f"{project}/train", _heading("What is missing")),
        Stop("train-one-label", f"/console/projects/rekognition/{LONE}/train", _heading("What is missing")),
        Stop("train-lookout", f"{plates}/train", heading),
        Stop("versions", f"{project}/versions", lambda page: page.get_by_role("row").nth(2)),
        Stop("version", version, _heading("Files of this version")),
        Stop("version-delete", version, _heading("Files of this version"), _button("Delete")),
        Stop("version-lookout", running, _heading("Files of this version")),
        Stop("version-missing", f"{project}/versions/never-was", heading),
        Stop("copies", f"{version}/copies", heading),
        Stop("policy", f"{version}/copies", heading, _button("Add a policy")),
        Stop("evaluation", f"{version}/evaluation", tour_models.drawn_curves),
        Stop("evaluation-lookout", f"{running}/evaluation", tour_models.drawn_curves),
        Stop("compare", f"{project}/compare", lambda page: page.locator(".comparison-card").first),
        Stop("compare-one", f"{plates}/compare", heading),
        Stop("use-stopped", f"{version}/use", _heading("Call it from a program")),
        Stop("use", f"{running}/use", _heading("Call it from a program"), tour_models.try_pictures),
        Stop("trials", f"{plates}/trials", lambda page: page.get_by_role("row").nth(1)),
        Stop("trials-none", f"{project}/trials", _heading("No trials yet")),
        Stop("trial-start", f"{plates}/trials", heading, _button("Run trial detection")),
        Stop("trial", trial, tour_models.first_card),
        Stop("trial-picture", trial, tour_models.first_card, tour_models.enlarge),
        Stop("batches", f"{plates}/batches", lambda page: page.get_by_role("row").nth(1)),
        Stop("batches-none", f"{project}/batches", _heading("No batches yet")),
        Stop("batch-start", f"{plates}/batches", heading, _button("Run batch")),
        Stop("batch", f"{plates}/batches/{house.batch_id}", _heading("Least sure")),
        Stop("batch-send", f"{plates}/batches/{house.batch_id}", _heading("Least sure"), _send),
        Stop("aliases", f"{plates}/aliases", lambda page: page.get_by_role("row").nth(1)),
        Stop("aliases-none", f"{project}/aliases", _heading("No aliases yet")),
        Stop("alias-make", f"{project}/aliases", heading, _button("Create alias")),
        Stop("loops", f"{plates}/loops", lambda page: page.get_by_role("row").nth(1)),
        Stop("loops-none", f"{project}/loops", _heading("No feedback loops yet")),
        Stop("loop-start", f"{project}/loops", heading, _button("Begin loop")),
        Stop("loop", f"{plates}/loops/{house.loop_id}", _heading("Stages")),
        Stop("feedback", f"{plates}/feedback", heading, tour_models.keep_sample),
        Stop("dashboard", "/console/dashboard?range=1d", lambda page: page.get_by_role("row").nth(1)),
    ]


def _send(page: Page) -> None:
    page.get_by_role("button", name="to a labelling round").click()
    page.get_by_test_id("sending-plan").wait_for()


def _range(page: Page) -> None:
    page.get_by_role("button", name="Add a filter").click()
    page.get_by_role("option", name="Size …").click()
