# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find the zone of an object by its ID, as the regional API had it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ..api import Api, ApiError
from ..config import ZONES, zones
from ..fields.field import Field
from ..ids import bare_id, locality
from ..problem import Problem, refuse
from ..resource import Resource
from ..session import Session
from .acl import ACL
from .backend import BACKEND
from .certificate import CERTIFICATE
from .frontend import FRONTEND
from .ip import IP
from .load_balancer import LOAD_BALANCER
from .route import ROUTE
from .subscriber import SUBSCRIBER

ON_ACCOUNT = (LOAD_BALANCER, IP, ROUTE, SUBSCRIBER)
ON_LOAD_BALANCER = (BACKEND, FRONTEND, CERTIFICATE)
REGIONS = sorted({zone.rpartition("-")[0] for zone in ZONES})
KINDS_SOUGHT = (*ON_ACCOUNT, *ON_LOAD_BALANCER, ACL)


class Zone(Resource):
    """The search for objects' zones: a regional ID does not show it, so all zones are searched."""

    def problems(self, options: dict[str, Any]) -> Iterator[str]:
        yield from super().problems(options)
        for one in options.get("ids") or []:
            if bare_id(one) is None:
                yield f"ids: {one!r} is not an ID. It is a UUID, alone or after its region."
        if options.get("region") and options["region"] not in REGIONS:
            yield f"region: {options['region']!r} is not a region. Known are {', '.join(REGIONS)}."

    def select(self, session: Session, options: dict[str, Any]) -> list[dict[str, Any]]:
        """The objects found in one of the zones, in the order of the given IDs."""
        refuse(self.problems(options))
        region = options.get("region") or session.config.zone.rpartition("-")[0]
        sought = {
            bare_id(one): (locality(one) or region, KINDS_SOUGHT) for one in options["ids"] or []
        }
        if not sought:
            sought = {one: (region, (kind,)) for one, kind in regional(session, region).items()}
        sessions = {
            zone: Session(replace(session.config, zone=zone), {}, check_mode=True)
            for place, _kinds in sought.values()
            for zone in zones([place])
        }
        found = (
            whereabouts(one, kinds, [sessions[zone] for zone in zones([place])])
            for one, (place, kinds) in sought.items()
        )
        return [item for item in found if item]

    def extras(self, session: Session, options: dict[str, Any], outcome: Any) -> dict[str, Any]:
        """The given IDs that were not found in any of the zones."""
        there = {item["id"] for item in outcome}
        return {"missing": [one for one in options["ids"] or [] if bare_id(one) not in there]}


def whereabouts(
    object_id: str, kinds: tuple[Resource, ...], sessions: list[Session]
) -> dict[str, Any] | None:
    """The object's kind and zone, trying every kind in every zone; None if it is not found."""
    for session in sessions:
        for kind in kinds:
            item = kind.read(session, object_id)
            if item:
                return {
                    "id": object_id,
                    "zoned_id": f"{session.config.zone}/{object_id}",
                    "zone": session.config.zone,
                    "kind": kind.kind,
                    "name": item.get("name") or item.get("ip_address"),
                }
    return None


def regional(session: Session, region: str) -> dict[str, Resource]:
    """The kinds, by ID, of all objects that the deprecated regional API lists."""
    beside = Session(session.config, {}, check_mode=True)
    beside.api = Api(session.config, read_only=True, region=region)
    try:
        return {item["id"]: kind for kind, item in listed(beside)}
    except ApiError as error:
        if error.status not in (404, 410, 501):
            raise
        raise Problem(
            f"The API no longer lists what is in a region. Give the ids that you know. {error}"
        ) from error


def listed(session: Session) -> Iterator[tuple[Resource, dict[str, Any]]]:
    """All objects that the API lists, each with its kind."""
    for kind in ON_ACCOUNT:
        for item in kind.list(session, {}):
            yield kind, item
            if kind is LOAD_BALANCER:
                for inner in ON_LOAD_BALANCER:
                    for part in inner.list(session, {"load_balancer": item["id"]}):
                        yield inner, part
                        if inner is FRONTEND:
                            for acl in ACL.list(session, {"frontend": part["id"]}):
                                yield ACL, acl


ZONE = Zone(
    "zone",
    plural="objects",
    collection="",
    filters=("ids", "region"),
    fields={"ids": Field("list", default=[]), "region": Field()},
)
