"""The door of devices: agents that report to this server and take models from it."""

from vedette.api.devices.door import DevicesDoor

DOOR = DevicesDoor()

__all__ = ["DOOR"]
