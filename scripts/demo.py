"""Both recipes, run for real on this machine: two working HTTPS sites, and nothing left behind.

Starts the emulator and two web servers, runs the playbooks that a user would run against the cloud,
runs them again to check that nothing changes, and fetches both sites over HTTPS, verifying their
certificates. Exits with 1 if anything is not as expected. `make demo` runs it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPResponse
from pathlib import Path
from typing import Any, NoReturn

from cryptography import x509

from processes import Children, Interrupted
from web_server import WebServer, certify, free_port, serving

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"
LOGS = ROOT / "build" / "demo"
WEB_SERVERS = {"web-1": "127.0.0.11", "web-2": "127.0.0.12"}
PASSTHROUGH_NAME = "passthrough.example.com"
PATIENCE = 60  # seconds for the emulator to start, and for a page to be served


class Failed(Exception):
    """Something is not as expected; the text says what, for the user."""


# --- output -------------------------------------------------------------------------------------


def colour(code: str, text: str) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ
    return text if plain else f"\033[{code}m{text}\033[0m"


def heading(text: str) -> None:
    print(f"\n{colour('1', text)}", flush=True)


def step(mark: str, text: str, seconds: float | None = None) -> None:
    shade = {"✓": "32", "~": "33", "✗": "31"}.get(mark, "2")
    took = colour("2", f"  {seconds:.1f} s") if seconds is not None and seconds >= 0.5 else ""
    print(f"  {colour(shade, mark)} {text}{took}", flush=True)


# --- processes ----------------------------------------------------------------------------------


@dataclass
class Emulator:
    """The running emulator, as its client sees it."""

    url: str
    token: str = "11111111-1111-4111-8111-111111111111"

    def environment(self) -> dict[str, str]:
        """The caller's environment, with the emulator's settings in place of the real cloud's."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("SCW_", "ANSIBLE_")) and not name.lower().endswith("_proxy")
        }
        return kept | {
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PYTHONUNBUFFERED": "1",
            "SCW_API_URL": self.url,
            "SCW_ACCESS_KEY": "SCWDEMODEMODEMODEMO0",
            "SCW_SECRET_KEY": self.token,
            "SCW_DEFAULT_PROJECT_ID": "22222222-2222-4222-8222-222222222222",
            "SCW_DEFAULT_ZONE": "fr-par-1",
        }

    def get(self, path: str) -> bytes:
        request = urllib.request.Request(self.url + path, headers={"X-Auth-Token": self.token})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
            return answer.read()

    def writes(self) -> int:
        """The number of writes that the API has received."""
        return len(json.loads(self.get("/_emulator/journal"))["entries"])

    def load_balancer(self, name: str) -> dict[str, Any]:
        answer = json.loads(self.get(f"/lb/v1/zones/fr-par-1/lbs?name={name}"))
        return next(found for found in answer["lbs"] if found["name"] == name)

    def certificate_names(self, load_balancer: str) -> list[str]:
        path = f"/lb/v1/zones/fr-par-1/lbs/{load_balancer}/certificates"
        return [found["common_name"] for found in json.loads(self.get(path))["certificates"]]


def listens(address: str, port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex((address, port)) == 0


def free_addresses() -> str:
    """A range of loopback addresses that no other emulator uses."""
    for second in range(52, 100):
        if not any(listens(f"127.{second}.0.1", port) for port in (80, 443)):
            return f"127.{second}.0.0/16"
    raise Failed("something listens on every address that the demo could use")


def start_emulator(children: Children) -> Emulator:
    began = time.monotonic()
    port = free_port("127.0.0.1")
    command = [
        str(BIN / "scaleway-lb-emulator"),
        "serve",
        *("--listen", f"127.0.0.1:{port}"),
        *("--ip-range", free_addresses()),
        *("--time-scale", "1"),
    ]
    as_root = os.geteuid() != 0
    if as_root:
        print("  ports 80 and 443 are privileged, so the emulator, and it alone, runs under sudo")
        if not shutil.which("sudo") or subprocess.run(["sudo", "-v"], check=False).returncode:
            raise Failed("the demo needs to be run as root, or by a user who may use sudo")
        command = ["sudo", "-n", "env", "PYTHONDONTWRITEBYTECODE=1", *command]
    log = LOGS / "emulator.log"
    with log.open("w") as output:
        process = children.start(
            command, sudo=as_root, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
    while "ready: " not in log.read_text():
        if process.poll() is not None or time.monotonic() - began > PATIENCE:
            raise Failed(f"the emulator did not start:\n{log.read_text()}")
        time.sleep(0.05)
    url = f"http://127.0.0.1:{port}"
    step(
        "✓",
        f"emulator of the Scaleway API at {url}, data plane HAProxy, CA Pebble",
        time.monotonic() - began,
    )
    return Emulator(url)


@contextlib.contextmanager
def web_servers(own_certificate: Path) -> Iterator[tuple[int, int]]:
    """Run two web servers, each with an HTTP and an HTTPS port; yields these two ports."""
    http, https = (free_port(*WEB_SERVERS.values()) for _ in range(2))
    servers = [WebServer(name, at, http) for name, at in WEB_SERVERS.items()]
    servers += [WebServer(name, at, https, own_certificate) for name, at in WEB_SERVERS.items()]
    with serving(*servers):
        for name, address in WEB_SERVERS.items():
            step("✓", f"{name} at {address}: HTTP on port {http}, HTTPS on port {https}")
        yield http, https


# --- the playbooks ------------------------------------------------------------------------------


def play(children: Children, emulator: Emulator, playbook: str, variables: dict[str, Any]) -> int:
    """Run a playbook, showing each task as it ends; return how many tasks changed something."""
    command = ["ansible-playbook", f"playbooks/{playbook}.yml", "-e", json.dumps(variables)]
    print(colour("2", f"  $ {shlex.join(command)}"), flush=True)
    process = children.start(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        env=emulator.environment() | {"ANSIBLE_NOCOLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout
    task, began, said, changed = "", time.monotonic(), [], None
    for line in process.stdout:
        said.append(line)
        word, _, rest = line.partition(" ")
        if word == "TASK":
            task, began = rest.partition("]")[0].lstrip("["), time.monotonic()
        elif word in ("ok:", "changed:", "fatal:"):
            mark = {"ok:": "✓", "changed:": "~", "fatal:": "✗"}[word]
            step(mark, f"{word[:-1]:8}{task.split(' : ')[-1]}", time.monotonic() - began)
        elif " changed=" in line:
            changed = int(line.partition(" changed=")[2].split()[0])
    if process.wait() or changed is None:
        raise Failed(f"{playbook}.yml failed:\n{''.join(said)}")
    return changed


# --- the sites ----------------------------------------------------------------------------------


@dataclass
class Site:
    """A site as its visitors see it: its name stands for the load balancer's address."""

    title: str
    name: str
    address: str
    authority: str

    def fetch(self) -> tuple[dict[str, Any], bytes]:
        """The page's content, and the certificate it was served with, which has been verified."""
        trust = ssl.create_default_context(cadata=self.authority)
        with (
            socket.create_connection((self.address, 443), timeout=PATIENCE) as plain,
            trust.wrap_socket(plain, server_hostname=self.name) as connection,
        ):
            answer = ask(connection, self.name)
            if answer.status != 200:
                raise Failed(f"https://{self.name} answered {answer.status} {answer.reason}")
            return json.loads(answer.read()), connection.getpeercert(binary_form=True) or b""

    def redirect(self) -> tuple[int, str | None] | None:
        """The status and target of port 80's answer; None if nothing listens there."""
        try:
            with socket.create_connection((self.address, 80), timeout=PATIENCE) as connection:
                answer = ask(connection, self.name)
                return answer.status, answer.getheader("Location")
        except ConnectionRefusedError:
            return None


def ask(connection: socket.socket, name: str) -> HTTPResponse:
    lines = ("GET / HTTP/1.1", f"Host: {name}", "Accept: application/json", "Connection: close")
    connection.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    answer = HTTPResponse(connection)
    answer.begin()
    return answer


def show(site: Site, forwarded_proto: str | None, redirect: tuple[int, str] | None) -> bytes:
    """Visit a site, print what it returns, and compare that with what is expected.

    Visits it once per web server. Returns the certificate that was presented.
    """
    heading(f"https://{site.name}  ({site.title})")
    visits = [site.fetch() for _ in WEB_SERVERS]
    page, der = visits[0]
    certificate = x509.load_der_x509_certificate(der)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    days_left = (certificate.not_valid_after_utc - datetime.now(UTC)).days
    port_80 = site.redirect()
    for label, value in {
        "address": f"{site.address}, port 443",
        "certificate": f"verified; issued by {certificate.issuer.rfc4514_string()}",
        "names": ", ".join(names.get_values_for_type(x509.DNSName)),
        "days left": days_left,
        "answered by": ", ".join(sorted({seen["name"] for seen, _ in visits})),
        "X-Forwarded-Proto": page["forwarded_proto"] or "none",
        "port 80": f"{port_80[0]}, to {port_80[1]}" if port_80 else "nothing listens",
    }.items():
        print(f"  {label:18} {value}")
    if {seen["forwarded_proto"] for seen, _ in visits} != {forwarded_proto}:
        raise Failed(f"the servers should have seen X-Forwarded-Proto: {forwarded_proto or 'none'}")
    if port_80 != redirect:
        raise Failed(f"port 80 should have answered {redirect}")
    if days_left < 1:
        raise Failed("the certificate is about to expire")
    return der


def demo(children: Children, scratch: Path, stay: bool) -> None:
    authority, own_certificate = certify(PASSTHROUGH_NAME, scratch, "Own CA of the demo")
    heading("Starting")
    with web_servers(own_certificate) as (http, https):
        emulator = start_emulator(children)
        recipes = {
            "ssl_offload": {
                "ssl_offload_name": "offload",
                "ssl_offload_servers": list(WEB_SERVERS.values()),
                "ssl_offload_server_port": http,
            },
            "ssl_passthrough": {
                "ssl_passthrough_name": "passthrough",
                "ssl_passthrough_servers": list(WEB_SERVERS.values()),
                "ssl_passthrough_server_port": https,
            },
        }
        for playbook, variables in recipes.items():
            heading(f"playbooks/{playbook}.yml, as against the cloud")
            play(children, emulator, playbook, variables)

        writes = emulator.writes()
        for playbook, variables in recipes.items():
            heading(f"playbooks/{playbook}.yml again")
            changed = play(children, emulator, playbook, variables)
            written = emulator.writes() - writes
            step(
                "✗" if changed or written else "✓",
                f"changed={changed}, writes to the API: {written}",
            )
            if changed or written:
                raise Failed("a second run should change nothing")

        certificate_authority = emulator.get("/_emulator/ca.pem").decode()
        offload = emulator.load_balancer("offload")
        passthrough = emulator.load_balancer("passthrough")
        [name] = emulator.certificate_names(offload["id"])
        sites = [
            Site("SSL offloading", name, offload["ip"][0]["ip_address"], certificate_authority),
            Site(
                "SSL passthrough",
                PASSTHROUGH_NAME,
                passthrough["ip"][0]["ip_address"],
                authority.read_text(),
            ),
        ]
        show(sites[0], "https", (301, f"https://{name}/"))
        if show(sites[1], None, None) != ssl.PEM_cert_to_DER_cert(leaf(own_certificate)):
            raise Failed("passthrough should have shown the certificate of the web server itself")
        if stay:
            wait_for_visitors(emulator, sites, scratch)


def leaf(bundle: Path) -> str:
    """The certificate in a file with a key and a certificate."""
    return (
        "-----BEGIN CERTIFICATE-----"
        + bundle.read_text().partition("-----BEGIN CERTIFICATE-----")[2]
    )


def wait_for_visitors(emulator: Emulator, sites: list[Site], scratch: Path) -> NoReturn:
    heading("Both sites stay up until Ctrl-C")
    print(f"  the API: SCW_API_URL={emulator.url}")
    for site in sites:
        authority = scratch / f"{site.name}.pem"
        authority.write_text(site.authority)
        print(
            f"  curl --cacert {authority} --resolve {site.name}:443:{site.address} https://{site.name}"
        )
    while True:
        signal.pause()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--stay", action="store_true", help="keep both sites up until Ctrl-C")
    stay = parser.parse_args().stay
    LOGS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="scaleway-lb-demo-") as scratch,
            Children() as children,
        ):
            demo(children, Path(scratch), stay)
    except Interrupted as interrupted:
        print("\nInterrupted; all that was started is stopped.")
        return 128 + interrupted.args[0]
    except (Failed, OSError) as failure:
        print(f"\n{colour('31', 'Not as it should be:')} {failure}", file=sys.stderr)
        print(f"The emulator's log is {LOGS / 'emulator.log'}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - began
    print(f"\nAll as it should be, and all that was started is stopped ({seconds:.0f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
