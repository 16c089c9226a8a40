"""What every dialect keeps of the promise in dialect.py, and a third one, which rooms take like the two."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doubles.lines import a_line, a_room, an_anomaly_line
from vedette.datasets.staging import read_flaws, write_flaws
from vedette.dialects import registry
from vedette.dialects.dialect import Home
from vedette.dialects.intake import ManifestRefused
from vedette.dialects.limits import DatasetLimits
from vedette.dialects.lookout import statuses as lookout_statuses
from vedette.dialects.registry import DIALECTS, LOOKOUT, REKOGNITION, dialect_of
from vedette.dialects.rekognition import statuses as rekognition_statuses
from vedette.dialects.rekognition.dialect import CustomLabelsDialect
from vedette.dialects.training_data import TrainingTerms
from vedette.errors import Missing
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import read_line
from vedette.manifest.problems import Flaw
from vedette.projects.project import read_project_arn
from vedette.training.folder import Folder

every_dialect = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
STAMP = Stamp(job="labeling-job/test")


def test_a_dialect_is_found_by_the_name_that_its_projects_are_stored_with():
    assert {name: dialect.name for name, dialect in DIALECTS.items()} == {
        "rekognition": "rekognition",
        "lookoutvision": "lookoutvision",
    }
    assert dialect_of("lookoutvision") is LOOKOUT


@every_dialect
def test_flaws_come_back_from_the_database_as_they_were(dialect):
    flaws = [
        Flaw(name, code.message, code.scope, "annotation", "boxes", number)
        for number, (name, code) in enumerate(dialect.codes.items())
    ]
    assert read_flaws(write_flaws(flaws)) == flaws


def test_a_stored_code_of_another_release_is_an_error_and_no_crash():
    (flaw,) = read_flaws('[["ERROR_OF_TOMORROW", "It is wrong.", "line", "", -1]]')
    assert (flaw.code, flaw.scope) == ("ERROR_OF_TOMORROW", "line")


def test_no_code_is_of_two_dialects():
    assert len(registry.CODES) == sum(len(dialect.codes) for dialect in DIALECTS.values())


@every_dialect
@pytest.mark.parametrize("kind", ["train", "test"])
def test_a_dataset_may_be_as_large_as_its_limits_and_no_larger(dialect, kind):
    entries, labels = dialect.datasets.entries[kind], dialect.datasets.labels
    dialect.refuse_beyond_limits(kind, entries=entries, labels=labels)
    for over in ({"entries": entries + 1, "labels": labels}, {"entries": entries, "labels": labels + 1}):
        with pytest.raises(ManifestRefused):
            dialect.refuse_beyond_limits(kind, **over)


@every_dialect
def test_a_dialect_takes_larger_datasets_where_an_installation_says_so(dialect):
    larger = dialect.with_room_for(1_000_000)
    for kind in ("train", "test"):
        larger.refuse_beyond_limits(kind, entries=1_000_000, labels=dialect.datasets.labels)
        with pytest.raises(ManifestRefused):
            larger.refuse_beyond_limits(kind, entries=1_000_001, labels=1)
    larger.refuse_manifest("s3://doors/a.manifest", is_readable=True, size=4096 * 1_000_000)
    larger.refuse_frozen(4096 * 1_000_000)
    with pytest.raises(ManifestRefused):
        larger.refuse_frozen(4096 * 1_000_000 + 1)
    # The service's own limits are never made smaller, and the dialect that others hold stays as it is.
    assert dialect.with_room_for(0) is dialect
    assert dialect.with_room_for(5).datasets == replace(
        dialect.datasets, entries={kind: max(5, most) for kind, most in dialect.datasets.entries.items()}
    )
    assert dialect.datasets.entries["train"] < 1_000_000


def test_a_server_s_projects_have_what_its_setting_allows(monkeypatch):
    for name, dialect in DIALECTS.items():
        monkeypatch.setitem(DIALECTS, name, dialect)
    registry.allow_entries(300_000)
    assert dialect_of("rekognition").datasets.entries == {"train": 300_000, "test": 300_000}
    assert dialect_of("lookoutvision").datasets.entries == {"train": 300_000, "test": 300_000}
    registry.allow_entries(100_000)
    assert dialect_of("rekognition").datasets.entries == {"train": 250_000, "test": 250_000}
    registry.allow_entries(0)
    assert dialect_of("lookoutvision") is LOOKOUT


@every_dialect
def test_a_manifest_is_refused_unless_it_is_there_readable_and_small(dialect):
    address, most = "s3://doors/a.manifest", dialect.datasets.manifest_bytes
    dialect.refuse_manifest(address, is_readable=True, size=most)
    for is_readable, size in ((False, 1), (True, most + 1)):
        with pytest.raises(ManifestRefused):
            dialect.refuse_manifest(address, is_readable=is_readable, size=size)
    with pytest.raises(ManifestRefused):
        dialect.refuse_missing_manifest(address, "")
    with pytest.raises(ManifestRefused):
        dialect.refuse_frozen(most + 1)


NAMES = st.from_regex(r"\A[a-zA-Z0-9_\-]{1,40}\Z")


@every_dialect
@given(project=NAMES, number=st.integers(1, 999_999_999), created=st.integers(0, 10**13))
def test_a_resource_is_read_as_it_was_written(dialect, project, number, created):
    fields = {"project": project, "name": str(number), "created": created}
    model = dialect.names.model.write(**fields)
    assert (
        dialect.names.model.read(model).items() <= {key: str(value) for key, value in fields.items()}.items()
    )
    resource = dialect.names.project.write(name=project, created=created)
    assert dialect.names.project.read(resource) == {"name": project}
    assert dialect.names.project.read(model) is None
    assert dialect.names.model.read(resource) is None


@every_dialect
@given(prefix=st.text(max_size=20))
def test_results_of_one_prefix_have_keys_of_their_own_below_it(dialect, prefix):
    keys = [dialect.result_key(prefix, name) for name in dialect.results.values()]
    assert len(set(keys)) == len(dialect.results)
    assert all(key.startswith(prefix) for key in keys)
    assert dialect.first_result in dialect.results


def test_only_a_dialect_that_cares_where_buckets_are_asks_for_it():
    def nowhere():
        raise Missing("There is no such bucket.", kind="bucket", name="b")

    home = Home("111122223333", "eu-west-1")
    assert REKOGNITION.bucket_problem("b", home, nowhere) == ""
    with pytest.raises(Missing):
        LOOKOUT.bucket_problem("b", home, nowhere)
    assert LOOKOUT.bucket_problem("b", home, lambda: home) == ""
    assert "must be in eu-west-1" in LOOKOUT.bucket_problem(
        "b", home, lambda: Home(home.account, "us-east-1")
    )
    assert "not of the project's account" in LOOKOUT.bucket_problem(
        "b", home, lambda: Home("4" * 12, home.region)
    )


@pytest.mark.parametrize(
    ("dialect", "line", "label"),
    [(REKOGNITION, a_line(1), "cat"), (LOOKOUT, an_anomaly_line(1, "anomaly"), "normal")],
    ids=["rekognition", "lookout"],
)
def test_a_label_is_put_on_a_picture_once(dialect, line, label):
    once = dialect.label_line(read_line(line), label, STAMP)
    assert dialect.label_line(once, label, STAMP) == once
    verdict = dialect.judge_line(once)
    assert verdict.labels == (label,) if dialect is REKOGNITION else verdict.is_anomalous is False


class ThirdDialect(CustomLabelsDialect):
    """A service that nobody has: smaller datasets, and else as Custom Labels."""

    name = "third"
    datasets = DatasetLimits(entries={"train": 3, "test": 1}, labels=2, manifest_bytes=1200)

    def refuse_beyond_limits(self, kind, *, entries, labels):
        if entries > self.datasets.entries[kind] or labels > self.datasets.labels:
            raise ManifestRefused("THIRD", f"{entries} entries and {labels} labels are too many.")

    def refuse_manifest(self, address, *, is_readable, size):
        if size > self.datasets.manifest_bytes:
            raise ManifestRefused("THIRD", f"{address} is too large.")


@pytest.mark.parametrize(("most", "code"), [(0, "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM"), (4, ""), (3, "same")])
def test_a_training_s_order_says_how_many_lines_it_may_have(most, code, tmp_path):
    folder = Folder(tmp_path)
    folder.manifest("train").write_text("\n".join(a_line(number, "a") for number in range(4)), "utf-8")
    third = ThirdDialect()
    terms = TrainingTerms(has_test=False, split=lambda samples: (samples, []), most_entries=most)
    codes = [need.code for need in third.prepare(folder, terms).needs]
    is_refused = "ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM" in codes
    assert is_refused == bool(code)


@pytest.fixture
def third_room(database, clock, tmp_path, monkeypatch):
    monkeypatch.setitem(registry.DIALECTS, "third", ThirdDialect())
    with a_room(database, tmp_path, clock, service="third") as room:
        yield room


def test_rooms_take_a_third_dialect_by_its_value_alone(third_room):
    assert third_room.create([a_line(number, "a") for number in range(3)]).status == "created"
    assert third_room.update([a_line(3, "a")]).message == "4 entries and 1 labels are too many."
    assert (
        third_room.update([a_line(0, "b"), a_line(1, "c")]).message == "3 entries and 3 labels are too many."
    )
    assert third_room.update([a_line(0, "b")]).status == "updated"
    assert sorted(third_room.labels()) == ["a", "b"]
    project = third_room.project
    assert read_project_arn(str(project.arn)) == (project.scope, "boards")
    assert str(project.arn).startswith("arn:aws:third:eu-west-1:")


def test_a_manifest_of_a_third_dialect_is_held_to_its_rules(third_room):
    dataset = third_room.create([a_line(number, "a" * 250) for number in range(3)])
    assert (dataset.status, dataset.fault) == ("create-failed", "client")
    assert dataset.message == "s3://manifests/train.manifest is too large."


def test_an_empty_manifest_that_a_training_froze_is_refused_as_empty():
    with pytest.raises(ManifestRefused, match="The manifest file is empty"):
        REKOGNITION.refuse_frozen(0)
    REKOGNITION.refuse_frozen(1)


@pytest.mark.parametrize("service", [lookout_statuses, rekognition_statuses])
def test_a_sentence_belongs_to_a_state_that_the_service_has(service):
    for statuses in (service.DATASETS, service.MODELS):
        assert statuses.sentences.keys() <= statuses.words.keys()
