# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making the action plugins, one for each module, and what they share: the broker."""

from __future__ import annotations

import gc
import importlib.util
import multiprocessing
import os
from typing import TYPE_CHECKING

from ansible import context

from ..module_utils import exchange
from . import broker

if TYPE_CHECKING:
    from .in_controller import InController

SWITCH = "SCALEWAY_LB_IN_PROCESS"
"""Environment variable; if it is 0, all modules run as ordinary ones."""
HAS_REQUESTS = importlib.util.find_spec("requests") is not None
"""Without it, modules run as ordinary ones: another interpreter may have it."""


def plugin(name: str) -> type[InController]:
    """The action plugin for the module of this name.

    Because of the name it is loaded in Ansible's own process, so what is loaded here is loaded
    once for all tasks of a run.
    """
    # What is loaded stays. Without this, each garbage collection, here and in each worker (which
    # copies what it touches), would go through all of it.
    gc.freeze()
    if wants_broker():
        exchange.sender = broker.start()
    # Loaded only now, at the same time as the broker loads requests.
    from ..module_utils.execution import job_of
    from .in_controller import InController

    module = importlib.import_module(f"..modules.{name.rpartition('.')[-1]}", __package__)

    class ActionModule(InController):
        job = job_of(module.main)
        main = staticmethod(module.main)  # ansible-lint takes the options from it

    gc.freeze()
    return ActionModule


def wants_broker() -> bool:
    """True at first, in Ansible's own process rather than in a worker or another tool."""
    return (
        not isinstance(exchange.sender, broker.Broker)
        and HAS_REQUESTS
        and os.environ.get(SWITCH) != "0"
        and bool(context.CLIARGS)
        and multiprocessing.parent_process() is None
    )
