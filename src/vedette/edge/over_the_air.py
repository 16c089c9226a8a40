"""Models over the air: the agent reports to its server, and has what the server orders.

One thread, which asks, obeys and reports, one after the other. A server that is gone for days is asked again
at growing intervals; meanwhile everything runs on. Intervals are of the monotonic clock, and no date decides
anything: orders have numbers.

    asked → order verified → fetched → tried beside the running one → written down → switched → reported
"""

import logging
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from vedette.edge.device_models import DeviceModels
from vedette.edge.device_report import DeviceReporter
from vedette.edge.enrolment import confirm, open_enrolment
from vedette.edge.fetching import PackageFetcher
from vedette.edge.figures import AgentFigures
from vedette.edge.installed import InstalledModel, InstalledModels, InstalledPackage
from vedette.edge.life import ModelState
from vedette.edge.process import ModelProcess, ProcessLimits
from vedette.edge.server_link import LinkFault, ServerAnswer, ServerLink
from vedette.edge.trying import tried_process
from vedette.errors import NoSpace, Refusal, TooEarly, TooMuch, Wrong
from vedette.runtime.components import Component
from vedette.runtime.device_orders import DeviceOrder, OrderedModel, read_order, read_token
from vedette.runtime.signatures import PublicKey

log = logging.getLogger("vedette.edge")

# What a server may ask for between two reports; a broken one could ask for nothing, or for years.
LEAST_AFTER_S, MOST_AFTER_S = 1.0, 3600.0
# After a failure the agent asks after so long, then twice as long, up to a quarter of an hour, and a random
# part of that, so that a hundred devices do not come back at the same moment.
FIRST_RETRY_S, MOST_RETRY_S = 5.0, 900.0
# A model that fails within so long after a switch, or after the agent's start, is taken back.
PROBATION_S = 300.0
# After an error that nobody foresaw.
UNFORESEEN_S = 60.0
TICK_S = 0.25


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """Which server the agent reports to. `poll_s`, where it is not 0, is its own interval."""

    address: str
    token: str = ""
    ca: Path | None = None
    poll_s: float = 0.0


@dataclass(frozen=True, slots=True)
class OnDevice:
    """What over the air works on: the agent's models, its figures, and what is installed."""

    models: DeviceModels
    figures: AgentFigures
    installed: InstalledModels
    limits: ProcessLimits
    keys: tuple[PublicKey, ...] = ()


class OverTheAir:
    """The agent's side of the orders of one server."""

    def __init__(self, options: ServerOptions, device: OnDevice) -> None:
        self._options = options
        self._device = device
        self._installed = device.installed
        self._installed.open()
        self._link = ServerLink(options.address, options.ca)
        self._enrolment = open_enrolment(self._installed.root, options.address, options.token)
        if not self._enrolment.is_registered and not options.token:
            raise Wrong(
                "The server has not confirmed this device yet: give the token once more (--token-file)."
            )
        self._reporter = DeviceReporter(device.models, device.figures, self._installed)
        self._ended = threading.Event()
        self._fetcher = PackageFetcher(
            self._link, self._installed, device.keys, lambda: not self._ended.is_set()
        )
        self._failures = 0
        now = time.monotonic()
        self._switched = dict.fromkeys(self._installed.record.models, now)

    # The thread

    def run(self) -> None:
        """Ask, obey and report until it is ended."""
        while not self._ended.is_set():
            try:
                wait_s = self._turn()
            except Exception:
                # Whatever a server sends or a disk does: models run on, and it is tried again.
                log.exception("the server's order could not be followed")
                wait_s = self._options.poll_s or UNFORESEEN_S
            self._wait(wait_s)

    def end(self) -> None:
        """Have the thread end soon."""
        self._ended.set()

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not self._ended.wait(TICK_S):
            try:
                self.take_back_failed()
            except Exception:  # a disk that fails ends no thread
                log.exception("a model that failed could not be taken back")
                self._switched.clear()

    def _turn(self) -> float:
        """Ask once and do what is ordered; return after how long to ask again."""
        try:
            answer = self._ask()
            if answer.order and self._follow(answer):
                answer = self._ask()
        except LinkFault as fault:
            return self._retry_after(fault)
        if self._failures:
            log.info("the server answers again")
        self._failures = 0
        wish = self._options.poll_s or answer.after_s
        return min(max(wish, self._options.poll_s or LEAST_AFTER_S), MOST_AFTER_S)

    def _retry_after(self, fault: LinkFault) -> float:
        if not self._failures:
            log.warning("%s The models run on.", fault)
        self._failures += 1
        longest = min(FIRST_RETRY_S * 2.0 ** min(self._failures - 1, 10), MOST_RETRY_S)
        longest = min(longest, self._options.poll_s * 2) if self._options.poll_s else longest
        wait = max(fault.after_s, longest * random.uniform(0.5, 1))  # noqa: S311  (to spread, not to hide)
        return min(wait, MOST_AFTER_S)

    def _ask(self) -> ServerAnswer:
        if not self._enrolment.is_registered:
            self._link.register(self._enrolment, read_token(self._options.token).secret)
            self._enrolment = confirm(self._installed.root, self._enrolment)
            log.info("the server knows this device now, as %s", self._enrolment.device)
        return self._link.announce(self._enrolment, self._reporter.report())

    # Orders

    def _follow(self, answer: ServerAnswer) -> bool:
        """Do what an order says; return whether there is something new to report."""
        before = self._installed.record, self._reporter.problem
        try:
            self._obey(self._verified(answer))
            self._reporter.problem = ""
        except Refusal as refusal:
            self._reporter.problem = refusal.sentence
            if before[1] != refusal.sentence:
                log.warning("the server's order is not obeyed: %s", refusal.sentence)
        return before != (self._installed.record, self._reporter.problem)

    def _verified(self, answer: ServerAnswer) -> DeviceOrder:
        """Return an order that our server signed for this device, and that is none from before."""
        if not self._enrolment.public_key.verifies("order", answer.order, answer.signature):
            raise Wrong("The order's signature is not by the server that this device belongs to.")
        order = read_order(answer.order)
        if order.device != self._enrolment.device:
            raise Wrong("The order is for another device.")
        if order.number < self._installed.record.number:
            raise Wrong(
                f"The order {order.number} is older than one that was obeyed "
                f"({self._installed.record.number})."
            )
        return order

    def _obey(self, order: DeviceOrder) -> None:
        if order.number > self._installed.record.number:
            self._installed.obeyed(order.number)
        for model in order.models:
            self._have(model, order.number)
        for name in set(self._installed.record.models) - {model.name for model in order.models}:
            self._leave(name)

    def _have(self, ordered: OrderedModel, number: int) -> None:
        """Have a model in use; where it cannot be, note why, and leave the one that is."""
        state = self._installed.record.models.get(ordered.name, InstalledModel())
        if state.current is not None and state.current.digest == ordered.digest:
            if state.problem:
                self._installed.put(ordered.name, replace(state, refused_digest="", problem=""))
            return
        if state.refused_digest == ordered.digest and state.number >= number:
            return
        try:
            component, process = self._tried(ordered)
        except (NoSpace, TooMuch, TooEarly) as refusal:  # it may be had later
            self._note(ordered, replace(state, problem=refusal.sentence))
        except Refusal as refusal:
            problem = refusal.sentence
            state = replace(state, refused_digest=ordered.digest, number=number, problem=problem)
            self._note(ordered, state)
        else:
            self._switch(ordered, state, component, process)
        self._installed.sweep()

    def _tried(self, ordered: OrderedModel) -> tuple[Component, ModelProcess]:
        """Return the component and a process that answers with it as it should."""
        self._reporter.doing = f"{ordered.name} {ordered.version}"
        try:
            self._link.announce(self._enrolment, self._reporter.report())
            component = self._fetched(ordered)
            package = InstalledPackage(ordered.digest, ordered.version, component.facts.model_arn)
            model = self._installed.model_of(ordered.name, package)
            is_wanted = lambda: not self._ended.is_set()  # noqa: E731
            return component, tried_process(model, component, self._device.limits, is_wanted)
        finally:
            self._reporter.doing = ""

    def _fetched(self, ordered: OrderedModel) -> Component:
        try:
            return self._fetcher.fetch(self._enrolment, ordered)
        except LinkFault as fault:
            if fault.is_closed:  # of one model alone: the others are not kept waiting for its key
                raise TooEarly(str(fault), kind="model", name=ordered.name) from fault
            raise

    def _note(self, ordered: OrderedModel, state: InstalledModel) -> None:
        if self._installed.record.models.get(ordered.name) != state:
            log.warning("%s %s is not installed: %s", ordered.name, ordered.version, state.problem)
            self._installed.put(ordered.name, state)

    def _switch(
        self, ordered: OrderedModel, state: InstalledModel, component: Component, process: ModelProcess
    ) -> None:
        """Write down that a package counts from now on, and have it answer."""
        package = InstalledPackage(ordered.digest, ordered.version, component.facts.model_arn)
        try:
            self._installed.put(ordered.name, InstalledModel(package, state.current))
        except OSError as error:
            process.close()
            raise NoSpace(f"The installation cannot be written down: {error.strerror}.") from error
        self._switched[ordered.name] = time.monotonic()
        began = time.monotonic()
        self._device.models.switch(self._installed.model_of(ordered.name, package), process)
        log.info(
            "%s is %s now; the switch took %.3f s", ordered.name, ordered.version, time.monotonic() - began
        )

    def _leave(self, name: str) -> None:
        """Take a model away that is not ordered any more."""
        log.info("%s is not ordered any more and is taken away", name)
        self._installed.drop(name)
        self._device.models.leave(name)
        self._installed.sweep()

    # What fails after all

    def take_back_failed(self) -> None:
        """Go back to the package before, where a new one fails soon after it was switched to."""
        for name, switched in list(self._switched.items()):
            state = self._installed.record.models.get(name)
            if state is None:
                del self._switched[name]
            elif time.monotonic() - switched > PROBATION_S:
                if not state.is_proven and self._device.models.state(name) is ModelState.RUNNING:
                    self._installed.put(name, replace(state, is_proven=True))
                del self._switched[name]  # once that is written: whoever sees the probation over may read it
            elif state.previous is not None and self._device.models.state(name) is ModelState.FAILED:
                self._take_back(name, state)

    def _take_back(self, name: str, state: InstalledModel) -> None:
        assert state.current is not None
        message = self._device.models.describe(name).message
        problem = f"{state.current.version} failed and was taken back: {message}"
        log.warning("%s %s", name, problem)
        del self._switched[name]
        before = InstalledModel(
            current=state.previous,
            refused_digest="" if state.is_proven else state.current.digest,
            number=self._installed.record.number,
            problem=problem,
        )
        self._installed.put(name, before)
        try:
            self._device.models.start(name)
        except Refusal as refusal:
            log.warning("%s was not started: %s", name, refusal.sentence)
        self._installed.sweep()


@contextmanager
def following_orders(over_the_air: OverTheAir) -> Iterator[None]:
    """Report to a server and obey it while the block runs."""
    thread = threading.Thread(target=over_the_air.run, name="over the air", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over_the_air.end()
        thread.join(timeout=5)
