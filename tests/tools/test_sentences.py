"""The catalogue of the server's sentences: computed from the code, and nothing of it left out."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PROGRAM = ROOT / "tools" / "write_sentences.py"


@pytest.fixture
def sentences(monkeypatch):
    monkeypatch.syspath_prepend(str(PROGRAM.parent))
    spec = importlib.util.spec_from_file_location("sentences", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_catalogue_has_every_sentence_of_the_code():
    checked = subprocess.run(
        [sys.executable, PROGRAM, "--check"], capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stdout) == (0, ""), "make generate, and translate what is new"


def test_what_is_said_is_found_and_what_is_not_said_is_not(sentences):
    code = """
'''A docstring is none.'''
log.warning("Nor is a line of the log.")
assert ready, "Nor is what a claim says."
NONE = "There is none."
raise Wrong(f"{item.name} has {len(twins)} twins, {', '.join(names)} among them.")
raise Denied(f"User: {caller.arn} is not authorized to perform: s3:PutObject on {bucket}/{key}")
word = "word"
"""
    assert list(sentences.sentences_of(ast.parse(code))) == [
        "There is none.",
        "{name} has {twins} twins, {names} among them.",
        "User: {arn} is not authorized to perform: s3:PutObject on {bucket}/{key}",
    ]


def test_two_places_of_one_name_have_two_names(sentences):
    code = 'raise Missing(f"The project {project.name} has no version {name}.")'
    assert list(sentences.sentences_of(ast.parse(code))) == ["The project {name} has no version {name2}."]


def test_every_code_of_a_service_is_among_them(sentences):
    texts = set(sentences.catalogue().values())
    assert "The manifest file contains images from multiple S3 buckets." in texts
    assert "The image {value1} is larger than 8 MB." in texts
