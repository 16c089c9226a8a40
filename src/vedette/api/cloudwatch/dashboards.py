"""Dashboards, in CloudWatch's terms."""

import re
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.paging import read_page
from vedette.clock import from_milliseconds
from vedette.errors import Wrong

NAME = re.compile(r"[A-Za-z0-9_-]{1,255}", re.ASCII)
PAGE = 1000


def put_dashboard(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Store a dashboard."""
    name = _allowed(caller, "PutDashboard", request["DashboardName"])
    if not NAME.fullmatch(name):
        raise Wrong("A DashboardName has letters, digits, - and _.", kind="dashboard body")
    house.monitoring.dashboards.put(caller.account, name, request["DashboardBody"])
    return {"DashboardValidationMessages": []}


def get_dashboard(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a dashboard as it was put."""
    name = _allowed(caller, "GetDashboard", request["DashboardName"])
    dashboard = house.monitoring.dashboards.get(caller.account, name)
    arn = _arn(caller, name)
    return {"DashboardArn": arn, "DashboardBody": dashboard.body, "DashboardName": dashboard.name}


def list_dashboards(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List dashboards whose names begin so."""
    caller.require("ListDashboards", "*")
    prefix = request.get("DashboardNamePrefix", "")
    page = read_page(house, request, "ListDashboards", caller.account, prefix, size=PAGE)
    matching = [
        item for item in house.monitoring.dashboards.find(caller.account) if item.name.startswith(prefix)
    ]
    begin = page.after(0)
    rows = [
        {
            "DashboardName": item.name,
            "DashboardArn": _arn(caller, item.name),
            "LastModified": from_milliseconds(item.changed_ms),
            "Size": len(item.body.encode()),
        }
        for item in matching[begin : begin + page.size]
    ]
    is_more = len(matching) > begin + page.size
    return page.answer({"DashboardEntries": rows}, begin + page.size if is_more else None)


def delete_dashboards(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete dashboards, all of them or none."""
    names = [_allowed(caller, "DeleteDashboards", name) for name in request["DashboardNames"]]
    house.monitoring.dashboards.delete(caller.account, list(dict.fromkeys(names)))
    return {}


def _allowed(caller: Caller, action: str, name: str) -> str:
    caller.require(action, _arn(caller, name))
    return name


def _arn(caller: Caller, name: str) -> str:
    return f"arn:aws:cloudwatch::{caller.account}:dashboard/{name}"
