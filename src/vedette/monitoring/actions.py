"""Whom alarms call: topics that the operator describes in a file, and nobody else.

A request names a topic by an ARN, as alarms that were written for SNS do. What a topic does (a webhook, a
command, an e-mail) stands in the operator's file alone, so that no request can have the server reach an
address or run a program of its choice (docs/decisions/0381).
"""

import hashlib
import hmac
import http.client
import json
import logging
import smtplib
import subprocess
import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from vedette.addresses import Network
from vedette.errors import Refusal, Wrong
from vedette.outgoing import Bounds, CallRefused, call, read_address, refusal_of

log = logging.getLogger(__name__)

# A webhook that hangs, and a command that does, hold one of a few threads for so long.
WEBHOOK_S, COMMAND_S, MAIL_S = 10.0, 60.0, 20.0
# After a failure a webhook is called again after these.
PAUSES_S = (1.0, 5.0)
SUCCESS, SERVER_ERROR = range(200, 300), 500
EVENTS = frozenset({"training", "model", "objects", "drift", "functions"})
FORMS = ("sns", "eventbridge")


@dataclass(frozen=True, slots=True)
class Topic:
    """What a topic does."""

    webhook: str = ""
    secret: str = ""
    command: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    # What is told to the webhook beside alarms (one of `EVENTS`), and in which form.
    events: tuple[str, ...] = ()
    form: str = "sns"
    # Whither else than to public addresses the webhook's name may lead (docs/decisions/0477).
    networks: tuple[Network, ...] = ()
    # Why the webhook's address cannot be called at all; the topic's other actions are done.
    fault: str = ""


@dataclass(frozen=True, slots=True)
class ActionBook:
    """The operator's file, read."""

    topics: Mapping[str, Topic] = field(default_factory=dict)
    mail: Mapping[str, Any] = field(default_factory=dict)


def read_actions(path: Path | None) -> ActionBook:
    """Return what the operator's file says; nothing where there is none.

    Raises:
        Wrong: when it cannot be read, with the reason.
    """
    if path is None:
        return ActionBook()
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        defaults = {"networks": document.get("webhooks", {}).get("networks", [])}
        topics = {
            name: _topic(name, {**defaults, **facts}) for name, facts in document.get("topics", {}).items()
        }
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise Wrong(f"The file of alarm actions {path} cannot be read: {error}.") from error
    return ActionBook(topics, document.get("mail", {}))


def _topic(name: str, facts: Mapping[str, Any]) -> Topic:
    unknown = set(facts) - {"webhook", "secret", "command", "emails", "events", "form", "networks"}
    if unknown:
        raise ValueError(f"the topic {name} has {min(unknown)}, which says nothing")
    webhook = str(facts.get("webhook", ""))
    command = facts.get("command", [])
    if not isinstance(command, list) or not all(isinstance(word, str) for word in command):
        raise ValueError(f"the command of {name} is no list of words")
    events, form = tuple(facts.get("events", ())), str(facts.get("form", "sns"))
    if set(events) - EVENTS or (events and not webhook):
        raise ValueError(f"the events of {name} are of {', '.join(sorted(EVENTS))}, and go to its webhook")
    if form not in FORMS:
        raise ValueError(f"the form of {name} is one of {', '.join(FORMS)}")
    emails = tuple(facts.get("emails", ()))
    return Topic(
        webhook,
        str(facts.get("secret", "")),
        tuple(command),
        emails,
        events,
        form,
        _networks(name, facts),
        _fault_of(webhook),
    )


def _fault_of(webhook: str) -> str:
    """Return why an address cannot be called: of one topic, so that the others go on."""
    try:
        if webhook:
            read_address(webhook)
    except ValueError as error:
        return f"its address cannot be called: {error}"
    return ""


def _networks(name: str, facts: Mapping[str, Any]) -> tuple[Network, ...]:
    texts = facts["networks"]
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f'the networks of {name} are no list such as ["10.0.0.0/8"]')
    try:
        return tuple(ip_network(text) for text in texts)
    except ValueError as error:
        raise ValueError(f"the networks of {name} hold one that is none: {error}") from error


def uncalled_topics(book: ActionBook) -> dict[str, str]:
    """Return the topics whose webhooks are not called as names lead now, and why."""
    reasons = {
        name: topic.fault or refusal_of(topic.webhook, Bounds(WEBHOOK_S, networks=topic.networks))
        for name, topic in book.topics.items()
        if topic.webhook
    }
    return {name: reason for name, reason in reasons.items() if reason}


def topic_name(arn: str, account: str) -> str:
    """Return how the operator's file of an installation of that account names a topic.

    Topics of other accounts have theirs before the name; what is no ARN is no topic's name either.
    """
    parts = arn.split(":")
    owner, name = (parts[4], parts[5]) if len(parts) == 6 else ("", arn)
    return name if owner == account else f"{owner}:{name}"


def is_topic_of(arn: str, account: str) -> bool:
    """Say whether a topic is an account's own: whoever sets an alarm calls nobody else's."""
    parts = arn.split(":")
    return len(parts) == 6 and parts[4] == account


def perform(book: ActionBook, topic: Topic, message: Mapping[str, Any], posted: Mapping[str, Any]) -> None:
    """Post to a topic's webhook, run its command with the message and send that by e-mail.

    Raises:
        Wrong: when one of them fails, with the reason; the others are done all the same. The account whose
            alarm it is reads that reason: what the operator's file holds (paths, addresses) and what a
            command says is for the log alone.
    """
    body = json.dumps(message).encode()
    works: list[tuple[str, Callable[[], None]]] = []
    if topic.webhook:
        posted_body = json.dumps(posted).encode()
        works.append(("The webhook failed; the server's log tells why.", lambda: _post(topic, posted_body)))
    if topic.command:
        works.append(("The command failed; the server's log tells why.", lambda: _run(topic, body)))
    if topic.emails:
        unsent = "The e-mail could not be sent; the server's log tells why."
        works.append((unsent, lambda: _mail(book.mail, topic, message)))
    failures = []
    for sentence, work in works:
        try:
            work()
        except (WebhookFault, NoMailServer) as refusal:
            failures.append(refusal.sentence)
        except (Refusal, OSError, ValueError, subprocess.SubprocessError, smtplib.SMTPException) as error:
            log.warning("an action of an alarm failed: %s", str(error)[:300])
            failures.append(sentence)
    if failures:
        raise Wrong(" ".join(failures))


def _post(topic: Topic, body: bytes) -> None:
    for pause in (*PAUSES_S, None):
        try:
            call_webhook(topic, body)
        except WebhookFault as fault:
            if pause is None or not fault.may_pass:
                raise
        else:
            return
        time.sleep(pause)


class WebhookFault(Wrong):
    """A webhook did not take what it was sent; `may_pass` where another try may help at once."""

    def __init__(self, sentence: str, *, may_pass: bool) -> None:
        super().__init__(sentence)
        self.may_pass = may_pass


class NoMailServer(Wrong):
    """The operator's file names nobody who sends e-mails."""


def call_webhook(topic: Topic, body: bytes) -> None:
    """Post to a topic's webhook once, signed.

    Raises:
        WebhookFault: when it does not answer, or with no success.
    """
    if topic.fault:
        raise WebhookFault(f"The webhook was not called: {topic.fault}.", may_pass=False)
    stamp = str(int(time.time()))
    signature = hmac.new(topic.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "vedette-alarms",
        "X-Amz-Sns-Message-Type": "Notification",
    }
    if topic.secret:
        headers |= {"X-Vedette-Timestamp": stamp, "X-Vedette-Signature": f"sha256={signature}"}
    bounds = Bounds(WEBHOOK_S, networks=topic.networks)
    try:
        code = call("POST", topic.webhook, headers, body, bounds).status
    except CallRefused as error:
        # Where it leads is in no sentence: an account reads it, and the network is the operator's.
        raise WebhookFault(f"The webhook was not called: {error}.", may_pass=False) from error
    except ValueError as error:
        # Its own words may hold the address, which may be a secret.
        raise WebhookFault("The webhook's address cannot be called.", may_pass=False) from error
    except (OSError, http.client.HTTPException) as error:
        raise WebhookFault(f"The webhook could not be called: {_reason(error)}.", may_pass=True) from error
    if code not in SUCCESS:
        raise WebhookFault(f"The webhook answered with the status {code}.", may_pass=code >= SERVER_ERROR)


def _reason(error: Exception) -> str:
    """Return why a call failed in the system's words, without the names that programs have for it."""
    return str((isinstance(error, OSError) and error.strerror) or error)[:200]


def _run(topic: Topic, body: bytes) -> None:
    ran = subprocess.run(  # noqa: S603  (the operator's own words)
        list(topic.command), input=body, capture_output=True, timeout=COMMAND_S, check=False
    )
    if ran.returncode:
        complaint = ran.stderr.decode("utf-8", "replace").strip()[-200:]
        raise Wrong(f"The command ended with {ran.returncode}: {complaint}")


def _mail(mail: Mapping[str, Any], topic: Topic, message: Mapping[str, Any]) -> None:
    if "host" not in mail:
        raise NoMailServer("The file of alarm actions names no mail server ([mail] host).")
    letter = EmailMessage()
    letter["From"], letter["To"] = str(mail.get("sender", "vedette@localhost")), ", ".join(topic.emails)
    letter["Subject"] = " ".join(str(message["Subject"]).split())[:200]
    letter.set_content(str(message["Message"]))
    with smtplib.SMTP(str(mail["host"]), int(mail.get("port", 25)), timeout=MAIL_S) as line:
        if mail.get("starttls", False):
            line.starttls()
        if "user" in mail:
            line.login(str(mail["user"]), str(mail.get("password", "")))
        line.send_message(letter)
