"""Masks in labelling rounds: whose they are, that they stay what was reviewed, and how far two agree."""

import io

import numpy as np
import pytest
from PIL import Image

from doubles.houses import HERE, a_caller
from doubles.lines import a_line, a_ref
from rounds.conftest import a_person, as_caller, judged
from vedette.api.house import Caller
from vedette.api.own import OPERATIONS
from vedette.datasets.asking import EntryFilter
from vedette.datasets.dataset import NewDataset
from vedette.datasets.editing import EntryEdit
from vedette.errors import Missing, Wrong
from vedette.identity.principal import Principal, root_of
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import change_line, read_line
from vedette.manifest.segmentation import MaskRef, write_mask
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.rounds.answers import GivenAnswer
from vedette.rounds.round import NewRound

BOSS = Caller(root_of(HERE), "eu-west-1", "vedette")


def png(*box: int) -> bytes:
    """A mask of 40 by 40 pixels with a red scratch in this box."""
    pixels = np.full((40, 40, 3), 255, np.uint8)
    if box:
        left, top, right, bottom = box
        pixels[top:bottom, left:right] = (255, 0, 0)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def anomalous(line: str, mask: str = "") -> str:
    """The line called anomalous, with this mask."""
    text = judged(line, is_anomalous=True)
    pair = write_mask(MaskRef(mask, {"#ff0000": "scratch"}), stamp=Stamp()) if mask else {}
    return change_line(read_line(text), pair).text


class MaskRound:
    """A round of masks over one picture that ann and ben both label."""

    def __init__(self, house) -> None:
        self.house = house
        house.blobs.make_bucket("pictures", account=HERE, region=BOSS.region)
        scope = Scope("lookoutvision", HERE, BOSS.region)
        self.project = house.projects.create(scope, NewProject("plates"))
        dataset = house.datasets.create(self.project, NewDataset("train", None, BOSS.principal, {}))
        house.datasets.editor.update(self.project, dataset, [EntryEdit(a_line("a"))], BOSS.principal)
        leads = house.rounds.leads
        new = NewRound("first", "masks", double_share=1)
        dataset = house.datasets.find(self.project, "train")
        made = leads.create(self.project, dataset, new, EntryFilter(), BOSS.principal)
        self.round = leads.assign(self.project, made.id, [a_person("ann"), a_person("ben")], BOSS.principal)

    def address(self, name: str, file: str = "a.png") -> str:
        return f"s3://pictures/{self.round.mask_folder_of(as_caller(name).user_id)}/{file}"

    def put(self, name: str, address: str, data: bytes) -> None:
        request = {"RoundId": self.round.id, "SourceRef": address, "Body": data}
        OPERATIONS["PutRoundMask"](self.house, as_labeller(name), request)

    def submit(self, name: str, address: str = "") -> None:
        line = anomalous(a_line("a"), address)
        self.house.rounds.answers.submit(as_caller(name), self.round.id, [GivenAnswer(line)])

    def agreement(self) -> tuple[float | None, bool | None]:
        (picture,), _ = self.house.rounds.leads.pictures(self.project, self.round.id)
        return picture.agreement, picture.agrees


def as_labeller(name: str) -> Caller:
    """A person whose policies allow everything of a round, as `annotator` does."""
    return a_caller("vedette", name=name)


@pytest.fixture
def plates(house) -> MaskRound:
    return MaskRound(house)


def test_two_masks_agree_by_what_they_cover(plates):
    for name, box in (("ann", (0, 0, 20, 20)), ("ben", (0, 0, 20, 10))):
        plates.put(name, plates.address(name), png(*box))
        plates.submit(name, plates.address(name))
    assert plates.agreement() == (0.5, True)


def test_a_mask_of_another_size_agrees_with_none(plates):
    large = io.BytesIO()
    Image.new("RGB", (80, 80), (255, 0, 0)).save(large, "PNG")
    for name, data in (("ann", png(0, 0, 40, 40)), ("ben", large.getvalue())):
        plates.put(name, plates.address(name), data)
        plates.submit(name, plates.address(name))
    assert plates.agreement() == (0.0, False)


def test_a_mask_beside_none_is_no_agreement(plates):
    plates.put("ann", plates.address("ann"), png(0, 0, 20, 20))
    plates.submit("ann", plates.address("ann"))
    plates.submit("ben")
    assert plates.agreement() == (0.0, False)


def test_a_mask_that_was_stored_is_never_another(plates):
    address = plates.address("ann")
    plates.put("ann", address, png(0, 0, 9, 9))
    plates.put("ann", address, png(0, 0, 9, 9))  # sent twice, as after a lost answer
    with pytest.raises(Wrong, match="Another mask lies at"):
        plates.put("ann", address, png(0, 0, 30, 30))
    assert plates.house.blobs.read("pictures", address.removeprefix("s3://pictures/")) == png(0, 0, 9, 9)


def test_nobody_writes_or_names_the_mask_of_another(plates):
    with pytest.raises(Wrong, match="Your masks of this round lie below"):
        plates.put("ben", plates.address("ann"), png())
    plates.put("ann", plates.address("ann"), png(0, 0, 9, 9))
    with pytest.raises(Wrong, match="Your masks of this round lie below"):
        plates.submit("ben", plates.address("ann"))
    answers: list[Principal] = [as_caller("ann"), as_caller("ben")]
    plates.submit("ann", plates.address("ann"))
    see = plates.house.rounds.answers.may_see
    assert see(answers[0], plates.round.id, plates.address("ann")).id == plates.round.id
    with pytest.raises(Missing):
        see(answers[1], plates.round.id, plates.address("ann"))


def test_a_mask_that_the_picture_has_may_stay(plates):
    drawn = "s3://pictures/masks/before.png"
    dataset = plates.house.datasets.find(plates.project, "train")
    plates.house.rounds.leads.cancel(plates.project, plates.round.id)
    edit = EntryEdit(anomalous(a_line("b"), drawn))
    plates.house.datasets.editor.update(plates.project, dataset, [edit], BOSS.principal)
    leads = plates.house.rounds.leads
    dataset = plates.house.datasets.find(plates.project, "train")
    made = leads.create(plates.project, dataset, NewRound("second", "masks"), EntryFilter(), BOSS.principal)
    leads.assign(plates.project, made.id, [a_person("ann")], BOSS.principal)
    answers = plates.house.rounds.answers
    tasks, _, _ = answers.page(as_caller("ann"), made.id, "unlabelled")
    (task,) = [task for task in tasks if task.source == a_ref("b")]
    (answer,) = answers.submit(as_caller("ann"), made.id, [GivenAnswer(task.line, task.revision)])
    assert answer.status == "answered"
