"""Install the requested version of pip, starting from the one that comes with Python.

`ansible-test` runs this instead of the get-pip.py that it would download (see sanity.sh).
"""

import subprocess
import sys

wanted = [word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel")]
subprocess.check_call([sys.executable, "-m", "ensurepip"])
subprocess.check_call([sys.executable, "-m", "pip", "install", *wanted])
