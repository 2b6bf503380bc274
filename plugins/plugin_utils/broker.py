# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that sends the requests of all tasks, on connections that stay open for the whole run.

Ansible forks a worker for each task. A worker that spoke to the API itself would open a connection
of its own, and would load or execute much code in memory that it shares with its parent, which the
system then has to copy. The broker is forked once, from Ansible's own process, and has requests
loaded by the time the first task needs it. It ends as soon as nobody holds the other end of its
inbox: with Ansible's process and its workers, whichever way they end.
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import resource
import signal
import socket
import threading
import warnings
from contextlib import suppress
from multiprocessing.connection import Connection

from ..module_utils import exchange


class Broker(exchange.Sender):
    """The broker, as seen by the process that forked it and by that process's other forks."""

    def __init__(self, pid: int, inbox: socket.socket) -> None:
        self.pid, self.inbox = pid, inbox
        self.own = threading.local()
        os.register_at_fork(after_in_child=self.forget_channels)
        atexit.register(self.end)

    def end(self) -> None:
        """End the broker, and learn of its end: otherwise a container without init keeps a zombie.

        Does nothing in a fork, whose child it is not.
        """
        with suppress(ChildProcessError):
            if os.waitpid(self.pid, os.WNOHANG) == (0, 0):
                os.kill(self.pid, signal.SIGKILL)
                os.waitpid(self.pid, 0)

    def forget_channels(self) -> None:
        """Leave this process's channels to it: two processes would mix up their answers."""
        self.own = threading.local()

    def channel(self) -> Connection:
        """This thread's channel to the broker. Raises OSError if the broker has ended."""
        if not hasattr(self.own, "channel"):
            near, far = socket.socketpair()
            with far:
                socket.send_fds(self.inbox, [b"+"], [far.fileno()])
            self.own.channel = Connection(near.detach())
        return self.own.channel

    def open(self) -> None:
        """Open this thread's channel, so that the broker awaits its request."""
        with suppress(OSError):
            self.channel()

    def send(self, request: exchange.Request) -> exchange.Answer:
        """Have the request sent; send it directly if the broker has ended. Raises NoAnswer."""
        try:
            channel = self.channel()
        except OSError:
            return super().send(request)
        try:
            channel.send_bytes(json.dumps(request).encode())
            answer, failure = json.loads(channel.recv_bytes())
        except BaseException as error:  # also Ansible's for a task that takes too long
            del self.own.channel  # the next to read from it would receive this answer
            if isinstance(error, OSError | EOFError):
                reason = "the process that holds the connections has ended."
                raise exchange.NoAnswer(reason, sent=True) from error
            raise
        if failure:
            raise exchange.NoAnswer(*failure)
        return exchange.Answer(*answer)


def start() -> Broker:
    """Fork the broker."""
    inbox, far = socket.socketpair()
    # An interrupt right after the fork must not send the broker on in Ansible's code.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    pid = os.fork()
    if not pid:
        try:
            inbox.close()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            serve(far)
        finally:
            os._exit(0)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    far.close()
    return Broker(pid, inbox)


def serve(inbox: socket.socket) -> None:
    """Answer on each channel that is handed in, until nobody is left who could hand one in."""
    # Ansible's way to show warnings takes locks, which another thread may have held at the fork.
    warnings.simplefilter("ignore")
    logging.disable()  # or all that libraries say would be in the user's log (ANSIBLE_LOG_PATH)
    with open(os.devnull, "r+b") as nothing:
        for standard in range(3):  # so that nobody waits for the end of this process's output
            os.dup2(nothing.fileno(), standard)
    # Each thread of each worker needs a channel and a connection: more than many systems allow.
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # not everywhere may the one be as high as the other
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    threading.Thread(target=prepare).start()
    while True:
        _byte, channels, _flags, _sender = socket.recv_fds(inbox, 1, 1)
        if not channels:
            return
        # Not from a pool: if channels had to wait for a thread, workers could wait for one another.
        threading.Thread(target=answer, args=[Connection(channels[0])]).start()


def prepare() -> None:
    """Load what the first request needs, while Ansible prepares the first task."""
    from ..module_utils import connections

    connections.reach(os.environ.get("SCW_API_URL") or "https:", exchange.authorities())


def answer(channel: Connection) -> None:
    """Answer the requests on one channel, until its other end is closed."""
    sender = exchange.Sender()
    with channel, suppress(EOFError, OSError):
        while True:
            request = exchange.Request(*json.loads(channel.recv_bytes()))
            try:
                reply = sender.send(request), None
            except exchange.NoAnswer as none:
                reply = None, none.args
            except Exception as error:
                reply = None, (f"{type(error).__name__}: {error}.", True)
            channel.send_bytes(json.dumps(reply).encode())
