"""Events that wait on this machine: the due ones are handled, and it is told how long the next one takes."""

from vedette.functions.local import LocalEvent, LocalListener, LocalQueue
from vedette.functions.values import InvocationResult


class Played:
    """A function that answers at once."""

    def __init__(self):
        self.events = []

    def call(self, event):
        self.events.append(event.event)
        return InvocationResult(b"null", "", "", 1.0, 0.0, 8)


def test_the_next_event_is_waited_for_and_no_longer():
    now, function = [100.0], Played()
    listener = LocalListener(lambda *_: None, lambda _: None, lambda *_: None)
    queue = LocalQueue(function, listener, ticks=lambda: now[0])
    assert queue.pause_s is None
    queue.add(LocalEvent("late"), after_s=5.0)
    queue.add(LocalEvent("early"), after_s=2.0)
    assert queue.pause_s == 2.0
    now[0] += 3.0
    assert queue.pause_s == 0.0
    queue.run_due()
    assert (function.events, queue.pause_s) == (["early"], 2.0)
