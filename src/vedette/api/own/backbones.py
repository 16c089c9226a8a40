"""Weights that trainings of an account may begin from: taken in once, listed, taken away.

A training names them by the tag `vedette:backbone`, since Amazon's operation has no parameter for it.
"""

from typing import Any

from vedette.api.house import Caller, House
from vedette.clock import from_milliseconds
from vedette.projects.version import Version
from vedette.training.backbones import BackboneCard, NewBackbone
from vedette.training.order import BACKBONE, BUILT_IN_BACKBONE, NETWORK

BUILT_IN = {
    "BackboneName": BUILT_IN_BACKBONE,
    "Network": "efficientnet-lite0",
    "Licence": "Apache-2.0",
    "BuiltIn": True,
}


def add_backbone(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take weights in out of a bucket, under a name."""
    name, place = request["BackboneName"], request["S3Object"]
    caller.require("AddBackbone", "*")
    new = NewBackbone(name, place["Bucket"], place["Name"], request.get("Licence", ""))
    return {"Backbone": _describe(house.trainings.backbones.add(caller.principal, new))}


def list_backbones(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the weights that trainings may begin from, the built-in ones first."""
    del request
    caller.require("ListBackbones", "*")
    return {"Backbones": describe_backbones(house, caller.account)}


def delete_backbone(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take weights away, where no training under way begins from them."""
    caller.require("DeleteBackbone", "*")
    house.trainings.backbones.remove(caller.account, request["BackboneName"])
    return {}


def describe_backbones(house: House, account: str) -> list[dict[str, Any]]:
    """Return what trainings of an account may begin from."""
    return [BUILT_IN, *(_describe(card) for card in house.trainings.backbones.list(account))]


def used_backbone(version: Version) -> str:
    """Return the name of the weights that a version's training began from; nothing where it was none."""
    if version.is_archived or version.inputs.get(NETWORK):
        return ""
    weights = version.inputs.get(BACKBONE)
    return str(weights["name"]) if weights else BUILT_IN_BACKBONE


def _describe(card: BackboneCard) -> dict[str, Any]:
    return {
        "BackboneName": card.name,
        "Network": card.network,
        "Licence": card.licence,
        "BuiltIn": False,
        "Size": card.size,
        "Milliseconds": card.milliseconds,
        "Sha256": card.sha256,
        "AddedBy": card.added_by,
        "CreationDate": from_milliseconds(card.added_ms),
    }
