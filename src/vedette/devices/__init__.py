"""Devices with models over the air: registered by a token, told by signed orders, heard with distrust.

    values.py     what a device is, what it is to have, what it said of itself
    reports.py    a report read: bounded, and nothing in it believed
    tables.py     where devices lie
    records.py    every statement on that table
    packages.py   the archives that devices fetch: copied whole, verified, sealed as in their bucket
    devices.py    the room's front, for people
    calls.py      the room's front, for devices

What the agent has of it is `edge/over_the_air.py`; what both agree on, `runtime/device_orders.py`.
"""
