"""Both recipes carry real traffic: which certificate, which server, what header it saw."""

import re
import threading
import time

import pytest
import requests
import yaml
from browser import Browser
from client import alternative_names, fetch
from cloud import PROJECT_ID, ROOT, run_playbook, serving
from pki import AUTHORITY, custom
from traffic import believing, get

from web_server import WebServer, certify, free_port
from web_server import serving as serving_pages

ADDRESSES = {"web-1": "127.0.0.31", "web-2": "127.0.0.32"}


@pytest.fixture(scope="module")
def running():
    with serving("--time-scale=0.1", "--ip-range=127.62.0.0/16") as cloud:
        yield cloud


@pytest.fixture
def cloud(running):
    """The emulator with HAProxy and Pebble, empty."""
    running.reset()
    return running


@pytest.fixture
def authority(cloud):
    """The root that Pebble's certificates lead to, as PEM."""
    return requests.get(f"{cloud.url}/_emulator/ca.pem", timeout=30).text


class WebServers:
    """Where the servers listen: plain and encrypted, with a certificate of their own."""

    def __init__(self, directory):
        self.addresses = list(ADDRESSES.values())
        self.name = "passthrough.example.com"
        self.authority, certificate = certify(self.name, directory, "The servers' own authority")
        self.http, self.https = free_port(*self.addresses), free_port(*self.addresses)
        self.servers = [
            WebServer(name, address, port, pem)
            for name, address in ADDRESSES.items()
            for port, pem in ((self.http, None), (self.https, certificate))
        ]


@pytest.fixture(scope="module")
def web_servers(tmp_path_factory):
    servers = WebServers(tmp_path_factory.mktemp("servers"))
    with serving_pages(*servers.servers):
        yield servers


@pytest.fixture
def play(cloud, tmp_path):
    """Run a playbook of the collection; fail with its output where it fails."""

    def run(playbook, *arguments, **variables):
        done = run_playbook(
            f"playbooks/{playbook}.yml",
            *arguments,
            variables=variables,
            environment=cloud.environment,
            home=tmp_path,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def offload(cloud, web_servers, play):
    """The offloading recipe, applied: (address, name, the role's variables)."""
    variables = {
        "ssl_offload_name": "offload",
        "ssl_offload_servers": web_servers.addresses,
        "ssl_offload_server_port": web_servers.http,
    }
    play("ssl_offload", **variables)
    load_balancer = cloud.api("GET", "lbs")["lbs"][0]
    address = load_balancer["ip"][0]["ip_address"]
    return address, f"{address.replace('.', '-')}.lb.fr-par.scw.cloud", variables


def test_offloading_ends_tls_with_a_certificate_from_the_authority(offload, authority):
    address, name, _ = offload
    seen = [fetch(address, name, authority) for _ in range(4)]
    assert {page["name"] for _, _, page, _ in seen} == {"web-1", "web-2"}
    for status, _, page, certificate in seen:
        assert status == 200 and page["forwarded_proto"] == "https"
        assert page["forwarded_for"] == "127.0.0.1"
        assert alternative_names(certificate) == [name]


def test_port_80_redirects_to_https(offload):
    address, name, _ = offload
    status, headers, _, _ = fetch(address, name, port=80, path="/cart?item=1")
    assert status == 301 and headers["location"] == f"https://{name}/cart?item=1"


def test_a_second_run_changes_nothing(offload, cloud, play):
    _, _, variables = offload
    with cloud.watched() as writes:
        output = play("ssl_offload", **variables)
    assert "changed=0" in output and writes == []


def test_a_browser_shows_the_page_without_a_certificate_error(offload, authority, tmp_path):
    address, name, _ = offload
    trusted = tmp_path / "authority.pem"
    trusted.write_text(authority)
    visit = Browser(tmp_path / "trusting", trusted).visit(name, address)
    assert re.search(r"Served by web-[12]", visit.page)
    assert "X-Forwarded-Proto: https" in visit.page
    doubting = Browser(tmp_path / "doubting").visit(name, address)
    assert "Served by" not in doubting.page


def test_a_third_party_certificate_is_swapped_in_without_a_refused_connection(
    offload, authority, play, tmp_path
):
    address, name, variables = offload
    roots = authority + AUTHORITY.pem
    problems, names, over = [], [], threading.Event()

    def visitor():
        while not over.is_set():
            try:
                status, _, _, certificate = fetch(address, name, roots)
                names.append(dict(part[0] for part in certificate["issuer"])["commonName"])
                if status != 200:
                    problems.append(status)
            except OSError as error:
                problems.append(repr(error))
            time.sleep(0.002)

    visitors = [threading.Thread(target=visitor) for _ in range(4)]
    for one in visitors:
        one.start()
    try:
        play(
            "ssl_offload", **variables, ssl_offload_certificate={"source": "custom", **custom(name)}
        )
        play("ssl_offload", **variables)
    finally:
        over.set()
        for one in visitors:
            one.join()
    assert problems == [] and len(names) > 100
    assert "Test Authority" in names and "Pebble" in names[0] and "Pebble" in names[-1]


def test_passthrough_shows_the_servers_own_certificate(cloud, web_servers, play):
    variables = {
        "ssl_passthrough_name": "passthrough",
        "ssl_passthrough_servers": web_servers.addresses,
        "ssl_passthrough_server_port": web_servers.https,
    }
    play("ssl_passthrough", **variables)
    address = cloud.api("GET", "lbs")["lbs"][0]["ip"][0]["ip_address"]
    own = web_servers.authority.read_text()
    status, _, page, certificate = fetch(address, web_servers.name, own)
    assert status == 200 and alternative_names(certificate) == [web_servers.name]
    assert page["forwarded_proto"] is None and page["name"] in ("web-1", "web-2")
    with cloud.watched() as writes:
        assert "changed=0" in play("ssl_passthrough", **variables)
    assert writes == []


def test_a_role_can_wait_for_its_servers_and_names_those_that_are_down(
    cloud, web_servers, tmp_path
):
    nobody = "127.0.0.39"
    for servers, ends_well in (
        (web_servers.addresses, True),
        ([*web_servers.addresses, nobody], False),
    ):
        variables = {
            "ssl_passthrough_servers": servers,
            "ssl_passthrough_server_port": web_servers.https,
            "ssl_passthrough_wait_for_servers": True,
        }
        soon = {"scaleway_community.lb.backend_servers": {"wait_timeout": 3}}
        role = {"ansible.builtin.include_role": {"name": "scaleway_community.lb.ssl_passthrough"}}
        done = run_playbook(
            [{"block": [role], "module_defaults": soon}],
            variables=variables,
            environment=cloud.environment,
            home=tmp_path,
        )
        assert (done.returncode == 0) is ends_well, done.stdout + done.stderr
        assert (f"not up are still {nobody}" in done.stdout) is not ends_well


SITES = (ROOT / "README.md").read_text().partition("## Several sites on one load balancer")[2]
PASSED, DECRYPTED = re.findall(r"```yaml\n(.*?)```", SITES.partition("\n## ")[0], re.DOTALL)
FIRST, SECOND = ADDRESSES.values()


@pytest.fixture
def apply(cloud, tmp_path):
    """Run a task of the README, with servers that there are; return the load balancer's address."""

    def run(text, port, **servers):
        [task] = yaml.safe_load(text)
        for backend in task["scaleway_community.lb.stack"]["backends"]:
            backend |= {"forward_port": port, "servers": [servers[backend["name"]]]}
        for last in ("changed=1", "changed=0"):
            done = run_playbook([task], environment=cloud.environment, home=tmp_path)
            assert last in done.stdout, done.stdout + done.stderr
        return cloud.api("GET", "lbs")["lbs"][0]["ip"][0]["ip_address"]

    return run


def test_several_sites_are_passed_through_by_name(apply, web_servers):
    address = apply(PASSED, web_servers.https, vault=FIRST, mail=SECOND)
    served = {
        name: get(address, 443, tls=believing(), name=name, Accept="application/json").seen["name"]
        for name in ("vault.example.com", "mail.example.com", "a.mail.example.com")
    }
    assert list(served.values()) == ["web-1", "web-2", "web-2"]


def test_several_sites_are_decrypted_by_name_each_with_its_certificate(
    apply, web_servers, cloud, authority
):
    ip = cloud.api("POST", "ips", {"tags": ["web"], "project_id": PROJECT_ID})
    for name in ("shop", "www.shop", "wiki"):
        cloud.resolve(f"{name}.example.com", ip["ip_address"])
    address = apply(DECRYPTED, web_servers.http, shop=FIRST, wiki=SECOND)
    served = {
        name: fetch(address, f"{name}.example.com", authority)[2]["name"]
        for name in ("shop", "www.shop", "wiki")
    }
    assert list(served.values()) == ["web-1", "web-1", "web-2"]
    status, headers, _, _ = fetch(address, "wiki.example.com", port=80, path="/a")
    assert status == 301 and headers["location"] == "https://wiki.example.com/a"
