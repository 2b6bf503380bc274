"""SSL passthrough: the encrypted stream goes to the servers, which hold the certificate."""

import pytest
from pki import AUTHORITY, Issued
from traffic import believing, trusting


@pytest.fixture
def frontend(lb, web_servers):
    servers, port = web_servers.addresses, web_servers.secure_port
    return lb.frontend(lb.backend(servers, port, forward_protocol="tcp"), 443)


def test_the_client_sees_the_certificate_of_the_server_itself(lb, frontend, web_servers):
    answer = lb.get(port=443, tls=trusting(web_servers.ca_file), name="www.example.com")
    assert answer.certificate.subject.rfc4514_string() == "CN=www.example.com"
    assert answer.server in ("red", "blue")


def test_nothing_is_added_to_what_was_not_decrypted(lb, frontend, web_servers):
    answer = lb.get(port=443, tls=trusting(web_servers.ca_file), name="www.example.com")
    assert not {"x-forwarded-proto", "x-forwarded-for"} & answer.seen["headers"].keys()
    assert answer.seen["headers"]["host"] == "www.example.com"


def test_cookie_stickiness_has_no_effect_on_what_is_not_decrypted(lb, web_servers):
    backend = lb.backend(
        web_servers.addresses,
        web_servers.secure_port,
        forward_protocol="tcp",
        sticky_sessions="cookie",
        sticky_sessions_cookie_name="SERVER",
    )
    lb.frontend(backend, 443)
    tls = trusting(web_servers.ca_file)
    answers = [lb.get(port=443, tls=tls, name="www.example.com") for _ in range(4)]
    assert {answer.server for answer in answers} == {"red", "blue"}
    assert not any("set-cookie" in answer.headers for answer in answers)


@pytest.mark.parametrize("version", [1, 2])
def test_the_server_learns_the_client_from_the_proxy_protocol(lb, site, version):
    server = site(certificate_for="www.example.com", proxy=True)
    backend = lb.backend(
        ["127.63.0.9"],
        server.server_port,
        check={"check_send_proxy": True},
        forward_protocol="tcp",
        proxy_protocol=f"proxy_protocol_v{version}",
    )
    lb.frontend(backend, 443)
    ca_file = lb.emulator.server_ca_file
    get = {"port": 443, "tls": trusting(ca_file), "name": "www.example.com"}
    seen = lb.get(source="127.0.0.42", **get).seen["proxy"]
    assert (seen["version"], seen["source"]) == (version, "127.0.0.42")
    assert "tls" not in seen


@pytest.mark.parametrize("protocol", ["v2_ssl", "v2_ssl_cn"])
@pytest.mark.parametrize("tls", [True, False], ids=["tls", "plain"])
def test_the_proxy_protocol_tells_whether_tls_ended_at_the_load_balancer(lb, site, protocol, tls):
    server = site(proxy=True)
    backend = lb.backend(
        ["127.63.0.9"],
        server.server_port,
        check={"check_send_proxy": True},
        forward_protocol="tcp",
        proxy_protocol=f"proxy_protocol_{protocol}",
    )
    leaf = Issued("lb.example.com", AUTHORITY)
    pem = leaf.key + leaf.pem + AUTHORITY.pem
    lb.frontend(backend, 443, certificate_ids=[lb.certificate(pem=pem)] if tls else [])
    seen = lb.get(port=443, tls=believing() if tls else None, source="127.0.0.42").seen["proxy"]
    assert (seen["version"], seen["source"]) == (2, "127.0.0.42")
    assert (seen.get("tls"), seen.get("tls_version")) == (
        (True, "TLSv1.3") if tls else (False, None)
    )
    assert "client_name" not in seen  # clients have no certificates, so there is no name to tell
