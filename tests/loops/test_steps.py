"""Loops over steps that only note what was asked: durable, asked for, and never done unasked."""

import errno
import threading

import pytest

from doubles.houses import HERE, a_caller
from doubles.trained import put_version_in
from vedette.errors import Busy, Missing, Taken, TooEarly, TooMuch, Wrong
from vedette.jobs.runner import JobRunner
from vedette.loops import records
from vedette.loops.loops import Loops
from vedette.loops.port import LoopFailed
from vedette.loops.running import LOOPS, LoopTools
from vedette.loops.values import LoopWish
from vedette.store.disk import NO_SPACE

ALICE, BEN = a_caller("vedette").principal, a_caller("vedette", name="ben").principal
NOTES = {
    "choose": {"chosen": [("s3://in/a.png", "train", 0.4), ("s3://in/b.png", "test", 0.3)]},
    "label": {"labelled": 2},
    "train": {"new_name": "monday"},
    "compare": {"verdict": "better"},
}
# In their order: up to the first word, up to the second, and the rest.
FIRST = ["begin", "look", "choose", "share", "label"]
SECOND = ["train", "order", "learn", "compare"]
ALL = [*FIRST, *SECOND, "move", "start", "switch", "retire"]


class NotedSteps:
    """Notes which steps were done, for whom; holds up where it is told to."""

    def __init__(self):
        self.asked, self.callers = [], []
        self.holds, self.refuses, self.notes = {}, {}, dict(NOTES)
        self.lock = threading.Lock()

    def waits_for(self, loop):
        return self.holds.get(loop.step, "")

    def __getattr__(self, step):
        if step not in ALL:
            raise AttributeError(step)

        def do(loop, context):
            with self.lock:
                self.asked.append(step)
                self.callers.append(loop.caller["arn"].rpartition("/")[2])
            if step in self.refuses:
                raise LoopFailed(*self.refuses[step])
            return self.notes.get(step, {})

        return do


class LoopPlace:
    """Loops of one version, over noted steps."""

    def __init__(self, database, clock, folder):
        self.database, self.clock, self.steps = database, clock, NotedSteps()
        self.version = put_version_in(
            database, folder, "rekognition", "line", "classification", account=HERE, name="v1"
        )
        self.project = self.version.project
        self.open()

    def open(self):
        """As a server that has just started does."""
        self.jobs = JobRunner(self.database, self.clock, ticks=self.clock.ticks)
        self.loops = Loops(LoopTools(self.database, self.jobs, self.clock, self.clock.ticks))
        self.loops.tools.hand_over(self.steps)
        self.jobs.start()

    def begin(self, **wish):
        wish = {"name": "monday", "source": "s3://in/", "alias": "line-3", **wish}
        loop = self.loops.begin(self.version, LoopWish(**wish), ALICE)
        return self.settled(loop.id)

    def settled(self, loop):
        """Return a loop once nothing works on it, after a beat that looks again."""
        assert self.jobs.wait(30, LOOPS)
        self.clock.move(seconds=10)
        self.jobs.beat()
        assert self.jobs.wait(30, LOOPS)
        return self.loops.find(self.project, loop)

    def go_on(self, loop, caller=ALICE):
        self.loops.go_on(self.project, loop.id, caller)
        return self.settled(loop.id)


@pytest.fixture
def place(database, clock, tmp_path):
    made = LoopPlace(database, clock, tmp_path)
    yield made
    made.jobs.close()


def test_a_loop_asks_before_it_trains_and_before_it_moves_the_alias(place):
    loop = place.begin()
    assert (loop.step, place.steps.asked) == ("train", ALL[:5])
    assert place.loops.waits_for(loop).endswith("Go on to train the next version.")
    loop = place.go_on(loop)
    assert (loop.step, place.steps.asked) == ("move", ALL[:9])
    loop = place.go_on(loop)
    assert (loop.status, place.steps.asked) == ("done", ALL)
    assert loop.message == "line-3 points to the version monday, which is better than v1."


def test_an_automatic_loop_asks_nobody(place):
    loop = place.begin(is_automatic=True)
    assert (loop.status, place.steps.asked) == ("done", ALL)


@pytest.mark.parametrize(
    ("step", "notes", "last", "sentence"),
    [
        ("choose", {"chosen": []}, "choose", "No picture was left to label."),
        ("label", {"labelled": 0}, "label", "No picture was labelled, so nothing was trained."),
        ("compare", {"verdict": "unclear"}, "compare", "not surely better than v1; nothing was moved."),
        ("compare", {"verdict": "worse"}, "compare", "is worse than v1; nothing was moved."),
    ],
)
def test_a_loop_that_came_to_nothing_moves_nothing_and_says_so(place, step, notes, last, sentence):
    place.steps.notes[step] = notes
    loop = place.begin(is_automatic=True)
    assert (loop.status, place.steps.asked[-1]) == ("done", last)
    assert loop.message.endswith(sentence)


def test_without_an_alias_nothing_is_moved(place):
    loop = place.begin(is_automatic=True, alias="")
    assert (loop.status, place.steps.asked[-1]) == ("done", "compare")
    assert loop.message == "The version monday is better than v1. No alias was named, so nothing was moved."


def test_a_loop_that_waits_has_no_job_and_goes_on_by_itself(place):
    place.steps.holds["label"] = "The round waits."
    loop = place.begin()
    assert (loop.step, place.loops.waits_for(loop)) == ("label", "The round waits.")
    assert place.jobs.places("loop") == []
    place.steps.holds.clear()
    assert place.settled(loop.id).step == "train"


def test_a_word_is_good_for_one_step(place):
    place.steps.holds["learn"] = "It is being trained."
    loop = place.go_on(place.begin())
    assert loop.step == "learn"
    with pytest.raises(TooEarly, match="It is being trained"):
        place.loops.go_on(place.project, loop.id, ALICE)
    place.steps.holds.clear()
    assert place.settled(loop.id).step == "move"


def test_whoever_gives_the_word_is_for_whom_it_is_done(place):
    loop = place.go_on(place.begin(), BEN)
    assert (place.steps.callers[4], place.steps.callers[5], loop.step) == ("alice", "ben", "move")


def test_a_refused_step_is_told_and_tried_again_by_a_word(place):
    place.steps.refuses["learn"] = ("The version monday could not be trained.", "train")
    loop = place.go_on(place.begin())
    assert (loop.status, loop.step) == ("failed", "train")
    assert loop.message == "The version monday could not be trained."
    place.steps.refuses.clear()
    loop = place.go_on(loop)
    assert (loop.step, place.steps.asked[-4:]) == ("move", ["train", "order", "learn", "compare"])


def test_a_full_disk_fails_the_step_in_a_sentence_and_it_is_tried_again(place):
    def fill(loop, context):
        raise OSError(errno.ENOSPC, "No space left on device")

    place.steps.share = fill
    loop = place.begin()
    assert (loop.status, loop.step, loop.message) == ("failed", "share", NO_SPACE)
    del place.steps.share
    assert place.go_on(loop).step == "train"


def test_a_stopped_loop_does_nothing_more_until_somebody_goes_on(place):
    place.steps.holds["label"] = "The round waits."
    loop = place.begin(is_automatic=True)
    assert place.loops.stop(place.project, loop.id).status == "stopped"
    place.steps.holds.clear()
    assert place.settled(loop.id).step == "label"
    assert place.go_on(loop).status == "done"


def test_a_server_that_ends_in_a_step_leaves_the_rest_to_the_next_one(place):
    for step in ALL:
        reached, may_go = threading.Event(), threading.Event()

        def hold(loop, context, reached=reached, may_go=may_go):
            reached.set()
            may_go.wait(10)
            return {}

        setattr(place.steps, step, hold)
        loop = place.loops.begin(
            place.version, LoopWish(f"in-{step}", source="s3://in/", alias="line-3", is_automatic=True), ALICE
        )
        assert reached.wait(10)
        delattr(place.steps, step)
        # As a kill does: what the step noted is never written, and the lease passes.
        with place.database.write() as connection:
            records.change(connection, place.loops.find(place.project, loop.id), is_confirmed=True)
        may_go.set()
        assert place.settled(loop.id).status == "done"


def test_two_servers_take_a_loop_up_once(place):
    place.steps.holds["label"] = "The round waits."
    loop = place.begin()
    with place.database.write() as connection:
        assert records.take(connection, loop.id)
        assert not records.take(connection, loop.id)


def test_what_cannot_be_a_loop_is_refused_in_a_sentence(place):
    for wish, kind, sentence in (
        ({"name": "a b"}, Wrong, "A loop has a name of 1 to 40"),
        ({"name": "x" * 41}, Wrong, "A loop has a name of 1 to 40"),
        ({"dataset": "train"}, Wrong, "A loop looks at the pictures below an Address"),
        ({"most": 101}, Wrong, "From 1 to 100 pictures"),
        ({"test_share": 0.6}, Wrong, "From none to half"),
    ):
        with pytest.raises(kind, match=sentence):
            place.begin(**wish)
    place.steps.holds["label"] = "The round waits."
    loop = place.begin()
    with pytest.raises(Taken, match="called monday is under way"):
        place.begin()
    with pytest.raises(Busy, match="stop it first"):
        place.loops.delete(place.project, loop.id)
    for number in range(4):
        place.begin(name=f"more-{number}")
    with pytest.raises(TooMuch, match="5 loops of this project are under way"):
        place.begin(name="sixth")
    place.loops.stop(place.project, loop.id)
    place.loops.delete(place.project, loop.id)
    with pytest.raises(Missing, match="There is no loop"):
        place.loops.find(place.project, loop.id)
