# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Export of a load balancer as a declaration that, when applied, changes nothing."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from ..certificates.answers import NEXT, is_imported
from ..kinds.acls import ACLS
from ..kinds.certificate import CERTIFICATE
from ..kinds.frontend import FRONTEND
from ..kinds.ip import IP
from ..kinds.load_balancer import LOAD_BALANCER
from ..kinds.route import ROUTE
from ..kinds.subscriber import SUBSCRIBER
from ..resource import Resource
from .declaration import ABOVE, SECTIONS
from .survey import Objects, Snapshot


class Export:
    """The declaration of what was found, with unique names in place of IDs."""

    def __init__(self, there: Snapshot, secrets_as_variables: bool) -> None:
        self.there, self.secrets_as_variables = there, secrets_as_variables
        self.names = {
            item["id"]: item["name"]
            for kind in SECTIONS.values()
            for item in self.objects(kind)
            if item.get("name") and self.is_only(kind, item)
        }
        imported = [item for item in self.objects(CERTIFICATE) if is_imported(item)]
        self.variables = Counter(variable(item["name"]) for item in imported)

    def objects(self, kind: Resource) -> Objects:
        """The objects of a kind, without failed certificates and replacements that were begun."""
        if kind is IP:
            return self.there.of(kind)
        items = sorted(self.there.of(kind), key=kind.called)
        if kind is not CERTIFICATE:
            return items
        begun = {item["name"] + NEXT for item in items}
        return [one for one in items if one["status"] != "error" and one["name"] not in begun]

    def is_only(self, kind: Resource, item: dict[str, Any]) -> bool:
        """True if what identifies the object identifies no other object in its place."""
        words = kind.exported(item, {})
        meant = [
            one["id"]
            for one in self.there.of(kind)
            if kind.matches(words, one) and one.get("frontend_id") == item.get("frontend_id")
        ]
        return meant == [item["id"]]

    def exported(self, kind: Resource, item: dict[str, Any]) -> dict[str, Any]:
        """One object as its options."""
        exported = kind.exported(item, self.names)
        exported = {name: value for name, value in exported.items() if name not in ABOVE}
        if item.get("id") and not self.is_only(kind, item):
            exported = {"id": item["id"], **exported}
        if kind is CERTIFICATE and is_imported(item) and self.secrets_as_variables:
            exported["custom_certificate"] = {"bundle": self.variable(item)}
        if kind is FRONTEND:
            exported |= self.within(item)
        return exported

    def variable(self, certificate: dict[str, Any]) -> str:
        """A template with the variable that stands for an imported certificate's content."""
        word = variable(certificate["name"])
        if self.variables[word] > 1:
            word = variable(certificate["name"], certificate["id"])
        return f"{{{{ {word} | default(omit) }}}}"

    def within(self, frontend: dict[str, Any]) -> dict[str, Any]:
        """The ACLs and routes of a frontend."""
        rules = {"acls": self.there.acls.get(frontend["id"])}
        routes = [
            self.exported(ROUTE, route)
            for route in self.objects(ROUTE)
            if route["frontend_id"] == frontend["id"]
        ]
        within = {"acls": ACLS.fields["acls"].exported(rules, self.names), "routes": routes}
        return {name: value for name, value in within.items() if value}

    def declaration(self) -> dict[str, Any]:
        """All sections that are not empty."""
        found = self.there.load_balancer
        balancer = LOAD_BALANCER.exported(found, {})
        for section in ("ips", "subscriber"):
            balancer.pop(section, None)
        declaration: dict[str, Any] = {"load_balancer": balancer}
        for section, kind in SECTIONS.items():
            declaration[section] = [self.exported(kind, item) for item in self.objects(kind)]
        if found["subscriber"]:
            declaration["subscriber"] = self.exported(SUBSCRIBER, found["subscriber"])
        return {section: value for section, value in declaration.items() if value}


def variable(*names: str) -> str:
    """The name of a bundle's variable, valid in Ansible: in ASCII, without a leading digit."""
    word = re.sub(r"[^A-Za-z0-9]", "_", "_".join(names))
    return f"{'_' if word[0].isdigit() else ''}{word}_bundle"
