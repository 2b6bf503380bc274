"""A change of the configuration costs no request."""

import asyncio
import threading
import time

from pki import AUTHORITY, Issued
from plane import backend, balancer, frontend
from traffic import Connection, Load, believing, eventually

RATE, RELOADS, CLIENTS = 300, 50, 16


def https(plane, web_servers):
    leaf = Issued("lb.example.com", AUTHORITY)
    target = backend(web_servers.addresses, web_servers.port)
    rows = [frontend(target, 443, certificate_ids=["one"])]
    return plane.serve([target], rows, certificates={"one": leaf.key + leaf.pem})


def test_fifty_reloads_under_three_hundred_requests_a_second_lose_none(plane, web_servers):
    lb = https(plane, web_servers)
    place = (plane.address, 443, "lb.example.com")
    with Load(CLIENTS, RATE, place) as load:
        time.sleep(1)
        for _ in range(RELOADS):
            plane.run(plane.haproxy.apply([lb]))
    assert load.problems == []
    assert load.rate > 0.8 * RATE, f"{load.served} requests in {load.seconds:.1f} s"
    assert load.fresh > 50


def test_what_was_applied_is_live_when_the_call_returns(plane, web_servers):
    red, blue = (backend([ip], web_servers.port) for ip in web_servers.addresses)
    row = frontend(red)
    for _ in range(10):
        for target, name in ((red, "red"), (blue, "blue")):
            plane.run(
                plane.haproxy.apply(
                    [balancer(plane.address, [red, blue], [row | {"backend_id": target["id"]}])]
                )
            )
            assert {plane.get().server for _ in range(5)} == {name}


def test_many_changes_at_once_need_few_reloads(plane, web_servers):
    target = backend(web_servers.addresses, web_servers.port)
    states = [
        [balancer(plane.address, [target], [frontend(target, 8000 + number)])]
        for number in range(30)
    ]
    loads = []
    load = plane.haproxy.load

    async def counted(generation):
        loads.append(generation)
        await load(generation)

    async def all_at_once():
        plane.haproxy.load = counted
        try:
            await asyncio.gather(*(plane.haproxy.apply(state) for state in states))
        finally:
            del plane.haproxy.load

    plane.run(all_at_once())
    assert len(loads) <= 2
    assert plane.get(port=8029).status == 200


def test_a_request_under_way_is_answered_by_the_former_worker(plane, web_servers):
    lb = https(plane, web_servers)
    with Connection(plane.address, 443, believing(), "lb.example.com") as connection:
        answers = []
        thread = threading.Thread(target=lambda: answers.append(connection.get("/?wait=1.5")))
        thread.start()
        time.sleep(0.3)
        plane.run(plane.haproxy.apply([lb]))
        plane.run(plane.haproxy.apply([]))
        thread.join(10)
    assert answers[0].status == 200


def test_haproxy_is_started_again_if_it_was_killed(plane, web_servers):
    target = backend(web_servers.addresses, web_servers.port)
    plane.serve([target], [frontend(target)])
    killed = plane.haproxy.process
    time.sleep(1.1)  # one that ends sooner is taken for one that cannot start
    killed.kill()
    eventually(lambda: plane.haproxy.process is not killed)
    plane.run(plane.haproxy.apply(plane.haproxy.snapshot))
    assert plane.get().status == 200
