"""ACLs."""

from __future__ import annotations

from typing import Any

from .. import models
from ..surface import Asked, operation, page


@operation("GET", "/frontends/{frontend_id}/acls")
def list_acls(asked: Asked) -> Any:
    rows = asked.world.of("acl", frontend_id=asked.need("frontend")["id"])
    return page(asked, "acls", rows, asked.answers.acl)


@operation("POST", "/frontends/{frontend_id}/acls", models.ACL)
def create_acl(asked: Asked) -> Any:
    return asked.answers.acl(asked.world.create_acl(asked.need("frontend"), asked.body), fresh=True)


@operation("PUT", "/frontends/{frontend_id}/acls", models.SetACLs, zoned_only=True)
def set_acls(asked: Asked) -> Any:
    asked.world.set_acls(asked.need("frontend"), asked.body)
    return list_acls(asked)


@operation("GET", "/acls/{acl_id}")
def get_acl(asked: Asked) -> Any:
    return asked.answers.acl(asked.need("acl"))


@operation("PUT", "/acls/{acl_id}", models.ACL)
def update_acl(asked: Asked) -> Any:
    return asked.answers.acl(asked.world.update_acl(asked.need("acl"), asked.body), True, True)


@operation("DELETE", "/acls/{acl_id}")
def delete_acl(asked: Asked) -> Any:
    asked.world.delete_acl(asked.need("acl"))
