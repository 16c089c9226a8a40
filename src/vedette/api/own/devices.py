"""Devices with models over the air: registered, told what to have, listed with what they report."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from vedette.api.house import Caller, House
from vedette.api.own.edge_packages import open_object, open_package_file
from vedette.api.own.origin_keys import key_of_origin
from vedette.api.own.projects import find_project
from vedette.api.paging import read_page
from vedette.arn import Arn
from vedette.clock import from_milliseconds
from vedette.devices.devices import PackageSource
from vedette.devices.values import (
    DeviceChange,
    DevicePlace,
    DeviceReport,
    EdgeDevice,
    NewDevice,
    ReportedModel,
    WantedModel,
)
from vedette.errors import Wrong
from vedette.runtime.signatures import read_key

COMPONENT = "component"


def create_device(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Register a device, and answer with the token that its agent begins with."""
    place, name, tags = _place(caller), request["DeviceName"], request.get("Tags", {})
    caller.require("CreateDevice", place.arn(name), tags=tags)
    wish = NewDevice(name, request.get("Description", ""), tags)
    device, token = house.devices.create(place, wish)
    return {"Device": _describe(house, device), **_token(device, token)}


def create_device_token(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Answer with a new token for a device, whose agent begins anew with it."""
    place, name = _named(caller, "CreateDeviceToken", request)
    device, token = house.devices.renew_token(place, name)
    return _token(device, token)


def list_devices(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's devices in the order of their creation."""
    caller.require("ListDevices", "*")
    place = _place(caller)
    page = read_page(house, request, "ListDevices", place.account, place.region)
    devices, more = house.devices.list(place, after=page.after(0), most=page.size)
    rows = [_summary(house, device) for device in devices]
    return page.answer({"Devices": rows}, devices[-1].number if more else None)


def describe_device(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Describe a device: what it is to have, and what it says of itself."""
    place, name = _named(caller, "DescribeDevice", request)
    return {"Device": _describe(house, house.devices.describe(place, name))}


def update_device(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change a device's description, its tags, or the packages that it is to have."""
    place, name, tags = _place(caller), request["DeviceName"], request.get("Tags")
    caller.require("UpdateDevice", place.arn(name), tags=tags)
    packages = request.get("Packages")
    sources = None if packages is None else [_source(house, caller, place.arn(name), row) for row in packages]
    change = DeviceChange(request.get("Description"), tags)
    device = house.devices.update(place, name, change, sources)
    return {"Device": _describe(house, device)}


def delete_device(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Remove a device; its agent runs on with what it has."""
    place, name = _named(caller, "DeleteDevice", request)
    house.devices.delete(place, name)
    return {}


def get_device_signing_key(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Answer with the public key that the account's packages are signed with."""
    del request
    caller.require("GetDeviceSigningKey", "*")
    return {"PublicKey": str(house.devices.public_key(caller.account))}


def _place(caller: Caller) -> DevicePlace:
    return DevicePlace(caller.account, caller.region)


def _named(caller: Caller, action: str, request: Mapping[str, Any]) -> tuple[DevicePlace, str]:
    place, name = _place(caller), request["DeviceName"]
    caller.require(action, place.arn(name))
    return place, name


def _source(house: House, caller: Caller, device: Arn, package: Mapping[str, Any]) -> PackageSource:
    """Return where a package is read from, if the caller may; it is opened when its turn comes."""
    if set(package) == {"Address", "PublicKey"}:
        return _own_source(house, caller, device, package)
    if set(package) != {"ProjectArn", "JobName"}:
        raise Wrong(
            "A package is named by ProjectArn and JobName, or by Address and PublicKey.", kind="package"
        )
    find_project(house, caller, "DownloadEdgePackage", package["ProjectArn"])

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        request = {**package, "Part": COMPONENT}
        with open_package_file(house, caller, request).stream as stream:
            yield stream

    return PackageSource(package["ProjectArn"], package["JobName"], opened)


def _own_source(house: House, caller: Caller, device: Arn, package: Mapping[str, Any]) -> PackageSource:
    """Return a package in a bucket for whose signer the caller vouches, as few may."""
    caller.require("OrderOwnPackage", device)
    key = read_key(package["PublicKey"])

    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        with open_object(house, caller, package["Address"]).stream as stream:
            yield stream

    return PackageSource("", "", opened, package["Address"], key)


def _token(device: EdgeDevice, token: str) -> dict[str, Any]:
    return {"Token": token, "TokenExpiration": from_milliseconds(device.token_expires_ms)}


def _summary(house: House, device: EdgeDevice) -> dict[str, Any]:
    facts = {
        "DeviceName": device.name,
        "DeviceArn": str(device.arn),
        "Description": device.description,
        "State": device.state(house.devices.now_ms()),
        "LastSeen": _moment(device.seen_ms),
        "ModelCount": len(device.report.models),
        "Problem": _problem(device),
        "CreationDate": from_milliseconds(device.created_ms),
    }
    return _without_nothing(facts)


def _describe(house: House, device: EdgeDevice) -> dict[str, Any]:
    report = device.report
    facts = {
        "DeviceName": device.name,
        "DeviceArn": str(device.arn),
        "Description": device.description,
        "State": device.state(house.devices.now_ms()),
        "Tags": dict(house.devices.tags_of(device)),
        "CreationDate": from_milliseconds(device.created_ms),
        "RegistrationDate": _moment(device.registered_ms),
        "TokenExpiration": None if device.registered_ms else _moment(device.token_expires_ms),
        "LastSeen": _moment(device.seen_ms),
        "Address": device.address,
        "AgentVersion": report.agent,
        "Machine": _machine(report),
        "Order": device.order_number,
        "ObeyedOrder": report.order,
        "Wanted": [_wanted(house, device, wish) for wish in device.wishes],
        "Models": [_model(device, row) for row in report.models],
        "Doing": report.doing,
        "Problem": report.problem,
        "SecondMachine": _moment(device.second_ms),
    }
    return _without_nothing(facts)


def _machine(report: DeviceReport) -> dict[str, Any]:
    machine = report.machine
    return {
        "System": machine.system,
        "Arch": machine.arch,
        "Host": machine.host,
        "Cores": machine.cores,
        "Memory": machine.memory,
        "FreeMemory": machine.free_memory,
        "FreeDisk": machine.free_disk,
    }


def _wanted(house: House, device: EdgeDevice, wish: WantedModel) -> dict[str, Any]:
    model, origin = wish.model, house.devices.origin_of(device, wish)
    facts = {
        "ProjectArn": wish.project_arn,
        "JobName": wish.job,
        "Address": wish.address,
        "PublicKey": wish.key,
        "ComponentName": model.name,
        "ComponentVersion": model.version,
        "ModelArn": wish.model_arn,
        "State": device.state_of(wish),
        "Message": device.message_of(wish),
        "Size": model.size,
        "KmsKeyId": "" if origin is None else key_of_origin(house, origin),
    }
    return _without_nothing(facts)


def _model(device: EdgeDevice, row: ReportedModel) -> dict[str, Any]:
    return {
        "Name": row.name,
        "Version": row.version,
        "Status": row.state,
        "Message": row.message or row.problem,
        "Answered": row.answered,
        "Waiting": row.waiting,
        "IsOrdered": any(wish.model.name == row.name for wish in device.wishes),
    }


def _problem(device: EdgeDevice) -> str:
    """Return what is wrong with a device, the worst first."""
    report = device.report
    problems = (
        report.problem,
        *(row.problem for row in report.models),
        *(row.message for row in report.models if row.state == "FAILED"),
    )
    return next((problem for problem in problems if problem), "")


def _moment(count: int | None) -> Any:
    return None if count is None else from_milliseconds(count)


def _without_nothing(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in ("", None)}
