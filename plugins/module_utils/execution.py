# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one entry and the one exit of every module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib

from . import api, config
from .resource import Resource
from .session import Session

Work = Callable[[Resource, Session, dict[str, Any]], dict[str, Any]]


def run(resource: Resource) -> None:
    """Run the module that manages one object of a kind."""
    execute(resource, resource.arguments(), manage)


def run_info(resource: Resource) -> None:
    """Run the module that reads objects of a kind."""
    execute(resource, resource.info_arguments(), inform)


def manage(resource: Resource, session: Session, options: dict[str, Any]) -> dict[str, Any]:
    """Bring the object to what the options say."""
    plan, outcome = resource.ensure(session, options)
    return {
        "changed": plan.changed,
        "diff": {"before": plan.before, "after": plan.after} if plan.changed else {},
        **resource.extras(session, options, outcome),
        resource.kind: resource.returned(outcome),
    }


def inform(resource: Resource, session: Session, options: dict[str, Any]) -> dict[str, Any]:
    """Read the objects that the options select."""
    items = resource.select(session, options)
    return {
        "changed": False,
        **resource.extras(session, options, items),
        resource.plural: items,
    }


def execute(resource: Resource, arguments: dict[str, Any], work: Work) -> None:
    """Do the work and leave through one exit, whatever happens.

    Any exception is caught here, because Ansible prints an uncaught one with the secrets in it.
    """
    module = AnsibleModule(argument_spec=arguments, supports_check_mode=True)
    if api.requests is None:
        module.fail_json(msg=missing_required_lib("requests"), exception=api.REQUESTS_ERROR)
    warnings: list[str] = []
    try:
        settings = config.read(module.params)
        # A key from the environment or a profile is unknown to Ansible, which masks what it knows.
        module.no_log_values.add(settings.secret_key)
        session = Session(
            resource.at_home(settings, module.params), module.params, module.check_mode
        )
        warnings = session.warnings
        result = work(resource, session, module.params)
    except config.Problem as problem:
        leave(module, warnings)
        module.fail_json(msg=str(problem))
    except Exception as error:
        leave(module, warnings)
        module.fail_json(
            msg=f"This is a defect of scaleway_community.lb, please report it: "
            f"{type(error).__name__} in {resource.kind}: {error}"
        )
    leave(module, warnings)
    if not module._diff:
        result.pop("diff", None)
    module.exit_json(**result)


def leave(module: AnsibleModule, warnings: list[str]) -> None:
    """Hand over what was warned of."""
    for text in warnings:
        module.warn(text)
