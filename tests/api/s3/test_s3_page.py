"""The reference page and the door say the same."""

import re
from pathlib import Path

from vedette import errors
from vedette.access.actions import is_known_action
from vedette.api.s3 import faults
from vedette.api.s3.actions import ACTIONS, OF_VERSIONS
from vedette.api.s3.documents import DOCUMENTS
from vedette.api.s3.routes import BUCKET, OBJECT, SERVICE
from vedette.wire import models

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "s3.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", PAGE, re.MULTILINE))
BUILT = {name for table in (SERVICE, BUCKET, OBJECT) for name, _ in table.values()}


def test_every_operation_that_is_built_has_its_row_and_no_other():
    assert set(ROWS) == BUILT


def test_operations_have_the_names_that_aws_gives_them():
    # A browser's form has no operation in AWS's model of S3.
    assert BUILT - set(models.all_operations("s3")) == {"PostObject"}


def test_what_is_only_kept_is_said_to_be_only_kept():
    kept = {name for name, state in ROWS.items() if state == "kept"}
    settings = {
        f"{verb}{kind.name}"
        for kind in DOCUMENTS
        for verb in ("Get", "Put")
        if kind.sub not in ("publicAccessBlock", "lifecycle", "encryption")
    }
    assert settings <= kept


def test_every_refusal_has_a_code_and_every_code_a_status():
    assert set(faults.FAULTS) == set(errors.Refusal.__subclasses__())
    assert {*faults.FAULTS.values(), *faults.BY_KIND.values()} <= set(faults.STATUSES)


def test_every_refusal_is_told_as_xml_with_its_code():
    for refusal in errors.Refusal.__subclasses__():
        told = faults.translate(refusal("a <sentence>"))
        assert told.status == faults.STATUSES[told.code]
    assert faults.translate(RuntimeError("a secret detail")).sentence.startswith("We encountered")


def test_every_operation_asks_for_an_action_that_there_is():
    assert set(ACTIONS) == BUILT
    named = [*ACTIONS.values(), *OF_VERSIONS.values()]
    assert [action for action in named if not is_known_action(action.lower())] == []
