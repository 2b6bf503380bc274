"""SSL offloading: the load balancer holds the certificate, the servers speak plain HTTP."""

import threading

import pytest
from cryptography import x509
from pki import AUTHORITY, Issued
from traffic import Connection, believing, trusting

HTTPS = {"type": "redirect", "redirect": {"type": "scheme", "target": "https", "code": 301}}


def dns_names(certificate):
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return extension.value.get_values_for_type(x509.DNSName)


def imported(*names):
    leaf = Issued(names[0], AUTHORITY)
    return leaf.key + leaf.pem + AUTHORITY.pem


@pytest.fixture
def backend(lb, web_servers):
    return lb.backend(web_servers.addresses, web_servers.port)


def test_a_certificate_of_the_authority_is_served_and_verifies(lb, emulator, backend):
    certificate = lb.certificate(lb.name)
    lb.frontend(backend, 443, certificate_ids=[certificate])
    answer = lb.get(port=443, tls=trusting(emulator.ca_file), name=lb.name)
    assert answer.status == 200
    assert answer.server in ("red", "blue")
    assert dns_names(answer.certificate) == [lb.name]
    lifetime = answer.certificate.not_valid_after_utc - answer.certificate.not_valid_before_utc
    assert lifetime.days in (89, 90)


def test_the_challenge_is_answered_while_a_frontend_redirects_port_80(lb, emulator, backend):
    frontend = lb.frontend(backend, 80)
    lb.acls(frontend, (HTTPS, {}))
    certificate = lb.certificate(lb.name)
    lb.frontend(backend, 443, certificate_ids=[certificate])
    assert lb.get(port=443, tls=trusting(emulator.ca_file), name=lb.name).status == 200
    assert lb.get(path="/.well-known/acme-challenge/none").status == 301


def test_several_names_are_ordered_in_one_certificate(lb, emulator, backend):
    names = [lb.name, "www.example.org", "shop.example.org"]
    for name in names[1:]:
        emulator.resolve(name, lb.address)
    lb.frontend(backend, 443, certificate_ids=[lb.certificate(*names)])
    for name in names:
        answer = lb.get(port=443, tls=trusting(emulator.ca_file), name=name)
        assert set(dns_names(answer.certificate)) == set(names)


def test_servers_are_told_the_scheme_and_the_client(lb, emulator, backend):
    lb.frontend(backend, 80)
    lb.frontend(backend, 443, certificate_ids=[lb.certificate(pem=imported("lb.example.com"))])
    plain = lb.get(source="127.0.0.7").seen["headers"]
    secure = lb.get(port=443, tls=believing(), name="lb.example.com", source="127.0.0.8")
    assert (plain["x-forwarded-proto"], plain["x-forwarded-for"]) == ("http", "127.0.0.7")
    headers = secure.seen["headers"]
    assert (headers["x-forwarded-proto"], headers["x-forwarded-for"]) == ("https", "127.0.0.8")


def test_a_client_cannot_claim_another_scheme(lb, backend):
    lb.frontend(backend, 80)
    assert lb.get(X_Forwarded_Proto="https").seen["headers"]["x-forwarded-proto"] == "http"


def test_port_80_redirects_to_https(lb, backend):
    lb.acls(lb.frontend(backend, 80), (HTTPS, {}))
    answer = lb.get("/shop?item=1", host="lb.example.com")
    assert answer.status == 301
    assert answer.headers["location"] == "https://lb.example.com/shop?item=1"


def test_the_certificate_is_chosen_by_name_and_the_first_is_the_default(lb, backend):
    ids = [lb.certificate(pem=imported(name)) for name in ("one.example", "two.example")]
    lb.frontend(backend, 443, certificate_ids=ids)
    for asked, served in {
        "one.example": "one.example",
        "two.example": "two.example",
        "three.example": "one.example",
        None: "one.example",
    }.items():
        answer = lb.get(port=443, tls=believing(), name=asked)
        assert dns_names(answer.certificate) == [served]


def test_a_certificate_on_a_tcp_backend_ends_tls_and_adds_no_headers(lb, web_servers):
    backend = lb.backend(web_servers.addresses, web_servers.port, forward_protocol="tcp")
    lb.frontend(backend, 443, certificate_ids=[lb.certificate(pem=imported("lb.example.com"))])
    answer = lb.get(port=443, tls=believing(), name="lb.example.com")
    assert answer.status == 200
    assert "x-forwarded-proto" not in answer.seen["headers"]
    assert "x-forwarded-for" not in answer.seen["headers"]


def test_a_certificate_is_swapped_in_place_and_no_connection_is_refused(lb, emulator, backend):
    old, new = (lb.certificate(pem=imported("lb.example.com")) for _ in range(2))
    frontend = lb.frontend(backend, 443, certificate_ids=[old])
    stop, problems, serials = threading.Event(), [], []

    def visit():
        while not stop.is_set():
            try:
                answer = lb.get(port=443, tls=believing(), name="lb.example.com")
                serials.append(answer.certificate.serial_number)
                if answer.status != 200:
                    problems.append(answer.status)
            except OSError as error:
                problems.append(error)

    def stay():
        with Connection(lb.address, lb.port(443), believing(), "lb.example.com") as connection:
            while not stop.is_set():
                try:
                    if connection.get().status != 200:
                        problems.append("kept alive")
                except OSError as error:
                    problems.append(error)
                    return

    threads = [threading.Thread(target=work) for work in (visit, visit, stay)]
    for thread in threads:
        thread.start()
    body = {"name": "https", "inbound_port": 443, "backend_id": backend["id"]}
    try:
        for wanted in (new, old, new):
            body["certificate_ids"] = [wanted]
            emulator.api("PUT", f"frontends/{frontend['id']}", body)
            lb.wait()
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
    assert problems == []
    assert len(set(serials)) == 2
    last = lb.get(port=443, tls=believing(), name="lb.example.com").certificate
    assert last.serial_number == serials[-1] != serials[0]


def test_an_order_that_cannot_be_validated_ends_in_error_with_the_reason(lb, emulator, site):
    # another program holds port 80, so that the challenge gets its 404
    site("squatter", lb.address, 80 + emulator.port_offset, health=404)
    found = lb.order(lb.name)
    assert found["status"] == "error"
    assert lb.name in found["status_details"]


def test_port_80_is_free_again_after_an_order(lb, emulator):
    lb.certificate(lb.name)
    with pytest.raises(ConnectionRefusedError):
        lb.get()
