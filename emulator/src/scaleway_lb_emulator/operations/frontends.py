"""Frontends."""

from __future__ import annotations

from typing import Any

from .. import models
from ..surface import Asked, operation, page


@operation("GET", "/lbs/{lb_id}/frontends")
def list_frontends(asked: Asked) -> Any:
    rows = asked.world.of("frontend", lb_id=asked.need("lb")["id"])
    return page(asked, "frontends", rows, lambda row: asked.answers.frontend(row, True, True))


@operation("POST", "/lbs/{lb_id}/frontends", models.UpdateFrontend)
def create_frontend(asked: Asked) -> Any:
    row = asked.world.create_frontend(asked.need("lb"), asked.body)
    return asked.answers.frontend(row, True, certificate=True)


@operation("GET", "/frontends/{frontend_id}")
def get_frontend(asked: Asked) -> Any:
    return asked.answers.frontend(asked.need("frontend"))


@operation("PUT", "/frontends/{frontend_id}", models.UpdateFrontend)
def update_frontend(asked: Asked) -> Any:
    row = asked.world.update_frontend(asked.need("frontend"), asked.body)
    return asked.answers.frontend(row, True, certificate=True, fresh=True)


@operation("DELETE", "/frontends/{frontend_id}")
def delete_frontend(asked: Asked) -> Any:
    asked.world.delete_frontend(asked.need("frontend"))
