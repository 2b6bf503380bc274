# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run modules inside the controller's worker, which saves a fork, a zip file and a new Python."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible import constants
from ansible.module_utils.common.json import AnsibleJSONEncoder
from ansible.plugins.action import ActionBase

from ..module_utils import exchange
from ..module_utils.execution import Job, run_in_controller
from .plugin import HAS_REQUESTS, SWITCH

CAN_LEAVE_OUT_INVOCATION = bool(constants.config.get_configuration_definition("INJECT_INVOCATION"))


class InController(ActionBase):
    """Runs the task's module here, or as an ordinary one if the result could differ."""

    _supports_async = True
    job: Job
    """What the module does."""

    def run(
        self, tmp: str | None = None, task_vars: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        task_vars = task_vars or {}
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        if self.must_step_aside(task_vars, environment):
            return self.run_as_usual(task_vars)
        exchange.sender.open()
        result = super().run(task_vars=task_vars)
        with laid_over(environment):
            return result | run_in_controller(
                self.job,
                self._task.action,
                plain(self._task.args),
                check_mode=self._task.check_mode,
                diff=self._task.diff,
                invocation=shows_invocation(task_vars),
            )

    def must_step_aside(self, task_vars: Mapping[str, Any], environment: Mapping[str, Any]) -> bool:
        """True if the module must run in another way, as another user or on another host."""
        return bool(
            self._task.async_val
            or self._connection.transport != "local"
            or self._connection.become
            or str(environment.get(SWITCH, os.environ.get(SWITCH))) == "0"
            or not HAS_REQUESTS
            or self.names_other_interpreter(task_vars)
        )

    def names_other_interpreter(self, task_vars: Mapping[str, Any]) -> bool:
        """True if the host's variables name a Python other than the controller's."""
        if self._task.delegate_to:
            task_vars = task_vars["ansible_delegated_vars"][self._task.delegate_to]
        named = task_vars.get("ansible_python_interpreter")
        if not named or named == sys.executable:
            return False
        named = self._templar.template(named)
        return not named.startswith("auto") and not is_this_python(named)

    def run_as_usual(self, task_vars: dict[str, Any]) -> dict[str, Any]:
        """Hand over to the plugin that runs modules without an action plugin."""
        usual = self._shared_loader_obj.action_loader.get(
            "ansible.legacy.normal",
            task=self._task,
            connection=self._connection,
            play_context=self._play_context,
            loader=self._loader,
            templar=self._templar,
            shared_loader_obj=self._shared_loader_obj,
        )
        return usual.run(task_vars=task_vars)


def plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A task's arguments as plain data.

    ansible-core 2.18 passes vaulted values still encrypted, later versions pass tagged text.
    """
    try:
        return json.loads(json.dumps(arguments))
    except TypeError:  # a type that only Ansible's encoder knows
        return json.loads(json.dumps(arguments, cls=AnsibleJSONEncoder, vault_to_text=True))


def is_this_python(named: str) -> bool:
    """True if the path or command names the Python that runs this.

    The folder is compared, too: the Python of a virtual environment is a link to the one it was
    made from, but not the same.
    """
    path, this = Path(shutil.which(named) or named), Path(sys.executable)
    return path.exists() and path.samefile(this) and path.parent.resolve() == this.parent.resolve()


def shows_invocation(task_vars: Mapping[str, Any]) -> bool:
    """Whether results include the module's arguments; a setting since ansible-core 2.21."""
    if not CAN_LEAVE_OUT_INVOCATION:
        return True
    return constants.config.get_config_value("INJECT_INVOCATION", variables=task_vars)


@contextmanager
def laid_over(environment: Mapping[str, Any]) -> Iterator[None]:
    """Apply the task's environment to this process: a worker is a fork, so nothing else sees it."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update({name: str(value) for name, value in environment.items()})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
