"""How much of everything a load needs: arithmetic on measured times, and where each thing ends."""

import math
import statistics
from dataclasses import dataclass

from bench.simulate.times import ServiceTimes

DAY_S = 86_400
GIB = 1024**3


@dataclass(frozen=True)
class Load:
    """What is asked for; none of it is measured, all of it can be given to `plan`."""

    pictures_a_day: float
    # The busiest hour beside the mean: plants with two shifts of three, in a few time zones.
    peak: float = 2.5
    # Of one version: a line that takes three pictures a second on average.
    a_day_each: float = 250_000
    picture_bytes: int = 500_000
    # How busy a core may be in the busiest hour while everything is up.
    busy: float = 0.6
    core_hour_price: float = 0.04

    @property
    def peak_rate(self) -> float:
        """Pictures a second in the busiest hour."""
        return self.pictures_a_day / DAY_S * self.peak

    @property
    def versions(self) -> int:
        """How many versions are in service."""
        return max(1, math.ceil(self.pictures_a_day / self.a_day_each))


@dataclass(frozen=True)
class Limits:
    """What one of each can take. Where it comes from stands beside each."""

    # A cell: servers that share a PostgreSQL, an S3 and a folder (docs/how-to/two-servers.md).
    servers: int = 4
    # Each server holds a unit of every version in service (decision 0361).
    unit_bytes: float = 0.13 * GIB  # 130 MiB and a little: ten hosted models, docs/experiments.md
    server_bytes: float = 64 * GIB
    # A row of each version and key that is asked for is read again after 0.9 s, by each server.
    believed_s: float = 0.9
    rows_a_detection: int = 2
    # Figures of a version, written by each server.
    figures: int = 6
    written_every_s: float = 20.0
    line_bits: float = 10e9


@dataclass(frozen=True)
class Size:
    """What a load needs in its busiest hour."""

    cells: int
    servers: int
    cores_a_server: int
    cores: int
    versions_a_cell: int
    units: int
    line_gbit: float
    reads_a_second: float
    writes_a_second: float
    core_hours_a_million: float
    price_a_million: float
    stored_tb_a_day: float


def size_of(load: Load, times: ServiceTimes, limits: Limits | None = None) -> Size:
    """Return it."""
    limits = limits or Limits()
    front_s = statistics.mean(times.front_s) * times.slowdown[-1]
    unit_s = statistics.mean(times.unit_s) * times.slowdown[-1]
    # A server's own process is one core: it ends there first.
    server_rate = load.busy / front_s
    by_rate = math.ceil(load.peak_rate / server_rate)
    versions_that_fit = int(limits.server_bytes * 0.8 / limits.unit_bytes)
    cells = max(math.ceil(by_rate / limits.servers), math.ceil(load.versions / versions_that_fit))
    servers = max(1, by_rate) if cells == 1 else cells * limits.servers
    rate = load.peak_rate / servers
    cores = 1 + math.ceil(rate * unit_s / load.busy)
    versions = math.ceil(load.versions / cells)
    a_cell = servers / cells
    believed = min(versions, rate * limits.believed_s)
    worked_s = (front_s + unit_s) / load.busy * load.peak
    return Size(
        cells=cells,
        servers=servers,
        cores_a_server=cores,
        cores=servers * cores,
        versions_a_cell=versions,
        units=servers * max(versions, math.ceil(rate * unit_s / load.busy)),
        line_gbit=load.peak_rate * load.picture_bytes * 4 / 3 * 8 / 1e9,
        reads_a_second=a_cell * believed * limits.rows_a_detection / limits.believed_s,
        writes_a_second=a_cell * versions * limits.figures / limits.written_every_s,
        core_hours_a_million=worked_s * 1e6 / 3600,
        price_a_million=worked_s * 1e6 / 3600 * load.core_hour_price,
        stored_tb_a_day=load.pictures_a_day * load.picture_bytes / 1e12,
    )
