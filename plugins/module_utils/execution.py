# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common entry and exit of all modules, run as ordinary ones or inside the controller."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.errors import UnsupportedError

from . import config, masking
from .problem import Problem
from .resource import Resource
from .session import Session
from .shape import itemized, misshapen

Work = Callable[[Resource, Session, dict[str, Any]], dict[str, Any]]


def run(resource: Resource) -> None:
    """Run the module that manages one object of a kind."""
    execute(resource, resource.arguments(), manage)


def run_info(resource: Resource) -> None:
    """Run the module that reads objects of a kind."""
    execute(resource, resource.info_arguments(), inform)


def manage(resource: Resource, session: Session, options: dict[str, Any]) -> dict[str, Any]:
    """Bring the object to the state that the options describe."""
    plan, outcome = resource.ensure(session, options)
    return {
        "changed": plan.changed,
        "diff": plan.diff if plan.changed else {},
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


@dataclass
class Outcome:
    """The outcome of a job, before secrets are masked."""

    result: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    """What Ansible does not know to mask: a key from the environment or a profile, say."""


@dataclass
class Job:
    """What a module does: its kind of object, its options, and the work itself."""

    resource: Resource
    arguments: dict[str, Any]
    work: Work

    def __post_init__(self) -> None:
        self.validator = ArgumentSpecValidator(self.arguments)

    def do(self, options: dict[str, Any], check_mode: bool, diff: bool) -> Outcome:
        """Do the work with validated options.

        Catches every exception, because Ansible prints uncaught ones with the secrets in them.
        """
        outcome = Outcome()
        try:
            settings = config.read(options)
            outcome.secrets |= settings.secrets
            settings = self.resource.in_zone_of_ids(settings, options)
            session = Session(settings, options, check_mode, diff)
            outcome.warnings = session.warnings
            outcome.result = self.work(self.resource, session, options)
        except Problem as problem:
            outcome.result = {"failed": True, "msg": str(problem), **problem.details}
        except Exception as error:
            outcome.result = {
                "failed": True,
                "msg": f"This is a defect of scaleway_community.lb, please report it: "
                f"{type(error).__name__} in {self.resource.kind}: {error}",
            }
        if not diff:
            outcome.result.pop("diff", None)
        return outcome


def execute(resource: Resource, arguments: dict[str, Any], work: Work) -> None:
    """Hand the work to the current runner: `as_module`, unless run inside the controller."""
    RUNNER.get()(Job(resource, arguments, work))


class Module(AnsibleModule):
    """Turns text into lists and checks nested options before AnsibleModule does."""

    def _set_internal_properties(self, *arguments: Any, **more: Any) -> None:
        """Called by AnsibleModule right after it has read the parameters."""
        super()._set_internal_properties(*arguments, **more)
        self.no_log_values |= masking.secrets(self.params)
        self.params = itemized(self.argument_spec, self.params)
        wrong = misshapen(self.argument_spec, self.params)
        if wrong:
            # It is not yet known which options are secret, so show none.
            self.fail_json(msg=wrong, invocation={})


def as_module(job: Job) -> None:
    """Do a job as an ordinary Ansible module: options from standard input, result printed."""
    from . import connections  # inside the controller that is another process's business

    module = Module(argument_spec=job.arguments, supports_check_mode=True)
    if connections.requests is None:
        module.fail_json(msg=missing_required_lib("requests"), exception=connections.REQUESTS_ERROR)
    outcome = job.do(module.params, module.check_mode, module._diff)
    module.no_log_values |= outcome.secrets
    # ansible-core 2.19 and later do not mask secrets in warnings.
    for text in remove_values(outcome.warnings, module.no_log_values):
        module.warn(text)
    leave = module.fail_json if outcome.result.get("failed") else module.exit_json
    leave(**outcome.result)


RUNNER: ContextVar[Callable[[Job], None]] = ContextVar("taken_by", default=as_module)
"""Runs the job that a module's main() hands over."""


def run_in_controller(
    job: Job,
    action: str,
    arguments: dict[str, Any],
    *,
    check_mode: bool,
    diff: bool,
    invocation: bool = False,
) -> dict[str, Any]:
    """Run a module in this process and return the result that Ansible would read from its output.

    `job` is what the module does, `action` its name as written in the task, `arguments` are plain
    data. With `invocation`, the result includes the module's arguments.
    """
    keys = masking.secrets(arguments)
    arguments = itemized(job.arguments, arguments)
    wrong = misshapen(job.arguments, arguments)
    if wrong:
        return {"failed": True, "msg": wrong}
    valid = job.validator.validate(arguments)
    options, outcome = valid.validated_parameters, Outcome()
    if valid.error_messages:
        outcome.result = {"failed": True, "msg": refusal(valid, action)}
    else:
        outcome = job.do(options, check_mode, diff)
    result = dict(outcome.result)
    if invocation:
        result["invocation"] = {"module_args": options}
    texts = [
        f"Both option {both['option']} and its alias {both['alias']} are set."
        for both in valid._warnings
    ]
    if texts or outcome.warnings:
        result["warnings"] = texts + outcome.warnings
    if valid._deprecations:
        result["deprecations"] = valid._deprecations
    return masking.masked(result, valid._no_log_values | outcome.secrets | keys)


def job_of(main: Callable[[], None]) -> Job:
    """The job that a module's main() hands over."""
    jobs: list[Job] = []
    token = RUNNER.set(jobs.append)
    try:
        main()
    finally:
        RUNNER.reset(token)
    return jobs[0]


def refusal(valid: Any, action: str) -> str:
    """Why the options are invalid, worded as AnsibleModule words it."""
    text = valid.errors.msg
    if isinstance(valid.errors[0], UnsupportedError):
        return f"Unsupported parameters for ({action}) module: {text}"
    return text
