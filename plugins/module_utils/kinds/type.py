# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of load balancers that are on offer."""

from __future__ import annotations

from typing import Any

from ..resource import Resource
from ..session import Session
from .load_balancer import Type


class Types(Resource):
    """All of them are listed: the API has no filter."""

    def list(self, session: Session, place: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
        return super().list(session, place)


TYPE = Types("type", collection="lb-types", list_key="lb_types", fields={"name": Type()})
