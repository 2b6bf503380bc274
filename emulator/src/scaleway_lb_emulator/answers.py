"""How objects look in answers: their keys, their dates, and which parents they embed."""

from __future__ import annotations

from typing import Any

from .clock import stamp
from .store import Row
from .world import World
from .zones import region_of

ZERO = "0001-01-01T00:00:00Z"
HIDDEN = {"zone", "lb_id", "frontend_id", "created", "updated", "moves"}
"""Keys of a row that `shown` leaves out of the object."""


class Answers:
    """Turns the rows of one answer into what the API shows. `instances` says whether an embedded
    load balancer lists its instances (reference, 4.10)."""

    def __init__(self, world: World) -> None:
        self.world, self.store = world, world.store
        self.parents: dict[tuple[str, bool], dict[str, Any]] = {}

    def shown(self, row: Row, *hidden: str) -> dict[str, Any]:
        return {key: row[key] for key in row.keys() - HIDDEN - set(hidden)}

    def place(self, row: Row) -> dict[str, str]:
        return {"zone": row["zone"], "region": region_of(row["zone"])}

    def stamp(self, moment: int) -> str:
        """Dates written by this very request are shown with all their digits (notes, 11)."""
        return stamp(moment, fresh=moment >= self.world.begun)

    def dates(self, row: Row) -> dict[str, str]:
        return {
            "created_at": self.stamp(row["created"]),
            "updated_at": self.stamp(row["updated"]),
        }

    def lb(self, lb: Row, instances: bool = True) -> dict[str, Any]:
        key = lb["id"]
        ips = sorted(self.store.of("ip", lb_id=key), key=lambda ip: ":" in ip["ip_address"])
        subscriber = self.store.get("subscriber", lb["subscriber_id"] or "")
        return {
            "id": key,
            "name": lb["name"],
            "description": lb["description"],
            "status": lb["status"],
            "instances": [self.instance(lb)] if instances and lb["instance_status"] else [],
            "organization_id": lb["organization_id"],
            "project_id": lb["project_id"],
            "ip": [self.ip(ip) for ip in ips],
            "tags": lb["tags"],
            "frontend_count": self.store.count("frontend", lb_id=key),
            "backend_count": self.store.count("backend", lb_id=key),
            "type": lb["type"],
            "subscriber": self.subscriber(subscriber) if subscriber else None,
            "ssl_compatibility_level": lb["ssl_compatibility_level"],
            "private_network_count": self.store.count("private_network", lb_id=key),
            "route_count": self.store.count("route", lb_id=key),
            **self.dates(lb),
            **self.place(lb),
        }

    def instance(self, lb: Row) -> dict[str, Any]:
        status = lb["instance_status"]
        if status == "ready" and lb["id"] in self.world.pushing:
            status = "pending"
        return {
            "id": lb["instance_id"],
            "status": status,
            "ip_address": "",
            "created_at": self.stamp(lb["instance_created"]),
            "updated_at": self.stamp(lb["instance_updated"]),
            **self.place(lb),
        }

    def ip(self, ip: Row) -> dict[str, Any]:
        keys = ("id", "ip_address", "lb_id", "organization_id", "project_id", "reverse", "tags")
        return {**{key: ip[key] for key in keys}, **self.place(ip)}

    def subscriber(self, row: Row) -> dict[str, Any]:
        return self.shown(row, "project_id", "organization_id")

    def parent(self, row: Row, instances: bool) -> dict[str, Any]:
        key = row["lb_id"], instances
        if key not in self.parents:
            self.parents[key] = self.lb(self.store.get("lb", row["lb_id"]), instances)
        return self.parents[key]

    def backend(self, row: Row, instances: bool = True) -> dict[str, Any]:
        return {**self.shown(row), **self.dates(row), "lb": self.parent(row, instances)}

    def frontend(
        self,
        row: Row,
        instances: bool = False,
        inner: bool = False,
        certificate: bool = False,
    ) -> dict[str, Any]:
        """`instances` applies to its own load balancer, `inner` to its backend's and `certificate`
        to its certificate's."""
        first = self.store.get("certificate", (row["certificate_ids"] or [""])[0])
        return {
            **self.shown(row, "backend_id"),
            "backend": self.backend(self.store.get("backend", row["backend_id"]), inner),
            "certificate": self.certificate(first, certificate) if first else None,
            "lb": self.parent(row, instances),
            **self.dates(row),
        }

    def certificate(self, row: Row, instances: bool = False) -> dict[str, Any]:
        ends = {
            key: ZERO if row[key] is None else stamp(row[key])
            for key in ("not_valid_before", "not_valid_after")
        }
        shown = self.shown(row, "pem", "stuck")
        return {**shown, **ends, "lb": self.parent(row, instances), **self.dates(row)}

    def acl(self, row: Row, instances: bool = False) -> dict[str, Any]:
        frontend = self.frontend(self.store.get("frontend", row["frontend_id"]), instances)
        return {**self.shown(row), "frontend": frontend, **self.dates(row)}

    def route(self, row: Row) -> dict[str, Any]:
        keys = ("id", "frontend_id", "backend_id", "match")
        return {**{key: row[key] for key in keys}, **self.dates(row)}

    def private_network(self, row: Row, instances: bool = False) -> dict[str, Any]:
        ids = row["ipam_ids"]
        return {
            "lb": self.parent(row, instances),
            "private_network_id": row["private_network_id"],
            "status": row["status"],
            "ipam_ids": ids,
            "dhcp_config": {"ip_id": ids[0] if ids else None},
            **self.dates(row),
        }
