# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
name: servers
short_description: List the servers behind load balancers as hosts
version_added: 0.1.0
description:
  - Every server of every backend becomes a host in the group C(backend_<load balancer>__<backend>),
    which is a child of the group C(lb_<load balancer>). A server of several backends is one host in
    several groups. Characters that are not valid in group names are replaced by underscores.
  - Load balancers with the same name, for example in several zones, share their groups.
  - The name of the inventory file must end in C(scaleway_lb.yml) or C(scaleway_lb.yaml).
author:
  - The scaleway_community.lb authors (!UNKNOWN)
options:
  plugin:
    description: The name of this plugin, which marks the file as meant for it.
    type: str
    required: true
    choices: [scaleway_community.lb.servers]
  zones:
    description:
      - The zones to look in. A region such as V(fr-par) means all of its zones, V(all) means every
        zone.
      - By default, only the zone given by O(zone).
    type: list
    elements: str
    default: []
  load_balancers:
    description:
      - The load balancers to look at, as names or IDs. Each must be in one of the zones.
      - By default, all load balancers of the project.
    type: list
    elements: str
    default: []
  tags:
    description: Only load balancers that have all of these tags.
    type: list
    elements: str
    default: []
  hostname:
    description:
      - A Jinja expression for the name of a host. C(address) is the server's address,
        C(load_balancer) and C(backend) are the API objects through which it was found.
      - By default, a host is named after its address. Set an expression if two servers have the
        same private address, each in a network of its own.
    type: str
extends_documentation_fragment:
  - scaleway_community.lb.account
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
notes:
  - Each host has the variables C(ansible_host) and C(scaleway_lb_address), the server's address;
    C(scaleway_lb_load_balancers) and C(scaleway_lb_backends), the objects that it is behind, with
    the keys that M(scaleway_community.lb.load_balancer_info) and
    M(scaleway_community.lb.backend_info) return; C(scaleway_lb_load_balancer_ids), the IDs with
    their zones, as the modules accept them. C(compose), C(groups) and C(keyed_groups) can use them.
  - O(zones), O(load_balancers), O(tags) and the account options of type string can be templates.
  - Cache entries are kept apart by account, zones and filters. The cache contains no secrets.
seealso:
  - module: scaleway_community.lb.load_balancer_info
  - module: scaleway_community.lb.backend_info
  - plugin: scaleway_community.lb.zones
    plugin_type: lookup
"""

EXAMPLES = r"""
---
# web.scaleway_lb.yml: the configured account and zone
plugin: scaleway_community.lb.servers

---
# everywhere.scaleway_lb.yml: grouped by zone and by tag, too, remembered for ten minutes
plugin: scaleway_community.lb.servers
zones: [all]
tags: [production]
secret_key: "{{ lookup('ansible.builtin.env', 'PRODUCTION_SECRET_KEY') }}"
keyed_groups:
  - key: scaleway_lb_load_balancers | map(attribute='zone')
    prefix: zone
  - key: scaleway_lb_load_balancers | map(attribute='tags') | flatten
    prefix: tag
groups:
  encrypted: 443 in scaleway_lb_backends | map(attribute='forward_port')
compose:
  ansible_user: "'root'"
  weight: scaleway_lb_backends | length
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/scaleway_lb
cache_timeout: 600

---
# networks.scaleway_lb.yml: two networks that use the same private addresses
plugin: scaleway_community.lb.servers
load_balancers: [shop, blog]
hostname: load_balancer.name ~ '-' ~ address
strict: true
"""

import hashlib
import json
from typing import Any

from ansible.errors import AnsibleParserError
from ansible.inventory.group import to_safe_group_name
from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ..module_utils import config, connections
from ..module_utils.ids import bare_id
from ..module_utils.kinds.backend import BACKEND
from ..module_utils.kinds.load_balancer import LOAD_BALANCER
from ..module_utils.masking import masked
from ..module_utils.problem import Problem
from ..module_utils.session import Session

Found = list[dict[str, Any]]
"""Load balancers as the API shows them, each with its `backends`."""


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """The servers behind load balancers, as hosts."""

    NAME = "scaleway_community.lb.servers"

    @staticmethod
    def _sanitize_group_name(name: str) -> str:
        """A valid group name, so that playbooks can use it whatever a load balancer is called."""
        return to_safe_group_name(name, force=True, silent=True)

    def verify_file(self, path: str) -> bool:
        return super().verify_file(path) and path.endswith(("scaleway_lb.yml", "scaleway_lb.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path)
        given = self._read_config_data(path)
        if connections.requests is None:
            raise AnsibleParserError(missing_required_lib("requests"))
        try:
            unknown = sorted(set(given) - set(self._options))
            if unknown:
                raise Problem(
                    f"{', '.join(unknown)}: there is no such option; "
                    f"ansible-doc -t inventory {self.NAME} lists what there is."
                )
            self.populate(self.remembered(path, cache))
        except Problem as problem:
            raise AnsibleParserError(str(problem)) from None

    def option(self, name: str) -> Any:
        """The option's value, with templates evaluated."""
        self.templar.available_variables = self._vars
        return self.templar.template(self.get_option(name))

    # Finding

    def remembered(self, path: str, cache: bool) -> Found:
        """The load balancers, from the cache if it is enabled and has them."""
        settings = self.settings()
        wanted = {name: self.option(name) for name in ("load_balancers", "tags")}
        asked = json.dumps([path, [_place(one) for one in settings], wanted])
        key = f"{self.get_cache_key(path)}_{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
        self.load_cache_plugin()
        caching = self.get_option("cache")
        if caching and cache:
            try:
                return self._cache[key]
            except KeyError:
                pass  # not cached, or expired
        found = self.look_up(settings, **wanted)
        if caching:
            self._cache[key] = found
        return found

    def settings(self) -> list[config.Config]:
        """The configuration for each of the zones to look in."""
        options = {name: self.option(name) for name in config.ARGUMENTS}
        zones = config.zones(self.option("zones"))
        return [config.read({**options, "zone": zone}) for zone in zones or [options["zone"]]]

    def look_up(
        self, settings: list[config.Config], load_balancers: list[str], tags: list[str]
    ) -> Found:
        """Read the requested load balancers and their backends."""
        found: Found = []
        asked = {word: bare_id(word) or word for word in load_balancers}
        for one in settings:
            session = Session(one, {}, check_mode=True)
            try:
                for load_balancer in LOAD_BALANCER.select(session, {"tags": tags or None}):
                    known_by = {load_balancer["id"], load_balancer["name"]}
                    if asked and not known_by & set(asked.values()):
                        continue
                    backends = BACKEND.list(session, {"load_balancer": load_balancer["id"]})
                    found.append({**load_balancer, "backends": backends})
            except Problem as problem:
                told = masked({"msg": f"In zone {one.zone}: {problem}"}, one.secrets)
                raise Problem(told["msg"]) from None
        there = {load_balancer[key] for load_balancer in found for key in ("id", "name")}
        missing = [word for word, plain in asked.items() if plain not in there]
        if missing:
            zones = ", ".join(one.zone for one in settings)
            carrying = f" that carries the tags {', '.join(tags)}" if tags else ""
            raise Problem(
                f"load_balancers: there is no load balancer {', '.join(missing)} in {zones}"
                f"{carrying}."
            )
        return found

    # Hosts and groups

    def populate(self, found: Found) -> None:
        """Add the groups, their hosts, and the hosts' variables."""
        hosts: dict[str, dict[str, Any]] = {}
        for whole in found:
            load_balancer = {key: value for key, value in whole.items() if key != "backends"}
            outer = self.group("lb", load_balancer["name"])
            for backend in whole["backends"]:
                inner = self.group("backend", f"{load_balancer['name']}__{backend['name']}")
                self.inventory.add_child(outer, inner)
                for address in backend["pool"]:
                    name = self.name(address, load_balancer, backend)
                    self.inventory.add_host(name, group=inner)
                    facts = hosts.setdefault(
                        name, {"address": address, "load_balancers": [], "backends": []}
                    )
                    if facts["address"] != address:
                        raise Problem(
                            f"hostname: {facts['address']} and {address} are both named {name!r}. "
                            "Let the expression use address."
                        )
                    if load_balancer not in facts["load_balancers"]:
                        facts["load_balancers"].append(load_balancer)
                    facts["backends"].append(backend)
        for name, facts in hosts.items():
            self.describe(name, facts)

    def group(self, kind: str, name: str) -> str:
        return self.inventory.add_group(self._sanitize_group_name(f"{kind}_{name}"))

    def name(self, address: str, load_balancer: dict[str, Any], backend: dict[str, Any]) -> str:
        """The server's name in the inventory."""
        expression = self.get_option("hostname")
        if not expression:
            return address
        seen = {"address": address, "load_balancer": load_balancer, "backend": backend}
        try:
            name = self._compose(expression, wrap_var(seen))
        except Exception as error:
            raise Problem(f"hostname: {expression!r} cannot be evaluated: {error}") from None
        if not isinstance(name, str) or not name:
            raise Problem(f"hostname: {expression!r} gives {name!r}, which is no name.")
        return str(name)

    def describe(self, name: str, facts: dict[str, Any]) -> None:
        """Set the host's variables, and what the user derives from them: variables and groups."""
        # Whoever can name a load balancer must not be able to make Ansible evaluate the name.
        variables = wrap_var(
            {
                "ansible_host": facts["address"],
                **{f"scaleway_lb_{key}": value for key, value in facts.items()},
                "scaleway_lb_load_balancer_ids": [
                    f"{one['zone']}/{one['id']}" for one in facts["load_balancers"]
                ],
            }
        )
        for key, value in variables.items():
            self.inventory.set_variable(name, key, value)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, name, strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict)


def _place(settings: config.Config) -> list[str | None]:
    """What distinguishes one account's part of the cloud from another's, without secrets."""
    return [settings.api_url, settings.organization_id, settings.project_id, settings.zone]
