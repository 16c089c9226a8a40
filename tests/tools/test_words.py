"""What tools/words.py counts: each rule by one source that breaks it and one that does not."""

import pytest

from tools import words


def survey(tmp_path, *sources):
    paths = []
    for number, source in enumerate(sources):
        paths.append(tmp_path / f"module{number}.py")
        paths[-1].write_text(source, "utf-8")
    return words.Survey(paths)


@pytest.mark.parametrize(
    "source",
    [
        "said = 1",
        "_told = 1",
        "a, (found, *rest) = 1, (2, 3)",
        "def f(seen): ...",
        "def f(*, kept=1): ...",
        "for each in []: ...",
        "[1 for asked in []]",
        "with open('') as held: ...",
        "class A:\n    known: int",
        "class A:\n    def f(self):\n        self.shown = 1",
        "if (given := 1): ...",
        "try: ...\nexcept OSError as what: ...",
        "left = 1",
    ],
)
def test_a_participle_or_pronoun_as_a_name_is_vague(tmp_path, source):
    assert len(survey(tmp_path, source).vague()) == 1


@pytest.mark.parametrize("source", ["response = said()", "x.said = 1", "found_keys = 1", "left, top = 1, 2"])
def test_a_noun_is_not_vague_and_left_is_a_side_beside_the_others(tmp_path, source):
    assert survey(tmp_path, source).vague() == []


def test_classes_of_one_name_are_shared_across_modules_and_inside_them(tmp_path):
    found = survey(tmp_path, "class A: ...\nclass B: ...", "def f():\n    class A: ...")
    assert {name: [place.line for place in places] for name, places in found.shared().items()} == {
        "A": [1, 2]
    }


def test_a_citation_is_missing_when_the_repository_has_no_such_file(tmp_path):
    source = '"""See docs/experiments.md,\nnowhere.md 3 and x.md5."""\n# README.md, docs/none.md\ndraft.md\n'
    citations = survey(tmp_path, source).citations
    assert [(place.word, place.line) for place in citations] == [("nowhere.md", 2), ("docs/none.md", 3)]


def test_more_than_the_limits_is_a_complaint_and_less_is_none(tmp_path):
    found = survey(tmp_path, "class A: ...\nsaid = told = 1", "class A: ...")
    limits = {"vague variables": 2, "missing citations": 0, "shared classes": {"A": 2}}
    assert words.complaints(words.measure(found), limits, found) == []
    tight = {"vague variables": 1, "missing citations": 0, "shared classes": {}}
    problems = words.complaints(words.measure(found), tight, found)
    assert [problem[:30] for problem in problems] == [
        "2 vague variables, at most 1 m",
        "the class name A is not unique",
    ]
