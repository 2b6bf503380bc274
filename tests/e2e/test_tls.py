"""TLS: the floor of each compatibility level, HTTP/2, and bridging to servers that speak it."""

import json
import ssl
import subprocess

import pytest
from pki import AUTHORITY, Issued
from plane import backend, frontend
from traffic import believing

LEVELS = {
    "ssl_compatibility_level_old": ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
    "ssl_compatibility_level_intermediate": ["TLSv1.2", "TLSv1.3"],
    "ssl_compatibility_level_modern": ["TLSv1.3"],
}
VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


@pytest.fixture(scope="module")
def pem():
    leaf = Issued("lb.example.com", AUTHORITY)
    return leaf.key + leaf.pem + AUTHORITY.pem


@pytest.fixture
def serve(plane, pem):
    """An HTTPS frontend over a backend."""

    def serve(target, **fields):
        rows = [frontend(target, 443, certificate_ids=["one"])]
        return plane.serve([target], rows, certificates={"one": pem}, **fields)

    return serve


def speaking(version):
    """A client of this version alone. Old ones need OpenSSL's old ciphers."""
    context = believing()
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = VERSIONS[version]
    return context


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("level", LEVELS)
def test_each_level_has_its_floor(serve, plane, web_servers, level):
    serve(backend(web_servers.addresses, web_servers.port), ssl_compatibility_level=level)
    accepted = []
    for version in VERSIONS:
        try:
            answer = plane.get(port=443, tls=speaking(version), name="lb.example.com")
        except (ssl.SSLError, ConnectionResetError):
            continue
        assert answer.tls_version == version
        accepted.append(version)
    assert accepted == LEVELS[level]


def curl(plane, *options):
    done = subprocess.run(
        [
            *("curl", "--silent", "--insecure", "--max-time", "10"),
            *("--write-out", "\n%{http_version} %{http_code}"),
            *("--resolve", f"lb.example.com:443:{plane.address}"),
            *options,
            "https://lb.example.com/page",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    body, _, last = done.stdout.rpartition("\n")
    return body, last.split()


def test_http_2_is_spoken_where_the_backend_is_http(serve, plane, web_servers):
    serve(backend(web_servers.addresses, web_servers.port))
    body, (version, status) = curl(plane, "--http2")
    assert (version, status) == ("2", "200")
    assert json.loads(body)["headers"]["x-forwarded-proto"] == "https"
    assert curl(plane, "--http1.1")[1] == ["1.1", "200"]


def test_http_2_is_not_offered_where_the_backend_is_tcp(serve, plane, web_servers):
    serve(backend(web_servers.addresses, web_servers.port, forward_protocol="tcp"))
    assert curl(plane, "--http2")[1] == ["1.1", "200"]


def bridged(web_servers, **fields):
    return backend(web_servers.addresses, web_servers.secure_port, ssl_bridging=True, **fields)


def test_bridging_encrypts_to_servers_that_this_machine_trusts(serve, plane, web_servers):
    serve(bridged(web_servers))
    answer = plane.get(port=443, tls=believing(), name="lb.example.com")
    assert answer.status == 200
    assert answer.seen["headers"]["x-forwarded-proto"] == "https"


def test_bridging_verifies_the_name_of_the_backend_and_asks_for_it(serve, plane, web_servers):
    serve(bridged(web_servers, host="www.example.com"))
    for site in web_servers.secure.values():
        site.names_asked.clear()
    answers = [plane.get(port=443, tls=believing(), name="lb.example.com") for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert {answer.seen["headers"]["host"] for answer in answers} == {"www.example.com"}
    asked = [name for site in web_servers.secure.values() for name in site.names_asked]
    assert "www.example.com" in asked
    serve(bridged(web_servers, host="other.example.com"))
    assert plane.get(port=443, tls=believing(), name="lb.example.com").status == 503


def test_bridging_refuses_a_server_nobody_vouches_for_unless_told_not_to_verify(
    serve, plane, site, tmp_path
):
    leaf = Issued("stranger.example.com")
    (tmp_path / "stranger.pem").write_text(leaf.key + leaf.pem)
    server = site(certificate=tmp_path / "stranger.pem")
    fields = {"ssl_bridging": True, "max_retries": 0}
    serve(backend(["127.63.0.9"], server.server_port, **fields))
    assert plane.get(port=443, tls=believing(), name="lb.example.com").status == 503
    serve(backend(["127.63.0.9"], server.server_port, ignore_ssl_server_verify=True, **fields))
    assert plane.get(port=443, tls=believing(), name="lb.example.com").server == "green"


def test_a_frontend_whose_certificate_is_not_issued_leaves_the_others_alone(
    plane, web_servers, pem
):
    target = backend(web_servers.addresses, web_servers.port)
    rows = [
        frontend(target, 443, certificate_ids=["pending"]),
        frontend(target, 8443, certificate_ids=["pending", "one"]),
        frontend(target, 80),
    ]
    plane.serve([target], rows, certificates={"one": pem})
    assert plane.get().status == 200
    assert plane.get(port=8443, tls=believing(), name="lb.example.com").status == 200
    with pytest.raises(ConnectionRefusedError):
        plane.get(port=443)


def test_private_keys_are_for_the_owner_alone_and_go_when_not_needed(serve, plane, web_servers):
    serve(backend(web_servers.addresses, web_servers.port))
    directory = plane.haproxy.directory
    assert directory.stat().st_mode & 0o777 == 0o700
    assert (directory / "one.pem").stat().st_mode & 0o777 == 0o600
    plane.serve([], [])
    assert not list(directory.glob("*.pem"))
