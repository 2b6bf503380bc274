"""Load balancers."""

from __future__ import annotations

from typing import Any

from .. import models
from ..surface import Asked, operation, page


@operation("GET", "/lbs")
def list_lbs(asked: Asked) -> Any:
    rows = [row for row in asked.world.of("lb", zone=asked.zone) if asked.world.settle(row)]
    if asked.query.getlist("lb_ids"):
        rows = [row for row in rows if row["id"] in asked.query.getlist("lb_ids")]
    return page(asked, "lbs", rows, asked.answers.lb)


@operation("POST", "/lbs", models.CreateLB)
def create_lb(asked: Asked) -> Any:
    lb = asked.world.create_lb(asked.zone, asked.body)
    if asked.fault:
        asked.world.doom(lb, asked.fault.kind)
    return asked.answers.lb(lb, fresh=True)


@operation("GET", "/lbs/{lb_id}")
def get_lb(asked: Asked) -> Any:
    return asked.answers.lb(asked.need("lb"))


@operation("PUT", "/lbs/{lb_id}", models.UpdateLB)
def update_lb(asked: Asked) -> Any:
    return asked.answers.lb(asked.world.update_lb(asked.need("lb"), asked.body), fresh=True)


@operation("DELETE", "/lbs/{lb_id}")
def delete_lb(asked: Asked) -> Any:
    release = asked.query.get("release_ip")
    if release is None and isinstance(asked.body, dict):
        release = asked.body.get("release_ip")  # the vendor's quick start sends it so
    asked.world.delete_lb(asked.need("lb"), str(release).lower() == "true")


@operation("POST", "/lbs/{lb_id}/migrate", models.MigrateLB)
def migrate_lb(asked: Asked) -> Any:
    return asked.answers.lb(asked.world.migrate_lb(asked.need("lb"), asked.body), fresh=True)
