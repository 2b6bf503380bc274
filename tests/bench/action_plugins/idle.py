"""A task that does nothing but wait."""

import time

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        time.sleep(self._task.args["seconds"])
        return super().run(task_vars=task_vars)
