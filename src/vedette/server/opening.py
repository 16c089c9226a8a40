"""Opens what judges and records: access to objects, policies that cannot be obeyed, the audit trail."""

import contextlib
import logging
import threading
from dataclasses import replace
from functools import partial
from importlib.resources import files
from pathlib import Path

from vedette.api.s3.event_relay import EventRelay
from vedette.api.s3.policy import unreadable
from vedette.api.s3.reach import Reach
from vedette.audit.delivery import DeliveryTools, TrailDelivery
from vedette.audit.trail import AuditTrail
from vedette.audit.trails import Trails
from vedette.batches.batches import Batches
from vedette.batches.part_run import PROCESSES
from vedette.batches.tools import BatchTools
from vedette.clock import system_clock
from vedette.dialects.cloudtrail_files import CloudTrailFiles
from vedette.encryption.encryption import Encryption
from vedette.engines.pool import OrderLimits, Pool
from vedette.functions.confine import find_confinement, require_confinement, require_modules
from vedette.functions.functions import Functions, FunctionTools
from vedette.functions.subscriber import FunctionSubscriber
from vedette.identity.identity import Identity
from vedette.identity.sessions import unreadable_trusts
from vedette.jobs.runner import JobRunner
from vedette.metering.meter import Meter
from vedette.monitoring.actions import read_actions
from vedette.monitoring.monitoring import Monitoring, open_monitoring
from vedette.notifications.bucket_events import BusSubscriber, TopicSubscriber
from vedette.notifications.function_results import FunctionTopics
from vedette.notifications.outbox import Outbox
from vedette.notifications.sender import Sender
from vedette.projects.projects import Projects
from vedette.projects.tags import Tags
from vedette.projects.versions import Versions
from vedette.server.audit_targets import open_targets
from vedette.server.installation import Installation, in_a_sentence
from vedette.server.stores import open_keys_and_buckets
from vedette.settings import Settings
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.trials.trials import Trials

log = logging.getLogger(__name__)

# Ten pictures of a batch, tile by tile, by a process of low priority; and a model with all that it maps.
BATCH_LIMITS = OrderLimits(timeout_s=600.0, memory=16 << 30)


def open_audit(settings: Settings, closing: contextlib.ExitStack) -> AuditTrail | None:
    """Return the audit trail, unless the operator wants none."""
    if settings.audit == "no":
        return None
    with in_a_sentence(settings.data):
        open_targets(settings, closing)
        trail = AuditTrail(settings.data, days=settings.audit_days)
    closing.callback(trail.close)
    return trail


def open_delivery(settings: Settings, blobs: Blobs, closing: contextlib.ExitStack) -> TrailDelivery | None:
    """Return what delivers the trail's events into buckets; None where there is no trail."""
    if settings.audit == "no":
        return None
    tools = DeliveryTools(settings.data, Trails(settings.data), blobs, CloudTrailFiles())
    delivery = TrailDelivery(tools)
    delivery.start()
    closing.callback(delivery.close)
    return delivery


def open_kept(
    installation: Installation, jobs: JobRunner, closing: contextlib.ExitStack
) -> tuple[Encryption, Blobs, Reach, Projects, Versions, Functions]:
    """Return keys, buckets, who may read which objects, projects, versions, and functions."""
    encryption, blobs = open_keys_and_buckets(installation, closing)
    access, projects = open_access(installation, blobs)
    functions = _open_functions(installation, jobs, closing)
    if isinstance(blobs, FolderBlobs):
        blobs.subscribers |= {"lambda": FunctionSubscriber(functions)}
    versions = open_versions(installation, projects, blobs, closing)
    return encryption, blobs, access, projects, versions, functions


def open_versions(
    installation: Installation, projects: Projects, blobs: Blobs, closing: contextlib.ExitStack
) -> Versions:
    """Return the versions, whose moves are told to the operator's webhooks from now on; objects' too."""
    settings, versions = installation.settings, Versions(installation.database, projects)
    book = partial(read_actions, settings.alarm_actions)
    outbox = open_outbox(installation.database, settings)
    versions.on_move = outbox.note_move
    sender = Sender(outbox, book)
    closing.callback(sender.close)
    sender.open()
    if isinstance(blobs, FolderBlobs):
        blobs.subscribers |= {"sns": TopicSubscriber(outbox), "events": BusSubscriber(outbox)}
        relay = EventRelay(blobs)
        closing.callback(relay.close)
        relay.open()
    return versions


def _open_functions(installation: Installation, jobs: JobRunner, closing: contextlib.ExitStack) -> Functions:
    """Return the functions: on where the operator wants them, and this machine can do as they want."""
    settings, confinement = installation.settings, None
    if settings.functions != "no":
        require_modules()
        is_trusted = settings.functions == "trusted"
        # Who trusts them lets them use what the machine may do in its cloud, too.
        confinement = replace(find_confinement(), has_gate=False) if is_trusted else require_confinement()
        log.info("functions are on, shut in by %s", confinement.sentence)
    shapes = Path(str(files("vedette.wire"))) / "shapes"
    models = (shapes / "lookoutvision", shapes / "vedette")
    topics = FunctionTopics(open_outbox(installation.database, settings))
    tools = FunctionTools(installation.database, installation.seal, jobs, confinement, models, topics=topics)
    functions = Functions(tools)
    closing.callback(functions.close)
    functions.start()
    return functions


def open_outbox(database: Database, settings: Settings) -> Outbox:
    """Return where events wait for the operator's webhooks; the file is read at each."""
    return Outbox(database, partial(read_actions, settings.alarm_actions), settings.account, system_clock)


def open_watched(
    installation: Installation, meter: Meter, settings: Settings, closing: contextlib.ExitStack
) -> Monitoring:
    """Return figures and alarms, whose webhooks are told by way of the outbox."""
    outbox = open_outbox(installation.database, settings)
    return open_monitoring(installation.database, meter, settings, closing, outbox.note_alarm)


def open_access(installation: Installation, blobs: Blobs) -> tuple[Reach, Projects]:
    """Return who may read which objects, and the projects; policies that cannot be obeyed are named."""
    access, projects = Reach(blobs, installation.identity.current), Projects(installation.database)
    _name_unreadable_policies(installation.identity, projects, blobs)
    return access, projects


def _name_unreadable_policies(identity: Identity, projects: Projects, blobs: Blobs) -> None:
    """Say which stored policies this release cannot obey: each denies everything until it is put anew."""
    directory = identity.directory
    roles = [role for account in directory.accounts() for role in directory.roles(account.id)]
    sentences = directory.policies.unreadable() + projects.policies.unreadable() + unreadable_trusts(roles)
    if isinstance(blobs, FolderBlobs):
        sentences += unreadable(blobs.buckets.every("policy"))
    for sentence in sentences:
        log.warning(sentence)


def open_batches(
    installation: Installation,
    trials: Trials,
    meter: Meter,
    jobs: JobRunner,
    closing: contextlib.ExitStack,
) -> Batches:
    """Return the batches, whose processes start when a part is first looked at."""
    trying, pool, is_closing = trials.tools, Pool("batch", PROCESSES, BATCH_LIMITS), threading.Event()
    tools = BatchTools(
        database=trying.database,
        versions=trying.versions,
        tags=Tags(installation.database),
        blobs=trying.blobs,
        access=trying.access,
        current=installation.identity.current,
        meter=meter,
        ask=pool.ask,
        is_closing=is_closing.is_set,
        folder=trying.root.parent / "batches",
        package_of=trying.package_of,
        clock=system_clock,
        one_size=trying.one_size,
    )
    # Said first: what then ends a process is no picture's fault.
    closing.callback(pool.close)
    closing.callback(is_closing.set)
    batches = Batches(tools, jobs)
    batches.start()
    return batches
