"""What was kept of bytes that reach something: all of it is taken or refused, and nothing else happens."""

import base64
from pathlib import Path

import pytest

from fuzzing.targets import TARGETS

CORPORA = Path(__file__).parent / "corpora"


@pytest.mark.parametrize("name", TARGETS)
def test_what_was_kept_is_taken_or_refused(name):
    lines = (CORPORA / f"{name}.txt").read_text("ascii").splitlines()
    outcomes = {TARGETS[name].take(base64.b64decode(line)) for line in lines}
    # A target that takes everything, or nothing, tells nothing of its parser.
    assert "" in outcomes
    assert outcomes - {""}


def test_every_corpus_has_its_target():
    assert {path.stem for path in CORPORA.glob("*.txt")} == set(TARGETS)


def test_what_no_target_expects_is_a_finding():
    class Broken(Exception):
        pass

    def breaks(data: bytes) -> None:
        raise Broken(data)

    broken = type(TARGETS["json"])(breaks, (ValueError,))
    with pytest.raises(Broken):
        broken.take(b"")
