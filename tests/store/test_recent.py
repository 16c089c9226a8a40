"""A recent answer is given again until this process commits, or it is not recent any more."""

import pytest

from vedette.errors import Missing
from vedette.store.recent import RECENT_S, RecentAnswers


@pytest.fixture
def asked(database):
    """Return recent answers, what counts the readings, and what lets time pass."""
    now, readings = [100.0], []
    answers = RecentAnswers(database, lambda: now[0])

    def read():
        readings.append(1)
        return len(readings)

    def wait(seconds):
        now[0] += seconds

    return answers, read, wait


def commit(database):
    with database.write():
        pass


def test_a_question_is_read_once(asked):
    answers, read, wait = asked
    first = [answers.get("a", read), answers.get("a", read)]
    wait(RECENT_S / 2)
    assert (first, answers.get("a", read), answers.get("b", read)) == ([1, 1], 1, 2)


def test_an_answer_is_believed_for_less_than_a_second(asked):
    answers, read, wait = asked
    answers.get("a", read)
    wait(RECENT_S)
    assert (RECENT_S < 1, answers.get("a", read)) == (True, 2)


def test_whatever_this_process_commits_makes_answers_old(database, asked):
    answers, read, _ = asked
    answers.get("a", read)
    commit(database)
    assert answers.get("a", read) == 2


def test_a_write_that_fails_makes_answers_old_too(database, asked):
    answers, read, _ = asked
    answers.get("a", read)
    with pytest.raises(RuntimeError), database.write():
        raise RuntimeError
    assert answers.get("a", read) == 2


def test_what_is_committed_while_an_answer_is_read_makes_it_old(database, asked):
    answers, read, _ = asked

    def slowly():
        answer = read()
        commit(database)
        return answer

    assert (answers.get("a", slowly), answers.get("a", read)) == (1, 2)


def test_what_is_missing_is_asked_again(asked):
    answers, read, _ = asked

    def missing():
        raise Missing("There is none.")

    with pytest.raises(Missing):
        answers.get("a", missing)
    assert answers.get("a", read) == 1


def test_answers_are_not_kept_without_end(asked):
    answers, read, _ = asked
    for number in range(5000):
        answers.get(number, read)
    assert len(answers) <= 1024
