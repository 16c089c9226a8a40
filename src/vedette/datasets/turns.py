"""Work that takes turns: whoever brings much of it waits for himself alone.

Turns        items of many keys, each key's in their order, handed out one key after the other
FairThreads  threads that take their work from there
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Turns(Generic[Item]):
    """Items by key; the key that was served goes to the end of the row. Not for several threads."""

    def __init__(self) -> None:
        self._items: dict[Hashable, deque[Item]] = {}

    def __bool__(self) -> bool:
        return bool(self._items)

    def put(self, key: Hashable, item: Item) -> None:
        """Put an item behind the others of its key."""
        self._items.setdefault(key, deque()).append(item)

    def firsts(self) -> list[tuple[Hashable, Item]]:
        """Return the first item of every key, the key that has waited longest first."""
        return [(key, items[0]) for key, items in self._items.items()]

    def serve(self, key: Hashable) -> None:
        """Let a key, which has had its turn, wait for the others."""
        self._items[key] = self._items.pop(key)

    def drop(self, key: Hashable) -> Item:
        """Take the first item of a key away, and let the key wait."""
        items = self._items.pop(key)
        item = items.popleft()
        if items:
            self._items[key] = items
        return item


class FairThreads:
    """A few threads for calls of many keys, of which none keeps the others waiting."""

    def __init__(self, count: int, name: str) -> None:
        self._calls: Turns[tuple[Future[Any], Callable[[], Any]]] = Turns()
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"{name}-{number}", daemon=True)
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, key: Hashable, call: Callable[[], Result]) -> "Future[Result]":
        """Return what will be the call's result."""
        future: Future[Result] = Future()
        with self._changed:
            if self._closed:
                future.cancel()
            else:
                self._calls.put(key, (future, call))
                self._changed.notify()
        return future

    def close(self) -> None:
        """Cancel what has not begun, and wait for the rest."""
        with self._changed:
            self._closed = True
            while self._calls:
                future, _ = self._calls.drop(self._calls.firsts()[0][0])
                future.cancel()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._calls:
                    if self._closed:
                        return
                    self._changed.wait()
                future, call = self._calls.drop(self._calls.firsts()[0][0])
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001  (whoever waits for it is told)
                future.set_exception(error)
