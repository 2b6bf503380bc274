"""Certificates: imported, or ordered from Let's Encrypt."""

from __future__ import annotations

from typing import Any

from .. import imported, models
from ..errors import invalid, plain, quota
from ..store import Row
from ..surface import PAGES, Asked, operation, page

MOST = 200


@operation(
    *("GET", "/lbs/{lb_id}/certificates"),
    query=(*PAGES, "order_by", "name"),
    answer=("certificates", "Certificate"),
)
def list_certificates(asked: Asked) -> Any:
    rows = asked.world.store.of("certificate", lb_id=asked.need("lb")["id"])
    return page(asked, rows, asked.answers.certificate)


@operation(
    *("POST", "/lbs/{lb_id}/certificates", models.CreateCertificate),
    answer="Certificate",
    moves=True,
)
def create_certificate(asked: Asked) -> Any:
    world, body = asked.world, asked.body
    lb = world.ready(asked.need("lb"))
    if (body.letsencrypt is None) == (body.custom_certificate is None):
        raise invalid("letsencrypt", "give one of letsencrypt, custom_certificate", "required")
    if world.store.count("certificate", lb_id=lb["id"]) >= MOST:
        raise quota("lb_certificates", MOST)
    content = read(body.custom_certificate) if body.custom_certificate else ordered(asked, lb)
    fate = asked.fate("stuck", "error", "acme") if body.letsencrypt else None
    row = world.add(
        *("certificate", asked.zone),
        lb_id=lb["id"],
        name=body.name,
        status_details=None,
        stuck=fate == "stuck",
        moves=[],
        **content,
    )
    if body.letsencrypt:
        world.touch("lb", lb)  # unlike all else that is made on it (reference, 5)
        if fate != "stuck":
            asked.orders.begin(row, fails=fate is not None)
    return asked.answers.certificate(row, instances=True)


def read(given: models.Imported) -> Row:
    try:
        content = imported.read(given.certificate_chain)
    except ValueError as error:
        raise invalid("certificate_chain", str(error)) from None
    return {"type": "custom", "status": "ready", **content}


def ordered(asked: Asked, lb: Row) -> Row:
    """What the platform checks before it orders: the names as a client has seen it, the rest as
    documented (reference, 4.6 and 7)."""
    world, wanted = asked.world, asked.body.letsencrypt
    names = list(dict.fromkeys([wanted.common_name, *wanted.subject_alternative_name]))
    addresses = [ip["ip_address"] for ip in world.store.of("ip", lb_id=lb["id"])]
    if not any("." in address for address in addresses):
        raise invalid("letsencrypt", "a private load balancer cannot hold such a certificate")
    for name in names:
        if name.startswith("*."):
            raise invalid("dns_name", f"{name}: wildcards are not supported")
        if world.address_of(name) not in addresses:
            raise invalid("dns_name", f"{name} does not resolve to your Load Balancer IP")
    for frontend in world.store.of("frontend", lb_id=lb["id"], inbound_port=80):
        if world.store.get("backend", frontend["backend_id"])["forward_protocol"] == "tcp":
            raise plain(400, "The port 80 frontend must be associated to an HTTP backend")
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


@operation("GET", "/certificates/{certificate_id}", answer="Certificate")
def get_certificate(asked: Asked) -> Any:
    return asked.answers.certificate(asked.need("certificate"))


@operation("PUT", "/certificates/{certificate_id}", models.UpdateCertificate, answer="Certificate")
def update_certificate(asked: Asked) -> Any:
    row = asked.need("certificate")
    asked.world.ready_for(row)
    return asked.answers.certificate(asked.world.touch("certificate", row, name=asked.body.name))


@operation("DELETE", "/certificates/{certificate_id}")
def delete_certificate(asked: Asked) -> Any:
    world, row = asked.world, asked.need("certificate")
    lb = world.ready_for(row)
    frontends = world.store.of("frontend", lb_id=lb["id"])
    if any(row["id"] in frontend["certificate_ids"] for frontend in frontends):
        raise plain(400, "operation was rejected because the certificate is used on a frontend")
    world.store.delete("certificate", row["id"])
    world.touch("lb", lb)
    world.push(lb["id"], quiet=True)
