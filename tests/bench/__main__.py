"""Measure everything, print the table as Markdown, and fail if a limit is exceeded.

python tests/bench [tasks] [stack] [emulator]
"""

import importlib
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "support")]

from rounds import bench  # noqa: E402  it is in the folder just added

SUBJECTS = ("tasks", "stack", "emulator")


def main() -> int:
    missed = 0
    print("| what | measured | to reach |\n|---|---|---|", flush=True)
    with bench() as running:
        for subject in sys.argv[1:] or SUBJECTS:
            for row in importlib.import_module(subject).rows(running):
                print(row, flush=True)
                missed += not row.reached
    return 1 if missed else 0


sys.exit(main())
