"""KnownMetrics by their names: the services' own, which the meter counts, and those that customers put.

A metric is a namespace, a name and dimensions. Which figure of the meter a service's metric is, its dialect
says (dialects/metrics.py); one that a customer put has a number, under which the meter keeps it likewise.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import orjson
from sqlalchemy import func, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.dialects.metrics import OWN_METRICS, OWN_NAMESPACE, ServiceMetric, ServiceMetrics
from vedette.dialects.registry import DIALECTS
from vedette.errors import TooMuch
from vedette.metering.figure import Figure
from vedette.metering.meter import Meter
from vedette.monitoring.tables import own_metrics
from vedette.projects.version import read_version_arn
from vedette.store.db import Database

# Metrics of an account's own in a region. Each costs a row, and whoever may put figures could name endlessly.
MOST_OWN = 10_000
OWN, VALUE = "metric/", "value"
NO_UNIT = "None"
# KnownMetrics are listed that had figures in the last two weeks, as CloudWatch lists them.
LISTED_MINUTES = 14 * 24 * 60

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Whose metrics: an account's in a region."""

    account: str
    region: str


@dataclass(frozen=True, slots=True, order=True)
class MetricName:
    """What identifies a metric; its dimensions are in the order of their names."""

    namespace: str
    name: str
    dimensions: Dimensions = ()


@dataclass(frozen=True, slots=True)
class MetricSource:
    """Where a metric's figures are: a figure of these ARNs together."""

    arns: tuple[str, ...]
    figure: str
    unit: str


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """A figure that a customer puts, of one minute."""

    metric: MetricName
    unit: str
    minute: int
    figure: Figure


def named(namespace: str, name: str, dimensions: Iterable[tuple[str, str]]) -> MetricName:
    """Return a metric's identity, its dimensions in order."""
    return MetricName(namespace, name, tuple(sorted(dimensions)))


class KnownMetrics:
    """The metrics of the installation."""

    def __init__(self, database: Database, meter: Meter, clock: Clock) -> None:
        self.meter = meter
        self._database = database
        self._clock = clock

    def now(self) -> int:
        """Return the minute that it is."""
        return milliseconds(self._clock()) // 60_000

    # Looked up

    def index(self, place: Place) -> "MetricIndex":
        """Return what finds the figures of metrics, for one request."""
        return MetricIndex(self._database, self.meter, place)

    def list_all(self, place: Place, *, minutes: int = LISTED_MINUTES) -> list[MetricName]:
        """Return the metrics that had figures in the last minutes, in order."""
        since = self.now() - minutes
        listed = {
            metric
            for service, dialect in DIALECTS.items()
            for metric in self._listed(place, service, dialect.metrics, since)
        }
        columns = own_metrics.c
        query = select(columns.namespace, columns.name, columns.dimensions).where(
            columns.account == place.account,
            columns.region == place.region,
            columns.put_ms >= since * 60_000,
        )
        with self._database.read() as connection:
            for namespace, name, dimensions in connection.execute(query):
                pairs = orjson.loads(dimensions)
                listed.add(MetricName(namespace, name, tuple((key, value) for key, value in pairs)))
        return sorted(listed)

    def _listed(
        self, place: Place, service: str, metrics: ServiceMetrics, since: int
    ) -> Iterator[MetricName]:
        prefix = f"arn:aws:{service}:{place.region}:{place.account}:"
        figures = self.meter.read_names(prefix, since=since)
        all_figures = set().union(*figures.values())
        for name, metric in metrics.of_calls.items():
            if metric.figure in all_figures:
                yield named(metrics.namespace, name, [(metrics.call_dimension, metrics.call)])
        of_models = [(metrics.namespace, metrics.of_models), (OWN_NAMESPACE, OWN_METRICS)]
        for arn, (project, version) in _versions(figures):
            of_project = (metrics.project_dimension, project)
            of_version = (metrics.version_dimension, version)
            for namespace, metrics_of in of_models:
                for name, metric in metrics_of.items():
                    if metric.figure in figures[arn]:
                        yield named(namespace, name, [of_project])
                        yield named(namespace, name, [of_project, of_version])

    # Put

    def put(self, place: Place, figures: Sequence[OwnFigure]) -> None:
        """Count figures of metrics of a customer's own, all of them or none."""
        numbers = self._numbers(place, {(entry.metric, entry.unit) for entry in figures})
        for entry in figures:
            number = numbers[entry.metric, entry.unit]
            self.meter.put((f"{OWN}{number}", entry.minute, VALUE), entry.figure)

    def _numbers(
        self, place: Place, named_units: set[tuple[MetricName, str]]
    ) -> Mapping[tuple[MetricName, str], int]:
        now_ms = milliseconds(self._clock())
        digests = {_digest(metric, unit): (metric, unit) for metric, unit in named_units}
        columns = own_metrics.c
        is_here = (columns.account == place.account) & (columns.region == place.region)
        query = select(columns.id, columns.digest).where(is_here, columns.digest.in_(list(digests)))
        with self._database.write() as connection:
            numbers = {row.digest: row.id for row in connection.execute(query)}
            if numbers:
                put = update(own_metrics).where(columns.id.in_(list(numbers.values())))
                connection.execute(put.values(put_ms=now_ms))
            new = [digest for digest in digests if digest not in numbers]
            if new:
                count = connection.execute(select(func.count()).where(is_here)).scalar_one()
                if count + len(new) > MOST_OWN:
                    raise TooMuch(
                        f"The account would have {count + len(new):,} metrics of its own; "
                        f"{MOST_OWN:,} are the most.",
                        kind="metrics",
                    )
            for digest in new:
                metric, unit = digests[digest]
                row = {
                    "account": place.account,
                    "region": place.region,
                    "namespace": metric.namespace,
                    "name": metric.name,
                    "dimensions": orjson.dumps(metric.dimensions).decode(),
                    "unit": unit,
                    "digest": digest,
                    "put_ms": now_ms,
                }
                inserted = connection.execute(insert(own_metrics).values(row).returning(columns.id))
                numbers[digest] = inserted.scalar_one()
        return {digests[digest]: int(number) for digest, number in numbers.items()}


class MetricIndex:
    """Finds where the figures of metrics are; what there is it looks up once."""

    def __init__(self, database: Database, meter: Meter, place: Place) -> None:
        self._database = database
        self._meter = meter
        self._place = place
        # By service: the versions with figures, by project and name.
        self._versions: dict[str, list[tuple[str, tuple[str, str]]]] = {}

    def sources(self, metric: MetricName, unit: str = "") -> list[MetricSource]:
        """Return where a metric's figures are, of each unit it was put in; nothing where there are none."""
        if metric.namespace == OWN_NAMESPACE:
            # Projects of two services may have the same name: those of both are added up.
            sources = [
                self._of_models(service, dialect.metrics, OWN_METRICS, metric)
                for service, dialect in DIALECTS.items()
            ]
            return [source for source in sources if source is not None and unit in ("", source.unit)]
        for service, dialect in DIALECTS.items():
            if dialect.metrics.namespace == metric.namespace:
                source = self._of_service(service, dialect.metrics, metric)
                return [source] if source is not None and unit in ("", source.unit) else []
        return self._own(metric, unit)

    def _of_service(self, service: str, metrics: ServiceMetrics, metric: MetricName) -> MetricSource | None:
        if dict(metric.dimensions) == {metrics.call_dimension: metrics.call}:
            return self._source(service, metrics.of_calls.get(metric.name), None, None)
        return self._of_models(service, metrics, metrics.of_models, metric)

    def _of_models(
        self,
        service: str,
        metrics: ServiceMetrics,
        of_models: Mapping[str, ServiceMetric],
        metric: MetricName,
    ) -> MetricSource | None:
        dimensions = dict(metric.dimensions)
        project = dimensions.pop(metrics.project_dimension, None)
        version = dimensions.pop(metrics.version_dimension, None)
        if project is None or dimensions:
            return None
        return self._source(service, of_models.get(metric.name), project, version)

    def _source(
        self, service: str, metric: ServiceMetric | None, project: str | None, version: str | None
    ) -> MetricSource | None:
        if metric is None:
            return None
        arns = tuple(
            arn
            for arn, identity in self._all(service)
            if project in (None, identity[0]) and version in (None, identity[1])
        )
        return MetricSource(arns, metric.figure, metric.unit) if arns else None

    def _all(self, service: str) -> list[tuple[str, tuple[str, str]]]:
        if service not in self._versions:
            prefix = f"arn:aws:{service}:{self._place.region}:{self._place.account}:"
            self._versions[service] = list(_versions(self._meter.read_arns(prefix)))
        return self._versions[service]

    def _own(self, metric: MetricName, unit: str) -> list[MetricSource]:
        columns = own_metrics.c
        query = select(columns.id, columns.unit).where(
            columns.account == self._place.account,
            columns.region == self._place.region,
            columns.digest.in_([_digest(metric, name) for name in ([unit] if unit else UNITS)]),
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(columns.id)).all()
        return [MetricSource((f"{OWN}{row.id}",), VALUE, row.unit) for row in rows]


# The units that figures may be put in: a metric has a series for each, and whoever asks for no unit has all.
UNITS = (
    "Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes",
    "Bits", "Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second",
    "Kilobytes/Second", "Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second",
    "Kilobits/Second", "Megabits/Second", "Gigabits/Second", "Terabits/Second", "Count/Second", NO_UNIT,
)  # fmt: skip


def _versions(arns: Iterable[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the ARNs of versions with their project and name."""
    for arn in arns:
        identity = read_version_arn(arn)
        if identity is not None:
            yield arn, (identity[1], identity[2])


def _digest(metric: MetricName, unit: str) -> str:
    text = orjson.dumps([metric.namespace, metric.name, metric.dimensions, unit])
    return hashlib.sha256(text).hexdigest()
