"""The two ways in which a module runs: inside the controller, and as an ordinary module."""

import atexit
import functools
import importlib
import json
import os
import re
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from cloud import ROOT

NAME = "scaleway_community.lb"
PLUGINS = f"ansible_collections.{NAME}.plugins"


def in_controller(name, options, *, check=False, environment):
    """Run a module as its action plugin does; return its result."""
    execution = importlib.import_module(f"{PLUGINS}.module_utils.execution")
    main = importlib.import_module(f"{PLUGINS}.modules.{name}").main
    options = json.loads(json.dumps(options))
    with surrounded_by(environment):
        return execution.run_in_controller(
            execution.job_of(main), f"{NAME}.{name}", options, check_mode=check, diff=True
        )


@functools.cache
def host():
    """The host on which modules run, for as long as the tests do."""
    command = [sys.executable, Path(__file__).with_name("host.py"), ROOT / ".venv" / "collections"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.kill)
    return process


def as_module(name, options, *, check=False, environment):
    """Run a module as Ansible does on a host, in a process of its own; return its result."""
    internal = {"check_mode": check, "diff": True, "module_name": f"{NAME}.{name}"}
    arguments = {**options, **{f"_ansible_{key}": value for key, value in internal.items()}}
    task = {"module": f"{PLUGINS}.modules.{name}", "arguments": arguments}
    print(json.dumps({**task, "environment": environment}), file=host().stdin, flush=True)
    output = json.loads(host().stdout.readline())
    try:
        result = json.loads(output)
    except ValueError:
        raise AssertionError(f"{name} printed this, which is no result: {output}") from None
    # What Ansible itself adds, whichever way a module runs.
    for key in ("invocation", "exception"):
        result.pop(key, None)
    if "warnings" in result:
        # ansible-core 2.19 and later hand them over as objects, earlier ones as text.
        result["warnings"] = [
            one if isinstance(one, str) else one["event"]["msg"] for one in result["warnings"]
        ]
    return result


WAYS = {"in_controller": in_controller, "as_module": as_module}


@contextmanager
def surrounded_by(environment):
    """Use this environment and no other."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Likeness:
    """Makes the results of two runs equal if they only differ in IDs, keys and times."""

    DIFFERING = re.compile(
        r"(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
        r"|(?P<fingerprint>\b[0-9a-f]{40,64}\b)"
        r"|(?P<time>\d{4}-\d\d-\d\d[T ][0-9:.]+Z?)"
    )

    def __init__(self):
        self.seen = {}

    def of(self, result):
        """The result without what differs by chance: an ID becomes the number of its first use."""
        return json.loads(self.DIFFERING.sub(self.replaced, json.dumps(result, sort_keys=True)))

    def replaced(self, match):
        if match["time"]:
            return "<time>"
        number = self.seen.setdefault(match[0], len(self.seen))
        return f"<{match.lastgroup} {number}>"
