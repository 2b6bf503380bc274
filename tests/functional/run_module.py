"""Run one module with arguments from standard input, as Ansible does on a host."""

import importlib
import sys
from pathlib import Path

COLLECTIONS = Path(__file__).resolve().parents[2] / ".venv" / "collections"
MODULES = "ansible_collections.scaleway_community.lb.plugins.modules"

sys.path.insert(0, str(COLLECTIONS))
name = sys.argv.pop()
importlib.import_module(f"{MODULES}.{name}").main()
