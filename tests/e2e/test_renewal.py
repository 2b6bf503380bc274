"""A certificate is renewed under traffic: the clock moves on, and no client is refused."""

import threading
import time
from datetime import timedelta
from itertools import pairwise

import requests
from traffic import Connection, eventually, trusting


class Visitor(threading.Thread):
    """Asks on a kept-alive and on fresh connections, and keeps the certificates it is shown."""

    def __init__(self, lb, trust):
        super().__init__(daemon=True)
        self.place = (lb.address, lb.port(443), trust, lb.name)
        self.left = threading.Event()
        self.served, self.seen, self.problems = 0, [], []

    def run(self):
        kept = Connection(*self.place)
        while not self.left.is_set():
            try:
                with Connection(*self.place) as fresh:
                    statuses = [fresh.get().status, kept.get().status]
                if fresh.certificate not in self.seen:
                    self.seen.append(fresh.certificate)
                self.problems += [status for status in statuses if status != 200]
                self.served += 2
            except OSError as error:
                self.problems.append(repr(error))
                kept = Connection(*self.place)
            time.sleep(0.01)


def advance(emulator, step):
    url = f"{emulator.api_url}/_emulator/clock"
    requests.put(url, json={"advance": step}, timeout=30).raise_for_status()


def test_certificates_are_renewed_twice_and_no_client_is_refused(lb, emulator, web_servers):
    key = lb.certificate(lb.name, f"www.{lb.name}")
    backend = lb.backend(web_servers.addresses, web_servers.port)
    lb.frontend(backend, 443, certificate_ids=[key])
    visitor = Visitor(lb, trusting(emulator.ca_file))
    visitor.start()
    try:
        eventually(lambda: visitor.served > 20)
        for renewals in (1, 2):
            advance(emulator, "59d")
            time.sleep(0.3)
            assert len(visitor.seen) == renewals, "it was renewed too early"
            advance(emulator, "1d")
            eventually(lambda seen=renewals + 1: len(visitor.seen) == seen, timeout=60)
        served = visitor.served
        eventually(lambda: visitor.served > served + 20)
    finally:
        visitor.left.set()
        visitor.join(20)
    assert visitor.problems == []
    found = emulator.api("GET", f"certificates/{key}")
    assert found["status"] == "ready" and found["status_details"] is None
    ends = [certificate.not_valid_after_utc for certificate in visitor.seen]
    assert all(later - sooner >= timedelta(days=59) for sooner, later in pairwise(ends))
    assert found["not_valid_after"] == f"{ends[-1]:%Y-%m-%dT%H:%M:%SZ}"


def test_a_renewal_that_fails_leaves_the_former_certificate_serving(lb, emulator, web_servers):
    name = "www.example.com"
    emulator.resolve(name, lb.address)
    key = lb.certificate(name)
    lb.frontend(lb.backend(web_servers.addresses, web_servers.port), 443, certificate_ids=[key])
    trust = trusting(emulator.ca_file)
    place = (lb.address, lb.port(443), trust, name)
    with Connection(*place) as before:
        assert before.get().status == 200
    emulator.resolve(name, "127.61.0.200")
    advance(emulator, "60d")
    found = eventually(
        lambda: (one := emulator.api("GET", f"certificates/{key}"))["status_details"] and one,
        timeout=60,
    )
    assert found["status"] == "ready" and "not renewed" in found["status_details"]
    with Connection(*place) as still:
        assert still.get().status == 200 and still.certificate == before.certificate
    emulator.resolve(name, lb.address)
    advance(emulator, "12h")
    eventually(
        lambda: emulator.api("GET", f"certificates/{key}")["status_details"] is None, timeout=60
    )

    def renewed():
        with Connection(*place) as now:
            return now.get().status == 200 and now.certificate != before.certificate

    eventually(renewed)
