"""How objects look in answers: their keys, their dates, and which parents they embed."""

from __future__ import annotations

from typing import Any

from .clock import stamp
from .store import Row
from .world import World, region_of

ZERO = "0001-01-01T00:00:00Z"


class Answers:
    """Rows as the API shows them. `instances` says whether an embedded load balancer has them
    (reference, 4.10); `fresh` dates have nine digits, as in the answer to a write."""

    def __init__(self, world: World) -> None:
        self.world, self.store = world, world.store

    def place(self, row: Row) -> dict[str, str]:
        return {"zone": row["zone"], "region": region_of(row["zone"])}

    def dates(self, row: Row, fresh: bool = False) -> dict[str, str]:
        digits = 9 if fresh else 6
        return {
            "created_at": stamp(row["created"], digits),
            "updated_at": stamp(row["updated"], digits),
        }

    def lb(self, lb: Row, instances: bool = True, fresh: bool = False) -> dict[str, Any]:
        count = {
            kind: len(self.world.of(kind, lb_id=lb["id"]))
            for kind in ("frontend", "backend", "route")
        }
        ips = sorted(self.world.of("ip", lb_id=lb["id"]), key=lambda ip: ":" in ip["ip_address"])
        networks = [
            row
            for row in self.world.of("private_network", lb_id=lb["id"])
            if self.world.settle_network(row)
        ]
        subscriber = self.store.get("subscriber", lb["subscriber_id"] or "")
        return {
            "id": lb["id"],
            "name": lb["name"],
            "description": lb["description"],
            "status": lb["status"],
            "instances": [self.instance(lb)] if instances and lb["instance_status"] else [],
            "organization_id": lb["organization_id"],
            "project_id": lb["project_id"],
            "ip": [self.ip(ip) for ip in ips],
            "tags": lb["tags"],
            "frontend_count": count["frontend"],
            "backend_count": count["backend"],
            "type": lb["type"],
            "subscriber": self.subscriber(subscriber) if subscriber else None,
            "ssl_compatibility_level": lb["ssl_compatibility_level"],
            "private_network_count": len(networks),
            "route_count": count["route"],
            **self.dates(lb, fresh),
            **self.place(lb),
        }

    def instance(self, lb: Row) -> dict[str, Any]:
        status = lb["instance_status"]
        if status == "ready" and self.world.pushing.get(lb["id"]):
            status = "pending"
        return {
            "id": lb["instance"]["id"],
            "status": status,
            "ip_address": "",
            "created_at": stamp(lb["instance"]["created"]),
            "updated_at": stamp(lb["updated"]),
            **self.place(lb),
        }

    def ip(self, ip: Row) -> dict[str, Any]:
        keys = ("id", "ip_address", "lb_id", "organization_id", "project_id", "reverse", "tags")
        return {**{key: ip[key] for key in keys}, **self.place(ip)}

    def subscriber(self, row: Row) -> dict[str, Any]:
        ways = {key: row[key] for key in ("email_config", "webhook_config") if key in row}
        return {"id": row["id"], "name": row["name"], **ways}

    def parent(self, row: Row, instances: bool) -> dict[str, Any]:
        return self.lb(self.store.get("lb", row["lb_id"]), instances)

    def backend(self, row: Row, instances: bool = True, fresh: bool = False) -> dict[str, Any]:
        hidden = ("zone", "lb_id", "created", "updated")
        shown = {key: value for key, value in row.items() if key not in hidden}
        return {**shown, **self.dates(row, fresh), "lb": self.parent(row, instances)}

    def frontend(
        self,
        row: Row,
        instances: bool = False,
        inner: bool = False,
        certificate: bool = False,
        fresh: bool = False,
    ) -> dict[str, Any]:
        """`instances` is for its own load balancer, `inner` for its backend's, `certificate` for
        its certificate's."""
        hidden = ("zone", "lb_id", "created", "updated", "backend_id")
        first = self.store.get("certificate", (row["certificate_ids"] or [""])[0])
        return {
            **{key: value for key, value in row.items() if key not in hidden},
            "backend": self.backend(self.store.get("backend", row["backend_id"]), inner),
            "certificate": self.certificate(first, certificate) if first else None,
            "lb": self.parent(row, instances),
            **self.dates(row, fresh),
        }

    def certificate(self, row: Row, instances: bool = False, fresh: bool = False) -> dict[str, Any]:
        hidden = ("zone", "lb_id", "created", "updated", "pem")
        ends = {
            key: ZERO if row[key] is None else stamp(row[key])
            for key in ("not_valid_before", "not_valid_after")
        }
        shown = {key: value for key, value in row.items() if key not in hidden}
        return {**shown, **ends, "lb": self.parent(row, instances), **self.dates(row, fresh)}

    def acl(self, row: Row, instances: bool = False, fresh: bool = False) -> dict[str, Any]:
        hidden = ("zone", "lb_id", "created", "updated", "frontend_id")
        frontend = self.store.get("frontend", row["frontend_id"])
        return {
            **{key: value for key, value in row.items() if key not in hidden},
            "frontend": self.frontend(frontend, instances),
            **self.dates(row, fresh),
        }
