"""The emulator's API over TLS, as the real one is: HAProxy in front of it."""

import csv
import os
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

import requests
from pki import AUTHORITY, Issued

CONFIGURATION = """
global
  stats socket {folder}/haproxy.sock
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
frontend api
  bind fd@{listener} ssl crt {folder}/own.pem
  default_backend emulator
backend emulator
  server emulator {emulator}
"""


class Front:
    """HAProxy in front of a cloud; `environment` is what a user sets to go through it."""

    def __init__(self, cloud, folder, port):
        self.folder, self.authorities = folder, folder / "authorities.pem"
        self.environment = {
            **cloud.environment,
            "SCW_API_URL": f"https://localhost:{port}",
            "REQUESTS_CA_BUNDLE": str(self.authorities),
        }

    def connections(self):
        """How many connections there have been."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.folder / "haproxy.sock"))
            control.sendall(b"show stat\n")
            answer = b"".join(iter(lambda: control.recv(65536), b"")).decode()
        rows = csv.DictReader(answer.removeprefix("# ").splitlines())
        return next(int(row["conn_tot"]) for row in rows if row["svname"] == "FRONTEND")


@contextmanager
def behind_tls(cloud, folder):
    """Put HAProxy in front of the cloud, with files in `folder`; yield the Front."""
    own = Issued("localhost", AUTHORITY)
    (folder / "own.pem").write_text(own.key + own.pem)
    path = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    with socket.create_server(("127.0.0.1", 0)) as listener:
        front = Front(cloud, folder, listener.getsockname()[1])
        # as many as are trusted by default: reading them takes a while
        front.authorities.write_text(Path(requests.certs.where()).read_text() + AUTHORITY.pem)
        parts = {"emulator": cloud.url.removeprefix("http://"), "listener": listener.fileno()}
        (folder / "haproxy.cfg").write_text(CONFIGURATION.format(folder=folder, **parts))
        command = ["haproxy", "-q", "-db", "-f", folder / "haproxy.cfg"]
        process = subprocess.Popen(command, pass_fds=[listener.fileno()], env=path)
    try:
        while not (folder / "haproxy.sock").exists():
            assert process.poll() is None, "HAProxy did not start"
            time.sleep(0.01)
        yield front
    finally:
        process.terminate()
        process.wait(timeout=30)
