"""What a terminal gets beside plain text, and what nothing else gets."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.cli import terminal
from vedette.cli.terminal import ProgressLine, aligned, cell_width, styled

BARLESS = str.maketrans("", "", "━─")


class FakeTerminal(io.StringIO):
    """A terminal that remembers what was written; `lines` is what a person sees in the end."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__()
        self._named = encoding

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._named

    def isatty(self) -> bool:
        return True

    def drawn(self) -> list[str]:
        """Return every state of the line."""
        return self.getvalue().split("\r\x1b[K")[1:]


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(terminal, "REDRAW_S", 0.0)
    monkeypatch.setattr(terminal, "columns", lambda: 60)


def test_a_line_shows_name_bar_and_share_and_is_gone_at_the_end():
    screen = FakeTerminal()
    with ProgressLine("looking", 4, stream=screen) as line:
        line.update(1)
        line.update(4)
    empty, full = "─" * 40, "━" * 40
    assert screen.drawn() == [
        f"looking {empty}   0 %",
        f"looking {full[:10]}{empty[10:]}  25 %",
        f"looking {full} 100 %",
        "",
    ]


def test_nothing_is_written_where_no_person_looks(monkeypatch):
    silent = io.StringIO()
    with ProgressLine("looking", 4, stream=silent) as line:
        line.update(2)
    hidden, dumb = FakeTerminal(), FakeTerminal()
    with ProgressLine("looking", 4, stream=hidden, is_shown=False) as line:
        line.update(2)
    monkeypatch.setenv("TERM", "dumb")
    with ProgressLine("looking", 4, stream=dumb) as line:
        line.update(2)
        line.print("A sentence.")
    assert (silent.getvalue(), hidden.getvalue(), dumb.getvalue()) == ("", "", "A sentence.\n")


def test_a_sentence_stands_above_the_line():
    screen, output = FakeTerminal(), io.StringIO()
    with ProgressLine("looking", 2, stream=screen) as line:
        line.print("broken.png cannot be read.")
        line.print("good.png: bolt", output)
        line.update(2)
    assert screen.drawn()[1:3] == ["broken.png cannot be read.\n", ""]
    assert output.getvalue() == "good.png: bolt\n"


def test_items_are_counted_once_they_have_been_worked_on():
    screen = FakeTerminal()
    with ProgressLine("looking", 2, stream=screen) as line:
        shares = [(item, screen.drawn()[-1][-5:]) for item in line.watch(["a", "b"])]
    assert shares == [("a", "  0 %"), ("b", " 50 %")]
    assert screen.drawn()[-2].endswith("100 %")


def test_a_stage_begins_anew_and_a_note_stands_in_place_of_the_share():
    screen = FakeTerminal()
    with ProgressLine(stream=screen) as line:
        line.update(3, 4, name="models", note="3/4")
        line.update(0, 9, name="objects")
    assert [text.translate(BARLESS) for text in screen.drawn()] == [
        "",
        "models  3/4",
        "objects    0 %",
        "",
    ]


def test_the_end_is_estimated_after_a_while(monkeypatch):
    moment = [0.0]
    monkeypatch.setattr(terminal.time, "monotonic", lambda: moment[0])
    screen = FakeTerminal()
    with ProgressLine("looking", 4, stream=screen) as line:
        moment[0] = 1.9
        line.update(1)
        moment[0] = 30.0
        line.update(1)
        line.update(4)
    assert [text.translate(BARLESS) for text in screen.drawn()[1:4]] == [
        "looking   25 %",
        "looking   25 % 1:30 left",
        "looking  100 %",
    ]


@pytest.mark.parametrize(("encoding", "signs"), [("utf-8", "━─"), ("ascii", "#-"), ("latin-1", "#-")])
def test_a_bar_is_drawn_in_signs_that_the_terminal_can_write(encoding, signs):
    screen = FakeTerminal(encoding)
    with ProgressLine("looking", 2, stream=screen) as line:
        line.update(1)
    full, empty = signs
    assert screen.drawn()[1] == f"looking {full * 20}{empty * 20}  50 %"


@settings(max_examples=50)
@given(
    st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF, exclude_categories=("Cs", "Cc", "Cf"))),
    st.integers(0, 12),
    st.integers(10, 200),
)
def test_a_line_never_wraps(name, completed, columns):
    line = ProgressLine(name, 10, stream=FakeTerminal())
    line._completed = completed
    assert cell_width(line._line(columns)) < columns


def test_columns_line_up_also_in_chinese():
    assert aligned([["label", "f1"], ["螺丝", "0.9"], ["é", "0.25"]]) == [
        "label    f1",
        "螺丝    0.9",
        "é      0.25",
    ]


def test_colours_are_left_out_where_the_person_asked_for_none(monkeypatch):
    assert styled("good", colour="green", is_bold=True) == "good"
    monkeypatch.delenv("NO_COLOR")
    assert styled("good", colour="green", is_bold=True) == "\x1b[32m\x1b[1mgood\x1b[0m"
