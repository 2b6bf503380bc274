"""Which server answers: algorithms, stickiness, limits, retries, failover."""

import threading
import time
from collections import Counter
from itertools import pairwise

import pytest
from plane import backend, balancer, frontend, route
from traffic import Connection, eventually, get

from web_server import free_port

RED, BLUE = "red", "blue"


@pytest.fixture
def serve(plane, web_servers):
    """One frontend on port 80 over both servers; the row of its load balancer."""

    def serve(servers=web_servers.addresses, port=web_servers.port, **fields):
        target = backend(list(servers), port, **fields)
        return plane.serve([target], [frontend(target)])

    return serve


def names(plane, count, **options):
    return [plane.get(**options).server for _ in range(count)]


def test_round_robin_takes_turns(serve, plane):
    serve()
    served = names(plane, 10)
    assert Counter(served) == {RED: 5, BLUE: 5}
    assert all(one != other for one, other in pairwise(served))


def test_the_first_algorithm_fills_one_server_before_the_next(serve, plane):
    # room for two, because HAProxy counts a request until it has seen its end
    serve(forward_port_algorithm="first", max_connections=2)
    assert set(names(plane, 6)) == {RED}
    busy = [threading.Thread(target=plane.get, args=("/?wait=1.5",)) for _ in range(2)]
    for one in busy:
        one.start()
    time.sleep(0.3)
    assert set(names(plane, 3)) == {BLUE}
    for one in busy:
        one.join()


def test_least_connections_avoids_the_busy_server(serve, plane):
    serve(forward_port_algorithm="leastconn", forward_protocol="tcp")
    with Connection(plane.address, 80) as held:
        busy = held.get().server
        for _ in range(4):
            assert plane.get().server != busy
            time.sleep(0.1)  # HAProxy counts the connection until it has seen its end


def test_a_cookie_keeps_a_client_on_its_server(serve, plane):
    serve(sticky_sessions="cookie", sticky_sessions_cookie_name="Where")
    first = plane.get()
    cookie = first.headers["set-cookie"].partition(";")[0]
    assert cookie.startswith("Where=")
    again = {plane.get(cookie=cookie).server for _ in range(6)}
    assert again == {first.server}
    assert set(names(plane, 4)) == {RED, BLUE}
    assert "where" not in plane.get(cookie=cookie).seen["headers"].get("cookie", "").lower()


def test_a_table_keeps_an_address_on_its_server_over_reloads(serve, plane):
    lb = serve(sticky_sessions="table")
    clients = [f"127.0.1.{number}" for number in range(1, 7)]
    before = {client: plane.get(source=client).server for client in clients}
    assert set(before.values()) == {RED, BLUE}
    for client in clients:
        assert set(names(plane, 3, source=client)) == {before[client]}
    # those of one server in a row, which without the table would be spread again
    by_server = sorted(clients, key=before.get)
    for _ in range(3):
        for _ in range(2):
            plane.run(plane.haproxy.apply([lb]))
        assert {client: plane.get(source=client).server for client in by_server} == before


def test_a_table_forgets_the_servers_that_are_gone_and_keeps_the_others(plane, web_servers):
    red, blue = web_servers.addresses
    both = backend([red, blue], web_servers.port, sticky_sessions="table")
    row = frontend(both)
    plane.serve([both], [row])
    clients = [f"127.0.2.{number}" for number in range(1, 7)]
    before = {client: plane.get(source=client).server for client in clients}
    plane.serve([both | {"pool": [blue]}], [row])
    plane.serve([both | {"pool": [blue, red]}], [row])
    stayed = [client for client in clients if before[client] == BLUE]
    assert len(stayed) == 3
    assert {plane.get(source=client).server for client in stayed} == {BLUE}


def test_max_connections_queues_what_is_more(serve, plane, site):
    server = site()
    serve(["127.63.0.9"], server.server_port, max_connections=2, timeout_queue="10s")
    threads = [threading.Thread(target=plane.get, args=("/?wait=0.2",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.requests == 8
    assert server.most_active == 2


def test_who_waits_in_the_queue_for_too_long_is_refused(serve, plane, site):
    server = site()
    serve(["127.63.0.9"], server.server_port, max_connections=1, timeout_queue="0.300s")
    busy = threading.Thread(target=plane.get, args=("/?wait=1.5",))
    busy.start()
    time.sleep(0.3)
    begin = time.monotonic()
    assert plane.get().status == 503
    assert 0.2 < time.monotonic() - begin < 1
    busy.join()


@pytest.mark.parametrize(
    ("retries", "redispatch", "statuses"),
    [(2, 1, {200}), (1, 1, {200}), (0, 1, {200, 503}), (1, 0, {200, 503})],
)
def test_a_dead_server_is_passed_by_after_its_retries(
    serve, plane, site, retries, redispatch, statuses
):
    # nothing listens at the second, and checks are too rare to notice
    live = site()
    check = {"check_delay": 60_000, "transient_check_delay": "60s", "tcp_config": {}}
    serve(
        ["127.63.0.9", "127.63.0.10"],
        live.server_port,
        check=check,
        timeout_connect=300,
        max_retries=retries,
        redispatch_attempt_count=redispatch,
    )
    assert {plane.get().status for _ in range(4)} == statuses


def test_the_rate_of_connections_is_limited(plane, web_servers):
    target = backend(web_servers.addresses, web_servers.port)
    plane.serve([target], [frontend(target, connection_rate_limit=5)])
    begin = time.monotonic()
    assert {plane.get().status for _ in range(16)} == {200}
    assert time.monotonic() - begin > 1.5
    plane.serve([target], [frontend(target)])
    begin = time.monotonic()
    assert {plane.get().status for _ in range(16)} == {200}
    assert time.monotonic() - begin < 1


def test_the_failover_host_answers_while_no_server_is_up(serve, plane, site, web_servers):
    bucket = site("bucket")
    nowhere = free_port("127.63.0.9", "127.63.0.10")
    lb = serve(["127.63.0.10"], nowhere, failover_host=f"127.63.0.9:{bucket.server_port}")
    eventually(lambda: plane.servers(lb)["127.63.0.10"]["last_health_check_status"] == "failed")
    eventually(lambda: plane.get().status == 200)
    answer = plane.get("/page")
    assert answer.server == "bucket"
    assert answer.seen["headers"]["host"] == "127.63.0.9"
    serve(failover_host=f"127.63.0.9:{bucket.server_port}")
    assert set(names(plane, 4)) == {RED, BLUE}


def test_a_route_goes_to_the_failover_host_of_its_own_backend(plane, site, web_servers):
    bucket = site("bucket")
    nowhere = free_port("127.63.0.9", "127.63.0.10")
    main = backend(web_servers.addresses, web_servers.port)
    spare = backend(["127.63.0.10"], nowhere, failover_host=f"127.63.0.9:{bucket.server_port}")
    routes = [route(spare, host_header="pictures.example.com", match_subdomains=True)]
    plane.serve([main, spare], [frontend(main, routes=routes)])
    eventually(lambda: plane.get(host="a.pictures.example.com").status == 200)
    assert plane.get(host="a.pictures.example.com").server == "bucket"
    assert set(names(plane, 4)) == {RED, BLUE}


def test_a_server_that_is_slow_is_given_up_after_the_timeout(serve, plane):
    serve(timeout_server=300)
    begin = time.monotonic()
    assert plane.get("/?wait=2").status == 504
    assert time.monotonic() - begin < 1.5


def test_a_client_that_says_nothing_is_let_go_after_its_timeout(plane, web_servers):
    target = backend(web_servers.addresses, web_servers.port)
    plane.serve([target], [frontend(target, timeout_client=400)])
    begin = time.monotonic()
    with Connection(plane.address, 80) as connection:
        assert connection.sock.recv(1000).startswith(b"HTTP/1.1 408 ")
        assert connection.sock.recv(1) == b""
    assert 0.3 < time.monotonic() - begin < 3


def test_a_tunnel_that_is_idle_ends_after_its_timeout(serve, plane):
    serve(forward_protocol="tcp", timeout_tunnel=400)
    begin = time.monotonic()
    with Connection(plane.address, 80) as connection:
        assert connection.sock.recv(1) == b""
    assert 0.3 < time.monotonic() - begin < 3


def test_the_server_is_asked_for_the_host_of_the_backend(serve, plane):
    serve(host="internal.example.com")
    assert plane.get(host="www.example.com").seen["headers"]["host"] == "internal.example.com"


def test_two_load_balancers_share_a_port_on_their_own_addresses(plane, web_servers):
    red, blue = (backend([ip], web_servers.port) for ip in web_servers.addresses)
    plane.run(
        plane.haproxy.apply(
            [
                balancer("127.64.0.1", [red], [frontend(red)]),
                balancer("127.64.0.2", [blue], [frontend(blue)]),
            ]
        )
    )
    assert [get(address, 80).server for address in ("127.64.0.1", "127.64.0.2")] == [RED, BLUE]
