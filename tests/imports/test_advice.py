"""What pages say of a problem is what the server advises, name by name."""

import re
from pathlib import Path

import pytest

from vedette.imports.advice import ADVICE, BY_NAME, NOTHING, advise

MESSAGES = Path(__file__).parents[2] / "console" / "src" / "features" / "wizard" / "messages"
TEXT = re.compile(r'^  (wrong|remedy)_(\w+):\s+"((?:[^"\\]|\\.)*)",$', re.MULTILINE)


def texts(language):
    return {
        (kind, name): text for kind, name, text in TEXT.findall((MESSAGES / f"{language}.ts").read_text())
    }


def test_pages_say_in_english_what_the_server_says():
    for advice in BY_NAME.values():
        english = texts("en")
        assert english["wrong", advice.name] == advice.wrong
        assert english.get(("remedy", advice.name), "") == advice.remedy


@pytest.mark.parametrize("language", ["fr", "pt-BR", "zh-CN", "id"])
def test_every_advice_is_english_in_every_language(language):
    names = {name for kind, name in texts(language) if kind == "wrong"}
    assert names == {*BY_NAME, NOTHING.name}


def test_every_code_has_advice_and_no_advice_lies_idle():
    assert {advice.name for advice in ADVICE.values()} == set(BY_NAME)
    assert advise("SOMETHING_ELSE").name == "other"
    assert advise("ERROR_INVALID_BOUNDING_BOX").mends == ("clip-boxes", "drop-boxes", "edit", "leave-out")
