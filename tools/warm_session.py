"""A session of pytest that has collected its tests once, and forks for each change of a function.

The forked process gives the functions of the changed module their new code and runs the tests that were
chosen: a fraction of a second where a cold run takes seconds to import everything. What a module does while
it is imported (constants, decorators, defaults) cannot be changed so.
"""

import functools
import gc
import importlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FunctionType

import pytest
from tools.copies import Copy, Suite
from tools.forked_runs import (
    FAILED,
    NOTHING_COLLECTED,
    PASSED,
    ROOT,
    WORDS,
    ForkedRun,
    use_folder,
    use_package,
)

CodePairs = Sequence[tuple[CodeType, CodeType]]


def code_pairs(path: Path, before: str, after: str) -> CodePairs | None:
    """Return the code of each function of a module with its new one; None where they do not correspond."""
    try:
        old, new = (list(_codes(compile(text, str(path), "exec"))) for text in (before, after))
    except (SyntaxError, ValueError):
        return None
    if [_shape(code) for code in old] != [_shape(code) for code in new]:
        return None
    return list(zip(old, new, strict=True))


def _shape(code: CodeType) -> tuple[str, tuple[str, ...], int]:
    return code.co_qualname, code.co_freevars, code.co_argcount


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


class WarmSession:
    """A plugin that does its work in place of the loop over all tests."""

    def __init__(self, work: Callable[["WarmSession"], None]) -> None:
        self._work = work
        self._items: dict[str, pytest.Item] = {}
        self._functions: dict[str, list[FunctionType]] = defaultdict(list)
        self._caches: list[functools._lru_cache_wrapper] = []
        self.uncollected: set[str] = set()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that cannot be imported here: that none of its tests fails says nothing."""
        if report.failed:
            self.uncollected.add(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the work."""
        self._items = {item.nodeid: item for item in session.items}
        self._survey()
        self._work(self)
        return True

    def run(self, path: Path, pairs: CodePairs, source: Path, suite: Suite) -> int:
        """Change a module's functions and run tests until one fails; called in a forked process."""
        use_package(source)
        self._swap(path, pairs)
        for cache in self._caches:
            cache.cache_clear()
        items = self._items_of(suite)
        failing = self._first_failing(items, source.parent / "t")
        if failing:
            print(f"\nFAILED {failing}")
            return FAILED
        return PASSED if items else NOTHING_COLLECTED

    def run_unchanged(self, copy: Copy, suite: Suite) -> ForkedRun:
        """Run tests until one fails, with the package as it is."""
        folder = copy.source.parent / "t"
        return copy.run(lambda: FAILED if self._first_failing(self._items_of(suite), folder) else PASSED)

    def _items_of(self, suite: Suite) -> list[pytest.Item]:
        if suite.tests is not None:
            return [self._items[name] for name in suite.tests if name in self._items]
        return [item for item in self._items.values() if _is_in(item, suite.files)]

    def _first_failing(self, items: list[pytest.Item], folder: Path) -> str:
        if items:
            use_folder(items[0].config, folder)
        for item, following in zip(items, [*items[1:], None], strict=False):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if item.session.testsfailed:
                return item.nodeid
        return ""

    def _survey(self) -> None:
        package = str(ROOT / "src" / "vedette")
        self._functions.clear()
        for value in gc.get_objects():
            # By type() alone: some objects of libraries warn when they are asked for their class.
            if type(value) is FunctionType and value.__code__.co_filename.startswith(package):
                self._functions[value.__code__.co_filename].append(value)
            elif type(value) is functools._lru_cache_wrapper and value.__module__.startswith("vedette"):
                self._caches.append(value)

    def _swap(self, path: Path, pairs: CodePairs) -> None:
        if str(path) not in self._functions:  # it is imported where it is needed
            parts = path.relative_to(ROOT / "src").with_suffix("").parts
            importlib.import_module(".".join(parts).removesuffix(".__init__"))
            self._survey()
        codes = {(old.co_qualname, old.co_firstlineno): new for old, new in pairs}
        for function in self._functions[str(path)]:
            old = function.__code__
            function.__code__ = codes.get((old.co_qualname, old.co_firstlineno), old)


def _is_in(item: pytest.Item, files: Sequence[str]) -> bool:
    file = item.nodeid.partition("::")[0]
    return any(file == name or file.startswith(f"{name}/") for name in files)


def run_warm(files: Sequence[str], folder: Path, work: Callable[[WarmSession], None]) -> None:
    """Collect the tests of these files in this process, and do the work on them."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    words = [*WORDS, f"--basetemp={folder / 'w'}", "--continue-on-collection-errors", "--no-header"]
    status = pytest.main([*words, *files], [WarmSession(work)])
    if status not in (PASSED, NOTHING_COLLECTED):
        raise RuntimeError(f"the warm session ended with {status}")
