"""The rules: what is filled in, what is refused, and what a write sets in motion."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import uuid
from collections.abc import Coroutine
from typing import Any

from . import imported, models
from .clock import Clock
from .contracts import CertificateAuthority, DataPlane, OrderFailed, Snapshot
from .errors import Refusal, in_use, invalid, not_found, transient
from .settings import Settings
from .store import Row, Store

COUNTS = {"fr-par": 2, "nl-ams": 3, "pl-waw": 3}
ZONES = [f"{region}-{number + 1}" for region, count in COUNTS.items() for number in range(count)]
# Bandwidth in Mbit/s, and whether servers may be outside of Scaleway (reference, 4.11).
TYPES = {
    "lb-s": (200, False),
    "lb-gp-m": (500, False),
    "lb-gp-l": (1000, True),
    "lb-gp-xl": (4000, True),
}
NOBODY = "00000000-0000-4000-8000-000000000000"
OWN_NAME = re.compile(r"(?:^|\.)(\d+-\d+-\d+-\d+\.lb\.[a-z-]+\.scw\.cloud)$")
UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.I)
# Seconds at the cloud's own pace (reference, section 5).
CREATING, READY, GONE, PUSHED, MIGRATED, ISSUED = 0.8, 3.3, 1.5, 0.6, 5.0, 8.0


def region_of(zone: str) -> str:
    return zone.rsplit("-", 1)[0]


class World:
    """All objects of one emulator, and what happens to them."""

    def __init__(
        self, settings: Settings, data_plane: DataPlane, authority: CertificateAuthority
    ) -> None:
        self.settings, self.data_plane, self.authority = settings, data_plane, authority
        self.store = Store(settings.state_dir)
        self.clock = Clock()
        self.tasks: set[asyncio.Task] = set()
        self.pushing: dict[str, int] = {}
        """How many configurations of a load balancer are on their way to the data plane."""
        self.fates: dict[str, str] = {}
        """Faults that wait for a transition: load balancer or certificate ID -> kind."""
        for ip in self.store.all("ip"):
            self.register(ip)

    def later(self, work: Coroutine) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def reset(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        for ip in self.store.all("ip"):
            self.unregister(ip)
        self.store.clear()
        self.pushing.clear()
        self.fates.clear()
        self.later(self.data_plane.apply([]))

    # Rows

    def new(self, zone: str, **fields: Any) -> Row:
        now = self.clock.now()
        return {"id": str(uuid.uuid4()), "zone": zone, "created": now, "updated": now, **fields}

    def need(self, kind: str, key: str, zone: str) -> Row:
        word = {"lb": "lbs", "ip": "ips", "route": "privateNetwork"}.get(kind, kind)
        row = self.store.get(kind, key)
        if row is None or row["zone"] != zone:
            raise not_found(word)
        if kind == "lb" and self.settle(row) is None:
            raise not_found(word)
        if "lb_id" in row and kind != "ip":
            owner = self.store.get("lb", row["lb_id"])
            if owner is None or self.settle(owner) is None:
                raise not_found(word)
        return row

    def of(self, kind: str, **wanted: Any) -> list[Row]:
        """The rows of a kind that have these values."""
        return [
            row
            for row in self.store.all(kind)
            if all(row.get(key) == value for key, value in wanted.items())
        ]

    def touch(self, kind: str, row: Row) -> Row:
        row["updated"] = self.clock.now()
        return self.store.put(kind, row)

    # Load balancers

    def settle(self, lb: Row) -> Row | None:
        """Let the moves happen whose time has come; None if the load balancer is gone."""
        due = [move for move in lb["moves"] if move[0] <= self.clock.now()]
        if not due:
            return lb
        lb["moves"] = lb["moves"][len(due) :]
        for at, changes in due:
            if changes.get("status") == "gone":
                self.forget(lb)
                return None
            lb.update(changes)
            lb["updated"] = at
        self.store.put("lb", lb)
        return lb

    def moves(self, *steps: tuple[float, dict[str, Any]]) -> list[list[Any]]:
        now = self.clock.now()
        return [[now + after * self.settings.time_scale, changes] for after, changes in steps]

    def forget(self, lb: Row) -> None:
        for frontend in self.of("frontend", lb_id=lb["id"]):
            for acl in self.of("acl", frontend_id=frontend["id"]):
                self.store.delete("acl", acl["id"])
        for kind in ("route", "private_network", "frontend", "backend", "certificate"):
            for row in self.of(kind, lb_id=lb["id"]):
                self.store.delete(kind, row["id"])
        for ip in self.of("ip", lb_id=lb["id"]):
            if lb.get("release_ip"):
                self.release(ip)
            else:
                ip["lb_id"] = None
                self.store.put("ip", ip)
        self.store.delete("lb", lb["id"])

    def create_lb(self, zone: str, body: models.CreateLB) -> Row:
        given = [*body.ip_ids, *([body.ip_id] if body.ip_id else [])]
        ips = [self.need("ip", ip_id, zone) for ip_id in dict.fromkeys(given)]
        for ip in ips:
            if ip["lb_id"]:
                raise invalid("ip_ids", f"{ip['ip_address']} is attached to {ip['lb_id']}")
        lb = self.new(
            zone,
            **self.owner(body),
            name=body.name,
            description=body.description or "",
            type=self.type(body.type),
            tags=body.tags,
            ssl_compatibility_level=self.level(body.ssl_compatibility_level),
            status="to_create",
            instance={"id": str(uuid.uuid4()), "created": self.clock.now() - 120},
            instance_status=None,
            subscriber_id=None,
            moves=self.moves(
                (CREATING, {"status": "creating", "instance_status": "unknown"}),
                (READY, {"status": "ready", "instance_status": "ready"}),
            ),
        )
        if not ips and body.assign_flexible_ip is not False:
            ips.append(self.reserve(zone, lb, False))
        if body.assign_flexible_ipv6:
            ips.append(self.reserve(zone, lb, True))
        self.store.put("lb", lb)
        for ip in ips:
            ip["lb_id"] = lb["id"]
            self.store.put("ip", ip)
        self.push(lb["id"], quiet=True)
        return lb

    def settle_network(self, row: Row) -> Row | None:
        """Let an attachment move on; None if it has left."""
        if row["moves"] and row["moves"][0][0] <= self.clock.now():
            at, changes = row["moves"].pop(0)
            if changes["status"] == "gone":
                self.store.delete("private_network", row["id"])
                return None
            row |= changes | {"updated": at}
            self.store.put("private_network", row)
        return row

    def doom(self, lb: Row, fate: str) -> None:
        """A fault: the transition ends in `error`, or never ends (`stuck`)."""
        bad = {"status": "error", "instance_status": "error"}
        last = self.moves((READY, bad)) if fate == "error" else []
        lb["moves"] = [*lb["moves"][:-1], *last]
        self.store.put("lb", lb)

    def type(self, given: str | None) -> str:
        wanted = (given or "lb-s").lower()
        if wanted not in TYPES:
            raise invalid("type", f"{given} is not one of {', '.join(TYPES)}")
        return wanted

    def level(self, given: str | None) -> str:
        return given or "ssl_compatibility_level_intermediate"

    def owner(self, body: models.Owned) -> dict[str, str]:
        if body.project_id and body.organization_id:
            raise invalid("project_id", "give project_id or organization_id, not both")
        project = body.project_id or body.organization_id or NOBODY
        return {"project_id": project, "organization_id": body.organization_id or project}

    def ready(self, lb: Row) -> Row:
        """Writes to a load balancer in transition are refused (our choice; reference, 5)."""
        if lb["status"] not in ("ready", "error", "stopped"):
            raise transient("lb", lb["id"], lb["status"])
        return lb

    def update_lb(self, lb: Row, body: models.UpdateLB) -> Row:
        self.ready(lb)
        level = self.level(body.ssl_compatibility_level)
        changes = level != lb["ssl_compatibility_level"]
        lb |= {"name": body.name, "description": body.description, "tags": body.tags}
        lb["ssl_compatibility_level"] = level
        self.touch("lb", lb)
        if changes:
            self.push(lb["id"])
        return lb

    def migrate_lb(self, lb: Row, body: models.MigrateLB) -> Row:
        self.ready(lb)
        wanted = self.type(body.type)
        instance = {"id": str(uuid.uuid4()), "created": self.clock.now() - 120}
        done = {"status": "ready", "type": wanted, "instance": instance}
        lb["status"], lb["moves"] = "migrating", self.moves((MIGRATED, done))
        return self.touch("lb", lb)

    def delete_lb(self, lb: Row, release_ip: bool) -> None:
        if lb["status"] in ("to_create", "creating", "migrating", "pending"):
            raise transient("lb", lb["id"], lb["status"])
        lb |= {"status": "to_delete", "release_ip": release_ip}
        lb["moves"] = self.moves((GONE, {"status": "gone"}))
        self.touch("lb", lb)
        self.push(lb["id"], quiet=True)

    # Addresses

    def reserve(self, zone: str, owner: Row, ipv6: bool, **fields: Any) -> Row:
        taken = {ip["ip_address"] for ip in self.store.all("ip")}
        if ipv6:
            hosts = (f"2001:db8:{number:x}::" for number in range(1, 65536))
        else:
            hosts = (str(host) for host in self.settings.ip_range.hosts())
        address = next(host for host in hosts if host not in taken)
        ip = self.new(
            zone,
            ip_address=address,
            lb_id=None,
            project_id=owner["project_id"],
            organization_id=owner["organization_id"],
            reverse=fields.get("reverse") or own_name(address, zone),
            tags=fields.get("tags", []),
        )
        self.register(ip)
        return self.store.put("ip", ip)

    def register(self, ip: Row) -> None:
        if "." in ip["ip_address"]:
            self.authority.set_address(own_name(ip["ip_address"], ip["zone"]), ip["ip_address"])

    def unregister(self, ip: Row) -> None:
        self.authority.remove_address(own_name(ip["ip_address"], ip["zone"]))

    def create_ip(self, zone: str, body: models.CreateIP) -> Row:
        return self.reserve(
            zone, self.owner(body), bool(body.is_ipv6), reverse=body.reverse, tags=body.tags
        )

    def update_ip(self, ip: Row, body: models.UpdateIP) -> Row:
        given = body.model_fields_set
        if "lb_id" in given and body.lb_id and body.lb_id != ip["lb_id"]:
            lb = self.ready(self.need("lb", body.lb_id, ip["zone"]))
            if ip["lb_id"]:
                raise invalid("lb_id", "the IP is attached to another load balancer")
            version = ":" in ip["ip_address"]
            if any(
                version == (":" in other["ip_address"]) for other in self.of("ip", lb_id=lb["id"])
            ):
                raise invalid("lb_id", "the load balancer has an address of this version")
            ip["lb_id"] = lb["id"]
            self.push(lb["id"], quiet=True)
        if "reverse" in given:
            ip["reverse"] = body.reverse or own_name(ip["ip_address"], ip["zone"])
        if "tags" in given:
            ip["tags"] = body.tags or []
        return self.store.put("ip", ip)

    def delete_ip(self, ip: Row) -> None:
        if ip["lb_id"] and self.store.get("lb", ip["lb_id"]):
            raise in_use("the IP is attached to a load balancer")
        self.release(ip)

    def release(self, ip: Row) -> None:
        self.unregister(ip)
        self.store.delete("ip", ip["id"])

    # Backends

    def create_backend(self, lb: Row, body: models.CreateBackend) -> Row:
        self.ready(lb)
        row = body.row() | {"health_check": self.check(body.health_check)}
        backend = self.new(lb["zone"], lb_id=lb["id"], pool=body.server_ip, **row)
        return self.pushed("backend", backend)

    def check(self, body: models.HealthCheck) -> Row:
        try:
            return body.row()
        except ValueError as error:
            raise invalid("health_check", str(error)) from None

    def update_backend(self, backend: Row, body: models.UpdateBackend) -> Row:
        self.ready_for(backend)
        backend |= body.row()
        return self.pushed("backend", backend, quiet=True)

    def update_health_check(self, backend: Row, body: models.HealthCheck) -> Row:
        self.ready_for(backend)
        backend["health_check"] = self.check(body)
        self.store.put("backend", backend)
        self.push(backend["lb_id"], quiet=True)
        return backend["health_check"]

    def set_servers(self, backend: Row, pool: list[str]) -> Row:
        self.ready_for(backend)
        if pool == backend["pool"]:
            return backend
        backend["pool"] = pool
        return self.pushed("backend", backend)

    def delete_backend(self, backend: Row) -> None:
        self.ready_for(backend)
        users = [row["name"] for row in self.of("frontend", backend_id=backend["id"])]
        if self.of("route", backend_id=backend["id"]):
            raise in_use("the backend is used by a route")
        if users:
            raise in_use(f"the backend is used by frontend {', '.join(users)}")
        self.store.delete("backend", backend["id"])
        self.push(backend["lb_id"])

    def ready_for(self, row: Row) -> Row:
        return self.ready(self.need("lb", row["lb_id"], row["zone"]))

    def pushed(self, kind: str, row: Row, quiet: bool = False) -> Row:
        self.touch(kind, row)
        self.push(row["lb_id"], quiet=quiet)
        return row

    # Frontends and ACLs

    def frontend_row(self, lb: Row, body: models.UpdateFrontend, own_id: str | None) -> Row:
        backend = self.need("backend", body.backend_id, lb["zone"])
        if backend["lb_id"] != lb["id"]:
            raise invalid("backend_id", "the backend is of another load balancer")
        for other in self.of("frontend", lb_id=lb["id"], inbound_port=body.inbound_port):
            if other["id"] != own_id:
                raise invalid("inbound_port", f"port {body.inbound_port} is in use")
        ids = body.certificate_ids or ([body.certificate_id] if body.certificate_id else [])
        for certificate_id in ids:
            certificate = self.need("certificate", certificate_id, lb["zone"])
            if certificate["lb_id"] != lb["id"]:
                raise invalid("certificate_ids", "the certificate is of another load balancer")
            if certificate["status"] == "error":
                raise invalid("certificate_ids", "the certificate is not usable")
        if ids and body.inbound_port == 80:
            raise invalid("certificate_ids", "certificates are not allowed on port 80")
        return {
            "name": body.name,
            "inbound_port": body.inbound_port,
            "backend_id": body.backend_id,
            "timeout_client": body.timeout_client,
            "certificate_ids": list(dict.fromkeys(ids)),
            "enable_http3": bool(body.enable_http3),
            # 0 comes back as null here, unlike in backends (notes, 8)
            "connection_rate_limit": body.connection_rate_limit or None,
            "enable_access_logs": bool(body.enable_access_logs),
        }

    def create_frontend(self, lb: Row, body: models.UpdateFrontend) -> Row:
        self.ready(lb)
        frontend = self.new(lb["zone"], lb_id=lb["id"], **self.frontend_row(lb, body, None))
        return self.pushed("frontend", frontend)

    def update_frontend(self, frontend: Row, body: models.UpdateFrontend) -> Row:
        lb = self.ready_for(frontend)
        row = self.frontend_row(lb, body, frontend["id"])
        if body.enable_access_logs is None:
            row["enable_access_logs"] = frontend["enable_access_logs"]
        frontend |= row
        return self.pushed("frontend", frontend)

    def delete_frontend(self, frontend: Row) -> None:
        self.ready_for(frontend)
        for acl in self.of("acl", frontend_id=frontend["id"]):
            self.store.delete("acl", acl["id"])
        for route in self.of("route", frontend_id=frontend["id"]):
            self.store.delete("route", route["id"])
        self.store.delete("frontend", frontend["id"])
        self.push(frontend["lb_id"])

    def acl_row(self, frontend: Row, body: models.ACL) -> Row:
        if body.action.type == "redirect" and body.action.redirect is None:
            raise invalid("action.redirect", "a redirect says where to", "required")
        redirect = body.action.redirect and body.action.redirect.model_dump()
        if redirect:
            redirect["code"] = redirect["code"] or 302
        match = (body.match or models.Match()).model_dump()
        if match["ips_edge_services"] and not match["ip_subnet"]:
            match["ip_subnet"] = ["0.0.0.0/0"]  # notes, 14
        backend = self.store.get("backend", frontend["backend_id"])
        if match["http_filter"] != "acl_http_filter_none" and backend["forward_protocol"] == "tcp":
            raise invalid("match.http_filter", "HTTP filters need an http backend")
        return {
            "name": body.name,
            "action": {"type": body.action.type, "redirect": redirect},
            "match": {**match, "ips_edge_services": bool(match["ips_edge_services"])},
            "index": body.index,
        }

    def create_acl(self, frontend: Row, body: models.ACL) -> Row:
        self.ready_for(frontend)
        acl = self.new(
            frontend["zone"],
            lb_id=frontend["lb_id"],
            frontend_id=frontend["id"],
            description=body.description or "",
            **self.acl_row(frontend, body),
        )
        return self.pushed("acl", acl)

    def update_acl(self, acl: Row, body: models.ACL) -> Row:
        self.ready_for(acl)
        acl |= self.acl_row(self.store.get("frontend", acl["frontend_id"]), body)
        if body.description is not None:
            acl["description"] = body.description
        return self.pushed("acl", acl)

    def set_acls(self, frontend: Row, body: models.SetACLs) -> None:
        self.ready_for(frontend)
        for rule in body.acls:
            self.acl_row(frontend, rule)
        for acl in self.of("acl", frontend_id=frontend["id"]):
            self.store.delete("acl", acl["id"])
        for rule in body.acls:
            self.create_acl(frontend, rule)
        self.push(frontend["lb_id"])

    def delete_acl(self, acl: Row) -> None:
        self.ready_for(acl)
        self.store.delete("acl", acl["id"])
        self.push(acl["lb_id"])

    # Certificates

    def create_certificate(self, lb: Row, body: models.CreateCertificate, fail: bool) -> Row:
        self.ready(lb)
        if (body.letsencrypt is None) == (body.custom_certificate is None):
            raise invalid("letsencrypt", "give one of letsencrypt, custom_certificate", "required")
        if body.custom_certificate:
            try:
                content = imported.read(body.custom_certificate.certificate_chain)
            except ValueError as error:
                raise invalid("certificate_chain", str(error)) from None
            row = {"type": "custom", "status": "ready", "fingerprint": "", **content}
        else:
            row = self.order_row(lb, body.letsencrypt)
        certificate = self.new(
            lb["zone"], lb_id=lb["id"], name=body.name, status_details=None, **row
        )
        self.store.put("certificate", certificate)
        self.touch("lb", lb)
        if body.letsencrypt:
            self.later(self.issue(certificate, fail))
        return certificate

    def order_row(self, lb: Row, wanted: models.LetsEncrypt) -> Row:
        """Check what the platform checks before it orders (reference, 4.6 and 7)."""
        names = list(dict.fromkeys([wanted.common_name, *wanted.subject_alternative_name]))
        addresses = {ip["ip_address"] for ip in self.of("ip", lb_id=lb["id"])}
        if not any("." in address for address in addresses):
            raise invalid("letsencrypt", "a private load balancer cannot hold such a certificate")
        for name in names:
            if name.startswith("*."):
                raise invalid("dns_name", f"{name}: wildcards are not supported")
            address = self.address_of(name)
            if address in addresses:
                self.authority.set_address(name, address)
            else:
                raise invalid("dns_name", f"{name} does not resolve to your Load Balancer IP")
        for frontend in self.of("frontend", lb_id=lb["id"], inbound_port=80):
            if self.store.get("backend", frontend["backend_id"])["forward_protocol"] == "tcp":
                text = "The port 80 frontend must be associated to an HTTP backend"
                raise Refusal(400, {"message": text})
        return {
            "type": "letsencrypt",
            "status": "pending",
            "fingerprint": "",
            "common_name": names[0],
            "subject_alternative_name": names[1:],
            "not_valid_before": None,
            "not_valid_after": None,
            "pem": None,
        }

    def address_of(self, name: str) -> str | None:
        """What a name resolves to. Below an address's own name, every name resolves to it, as
        the recordings show."""
        own = OWN_NAME.search(name.lower())
        return self.authority.address_of(own.group(1) if own else name)

    async def issue(self, certificate: Row, fail: bool) -> None:
        """Order, and let the certificate become ready, or error with the authority's words."""
        due = self.clock.now() + ISSUED * self.settings.time_scale
        names = [certificate["common_name"], *certificate["subject_alternative_name"]]
        try:
            if fail:
                raise OrderFailed("the order was failed by a fault of the emulator")
            issued = await self.authority.order(certificate["lb_id"], names)
            await asyncio.sleep(max(0, due - self.clock.now()))
            pem = (issued.key_pem + issued.chain_pem).decode()
            certificate |= imported.dates(pem) | {"status": "ready", "pem": pem}
        except OrderFailed as failure:
            certificate |= {"status": "error", "status_details": str(failure)}
        if self.store.get("certificate", certificate["id"]):
            self.touch("certificate", certificate)
            self.push(certificate["lb_id"], quiet=True)

    def update_certificate(self, certificate: Row, body: models.UpdateCertificate) -> Row:
        self.ready_for(certificate)
        certificate["name"] = body.name
        return self.touch("certificate", certificate)

    def delete_certificate(self, certificate: Row) -> None:
        lb = self.ready_for(certificate)
        users = [
            row["name"]
            for row in self.of("frontend", lb_id=lb["id"])
            if certificate["id"] in row["certificate_ids"]
        ]
        if users:
            text = "operation was rejected because the certificate is used on a frontend"
            raise Refusal(400, {"message": text})
        self.store.delete("certificate", certificate["id"])
        self.touch("lb", lb)
        self.push(lb["id"], quiet=True)

    # The data plane

    def push(self, lb_id: str, quiet: bool = False) -> None:
        """Bring the data plane up to date; the instance is pending until it is, unless quiet."""
        if not quiet:
            self.pushing[lb_id] = self.pushing.get(lb_id, 0) + 1
        self.later(self.deliver(lb_id, quiet))

    async def deliver(self, lb_id: str, quiet: bool) -> None:
        try:
            pause = 0 if quiet else PUSHED * self.settings.time_scale
            await asyncio.gather(self.data_plane.apply(self.snapshot()), asyncio.sleep(pause))
        finally:
            if not quiet and self.pushing.get(lb_id):
                self.pushing[lb_id] -= 1

    def snapshot(self) -> Snapshot:
        return [self.picture(lb) for lb in self.store.all("lb") if lb["status"] != "to_delete"]

    def picture(self, lb: Row) -> dict[str, Any]:
        """One load balancer as the data plane needs it."""
        frontends = [
            {
                **row,
                "acls": sorted(self.of("acl", frontend_id=row["id"]), key=by_index),
                "routes": self.of("route", frontend_id=row["id"]),
            }
            for row in self.of("frontend", lb_id=lb["id"])
        ]
        return {
            "id": lb["id"],
            "zone": lb["zone"],
            "type": lb["type"],
            "ssl_compatibility_level": lb["ssl_compatibility_level"],
            "addresses": [ip["ip_address"] for ip in self.of("ip", lb_id=lb["id"])],
            "backends": self.of("backend", lb_id=lb["id"]),
            "frontends": frontends,
            "certificates": {
                row["id"]: row["pem"]
                for row in self.of("certificate", lb_id=lb["id"])
                if row["pem"]
            },
        }


def by_index(acl: Row) -> int:
    return acl["index"]


def own_name(address: str, zone: str) -> str:
    """The name that the platform gives every address (reference, 4.2)."""
    if ":" in address:
        nibbles = ipaddress.ip_address(address).exploded.replace(":", "")[::-1]
        return ".".join(nibbles) + f".lb.{region_of(zone)}.scw.cloud"
    return f"{address.replace('.', '-')}.lb.{region_of(zone)}.scw.cloud"
