"""The two ways in which a module runs: inside the controller, and as a module of its own."""

import importlib
import io
import json
import os
import re
import signal
import sys
import tempfile
import traceback
from contextlib import contextmanager

NAME = "scaleway_community.lb"
PLUGINS = f"ansible_collections.{NAME}.plugins"
PATIENCE = 120
"""Seconds after which a module's process is killed."""


def main_of(name):
    """The main() of a module."""
    return importlib.import_module(f"{PLUGINS}.modules.{name}").main


def in_controller(name, options, *, main=None, check=False, environment):
    """Run a module as its action plugin does; return its result."""
    execution = importlib.import_module(f"{PLUGINS}.module_utils.execution")
    options = json.loads(json.dumps(options))
    with surrounded_by(environment):
        return execution.inside(
            main or main_of(name), f"{NAME}.{name}", options, check_mode=check, diff=True
        )


def as_module(name, options, *, main=None, check=False, environment):
    """Run a module as Ansible does on a host, in a process of its own; return its result."""
    main = main or main_of(name)
    internal = {"check_mode": check, "diff": True, "module_name": f"{NAME}.{name}"}
    arguments = {**options, **{f"_ansible_{key}": value for key, value in internal.items()}}
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        given.seek(0)
        child = os.fork()
        if child == 0:
            run_and_exit(main, given, said, environment)
        os.waitpid(child, 0)
        said.seek(0)
        output = said.read().decode()
    try:
        result = json.loads(output)
    except ValueError:
        raise AssertionError(f"{name} printed this, which is no result: {output}") from None
    # What Ansible itself adds, whichever way a module runs.
    for key in ("invocation", "exception"):
        result.pop(key, None)
    # ansible-core 2.19 and later hand these over as objects, earlier ones as text.
    for key in {"warnings", "deprecations"} & result.keys():
        result[key] = [
            one["event"]["msg"] if isinstance(one, dict) and "event" in one else one
            for one in result[key]
        ]
    return result


def run_and_exit(main, given, said, environment):
    """The child's part: a module's process, with what it reads, prints and is surrounded by."""
    try:
        signal.alarm(PATIENCE)
        for number, file in enumerate((given, said, said)):
            os.dup2(file.fileno(), number)
        sys.stdin, sys.stdout = io.TextIOWrapper(given), io.TextIOWrapper(said)
        sys.argv = ["module"]
        os.environ.clear()
        os.environ.update(environment)
        main()
    except SystemExit:
        pass
    except BaseException:
        traceback.print_exc(file=sys.stdout)
    finally:
        sys.stdout.flush()
        os._exit(0)


WAYS = {"in_controller": in_controller, "as_module": as_module}


@contextmanager
def surrounded_by(environment):
    """Have this environment and no other."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Likeness:
    """Makes results of two runs equal where they only differ in IDs, keys and times."""

    DIFFERING = re.compile(
        r"(?P<id>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
        r"|(?P<fingerprint>\b[0-9a-f]{40,64}\b)"
        r"|(?P<time>\d{4}-\d\d-\d\d[T ][0-9:.]+Z?)"
    )

    def __init__(self):
        self.seen = {}

    def of(self, result):
        """The result with what differs by chance replaced: an ID by the number of its first use."""
        return json.loads(self.DIFFERING.sub(self.replaced, json.dumps(result, sort_keys=True)))

    def replaced(self, match):
        if match["time"]:
            return "<time>"
        number = self.seen.setdefault(match[0], len(self.seen))
        return f"<{match.lastgroup} {number}>"
