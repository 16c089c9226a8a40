"""Which doors there are, and which one a request is for. What they do they know themselves.

A page's door is recognised before any signature is read; a service's by the service that the signature
names, or by the form of the request. Both may lie: the choice decides only who answers, and a signature
for another service than the one chosen is refused by whoever verifies it.
"""

from vedette.api import (
    cloudformation,
    cloudtrail,
    cloudwatch,
    console,
    devices,
    events,
    functions,
    iam,
    kms,
    logs,
    lookout,
    own,
    own_pages,
    rekognition,
    s3,
    sts,
)
from vedette.api.door import Door, PageDoor, Visit
from vedette.api.house import House
from vedette.api.inner import InnerCalls
from vedette.api.operations import OperationsDoor
from vedette.api.relay import RelayDoor
from vedette.api.unknown import UnknownServiceDoor
from vedette.wire.http import Request, Response

# Services whose operations people may ask for at the console.
RELAYED: tuple[RelayDoor, ...] = (
    rekognition.DOOR,
    lookout.DOOR,
    sts.DOOR,
    kms.DOOR,
    cloudwatch.DOOR,
    own.DOOR,
)
PAGES: tuple[PageDoor, ...] = (console.open_door(RELAYED, s3.DOOR), devices.DOOR, own_pages.DOOR)
# The last one takes what has no other form.
SERVICES: tuple[Door, ...] = (
    rekognition.DOOR,
    lookout.DOOR,
    sts.DOOR,
    iam.DOOR,
    kms.DOOR,
    cloudwatch.DOOR,
    cloudtrail.DOOR,
    cloudformation.DOOR,
    functions.DOOR,
    events.DOOR,
    logs.DOOR,
    own.DOOR,
    s3.DOOR,
)

LAST = SERVICES[-1]
UNKNOWN: Door = UnknownServiceDoor(sorted(door.name for door in SERVICES))
BY_NAME = {door.name: door for door in SERVICES}


def connect(house: House) -> None:
    """Let stacks and loops ask the operations of the other doors, and functions have keys."""
    operations = {door.name: door for door in SERVICES if isinstance(door, OperationsDoor)}
    inner = InnerCalls(house, operations, s3.DOOR)
    house.stacks.tools.hand_over(cloudformation.TypeMaker(inner))
    house.functions.tools.hand_over(functions.RoleActor(house))
    house.loops.tools.hand_over(own.LoopOperations(inner))


def page_door(visit: Visit) -> PageDoor | None:
    """Return the door of the page that is asked for, if it is one."""
    return next((door for door in PAGES if door.recognises(visit)), None)


def service_door(visit: Visit) -> Door:
    """Return the door of the service that should answer: a name that we know wins over any form."""
    door = BY_NAME.get(visit.signing_name)
    return door or next((door for door in SERVICES if door.recognises(visit)), UNKNOWN)


def bytes_to_recognise(request: Request) -> int:
    """Return how much of an unsigned request's body must be read before its door is known."""
    return max(door.bytes_to_recognise(request) for door in SERVICES)


def preflight(request: Request) -> Response | None:
    """Return what a door answers to a browser that asks before it sends, or None for any other request."""
    if request.method != "OPTIONS":
        return None
    answers = (door.preflight(request) for door in SERVICES)
    return next((answer for answer in answers if answer is not None), None)
