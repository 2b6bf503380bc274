# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sections of a stack, told by the documentation of the modules whose options they take."""

from __future__ import annotations

import importlib
import re
from typing import Any

import yaml

from ..module_utils.stack.declaration import ABOVE

# Section -> (module, what to say of it). Sections take the options of the module.
SECTIONS = {
    "load_balancer": (
        "load_balancer",
        "The load balancer, with the options of M(scaleway_community.lb.load_balancer). It is "
        "looked up by its C(name) or C(id), and created if it does not exist.",
    ),
    "ips": (
        "ip",
        "The flexible IP addresses of the load balancer, with the options of "
        "M(scaleway_community.lb.ip). They are reserved if they do not exist, and attached. An "
        "address that is not listed is neither detached nor released.",
    ),
    "private_networks": (
        "private_network",
        "The private networks, with the options of M(scaleway_community.lb.private_network).",
    ),
    "certificates": (
        "certificate",
        "The certificates, with the options of M(scaleway_community.lb.certificate). One that "
        "differs is replaced in place. One with only its C(name) must exist and stays as it is.",
    ),
    "backends": ("backend", "The backends, with the options of M(scaleway_community.lb.backend)."),
    "frontends": (
        "frontend",
        "The frontends, with the options of M(scaleway_community.lb.frontend), each with its ACLs "
        "and routes.",
    ),
    "subscriber": (
        "subscriber",
        "The subscriber to notify about events on the servers, with the options of "
        "M(scaleway_community.lb.subscriber). It may be shared with other load balancers, and is "
        "kept when this one is deleted. V({}) with O(prune=true) unsubscribes the load balancer.",
    ),
}
WITHIN_FRONTENDS = {
    "acls": (
        "acls",
        "The ACLs of the frontend, as in M(scaleway_community.lb.acls), in the order of "
        "evaluation. Without O(prune), ACLs with other names are kept and evaluated last.",
    ),
    "routes": (
        "route",
        "The routes of the frontend, with the options of M(scaleway_community.lb.route).",
    ),
}
SINGLE = ("load_balancer", "subscriber")


def options_of(module: str) -> dict[str, Any]:
    """The options that a module documents itself, less what the place in a stack says."""
    source = importlib.import_module(f"..modules.{module}", __package__)
    options = yaml.safe_load(source.DOCUMENTATION)["options"]
    return {name: option for name, option in options.items() if name not in ABOVE}


def moved(value: Any, names: set[str], where: str) -> Any:
    """The texts with the options they mention at the place where these are here."""
    if isinstance(value, dict):
        return {key: moved(inner, names, where) for key, inner in value.items()}
    if isinstance(value, list):
        return [moved(inner, names, where) for inner in value]
    if not isinstance(value, str):
        return value

    def mention(match: re.Match) -> str:
        return f"O({where if match.group(1) in names else ''}{match.group(1)}"

    # The module's return values are below the section here.
    return re.sub(r"O\((\w+)", mention, value).replace("RV(", "C(")


def section(module: str, text: str, where: str, several: bool) -> dict[str, Any]:
    """A section, as a list of objects or as one, whose options are at the path `where`."""
    options = options_of(module)
    kind = {"type": "list", "elements": "dict"} if several else {"type": "dict"}
    return {"description": [text], **kind, "suboptions": moved(options, {*options}, where)}


def sections() -> dict[str, Any]:
    """All sections as Ansible documents options."""
    found = {}
    for name, (module, text) in SECTIONS.items():
        several = name not in SINGLE
        found[name] = section(module, text, f"{name}[]." if several else f"{name}.", several)
    found["load_balancer"]["required"] = True
    within = {
        name: section(module, text, f"frontends[].{'routes[].' if name == 'routes' else ''}", True)
        for name, (module, text) in WITHIN_FRONTENDS.items()
    }
    # The module acls takes the list itself as one of its options.
    listed = within["acls"]["suboptions"]["acls"]
    within["acls"] = {**listed, "description": within["acls"]["description"]}
    found["frontends"]["suboptions"] |= within
    return found


class ModuleDocFragment:
    """The sections of a declaration."""

    DOCUMENTATION: str = yaml.safe_dump({"options": sections()}, sort_keys=False)
