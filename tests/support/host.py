"""A host on which modules run: it starts each as a process, without starting Python each time.

Reads a line of JSON for each module, and writes a line with what the module printed. The
controller's part of Ansible is never loaded here, as on a real host.
"""

import importlib
import io
import json
import os
import signal
import sys
import tempfile
import traceback

PATIENCE = 120
"""Seconds after which a module's process is killed."""


def output_of(module, arguments, environment):
    """What a module prints when it is run."""
    main = importlib.import_module(module).main
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as said:
        given.write(json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        given.seek(0)
        child = os.fork()
        if child == 0:
            run_and_exit(main, given, said, environment)
        os.waitpid(child, 0)
        said.seek(0)
        return said.read().decode()


def run_and_exit(main, given, said, environment):
    """The child's part: run a module with its own input, output and environment."""
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


if __name__ == "__main__":
    sys.path[0] = sys.argv[1]
    for line in sys.stdin:
        print(json.dumps(output_of(**json.loads(line))), flush=True)
