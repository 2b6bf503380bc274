"""Certificates."""

from __future__ import annotations

from typing import Any

from .. import models
from ..surface import Asked, operation, page


@operation("GET", "/lbs/{lb_id}/certificates")
def list_certificates(asked: Asked) -> Any:
    rows = asked.world.of("certificate", lb_id=asked.need("lb")["id"])
    return page(asked, "certificates", rows, asked.answers.certificate)


@operation("POST", "/lbs/{lb_id}/certificates", models.CreateCertificate)
def create_certificate(asked: Asked) -> Any:
    fail = asked.fault is not None and asked.fault.kind in ("acme", "error")
    row = asked.world.create_certificate(asked.need("lb"), asked.body, fail)
    return asked.answers.certificate(row, True, True)


@operation("GET", "/certificates/{certificate_id}")
def get_certificate(asked: Asked) -> Any:
    return asked.answers.certificate(asked.need("certificate"))


@operation("PUT", "/certificates/{certificate_id}", models.UpdateCertificate)
def update_certificate(asked: Asked) -> Any:
    row = asked.world.update_certificate(asked.need("certificate"), asked.body)
    return asked.answers.certificate(row, fresh=True)


@operation("DELETE", "/certificates/{certificate_id}")
def delete_certificate(asked: Asked) -> Any:
    asked.world.delete_certificate(asked.need("certificate"))
