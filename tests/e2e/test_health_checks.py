"""Health checks of every kind, and what follows from them."""

import contextlib
import socket
import socketserver
import struct
import threading

import pytest
from plane import backend, frontend
from traffic import Connection, eventually

ADDRESS = "127.63.0.9"
HTTP = {"uri": "/health", "method": "GET", "code": None, "host_header": ""}


class Responder(socketserver.ThreadingTCPServer):
    """Speaks just enough of a database's protocol for a check; `well` says what it answers."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, greeting, answer):
        self.greeting, self.answer, self.well, self.heard = greeting, answer, True, []
        super().__init__((ADDRESS, 0), None)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def finish_request(self, request, client_address):
        with contextlib.suppress(OSError), request:
            request.settimeout(5)
            request.sendall(self.greeting if self.well else b"\x00nonsense\r\n")
            if self.answer:
                self.heard.append(request.recv(1000))
                request.sendall(self.answer if self.well else b"-ERR nonsense\r\n")
                request.recv(1000)


def mysql_packet(number, body):
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body


MYSQL_GREETING = mysql_packet(
    0,
    b"\x0a5.7.0\x00" + struct.pack("<I", 1) + b"12345678\x00" + struct.pack("<H", 0xF7FF) + b"\x08",
)
DATABASES = {
    "mysql_config": ({"user": "watch"}, MYSQL_GREETING, mysql_packet(2, b"\x00\x00\x00\x02\x00")),
    "pgsql_config": ({"user": "watch"}, b"", b"R\x00\x00\x00\x08\x00\x00\x00\x00"),
    "redis_config": ({}, b"", b"+PONG\r\n"),
    "ldap_config": ({}, b"", bytes.fromhex("300c02010161070a010004000400")),
}


@pytest.fixture
def watch(plane):
    """Serve a backend of one server and return a function that tells its state."""

    def watch(port, check, **fields):
        target = backend([ADDRESS], port, check=check, **fields)
        lb = plane.serve([target], [frontend(target)])
        return lambda: plane.servers(lb)[ADDRESS]

    return watch


def becomes(server, state, health):
    def reached():
        found = server()
        return (found["server_state"], found["last_health_check_status"]) == (state, health)

    return eventually(reached)


@pytest.mark.parametrize("kind", DATABASES)
def test_a_database_is_checked_in_its_own_protocol(watch, kind):
    config, greeting, answer = DATABASES[kind]
    responder = Responder(greeting, answer)
    try:
        server = watch(responder.server_address[1], {kind: config}, forward_protocol="tcp")
        becomes(server, "running", "passed")
        responder.well = False
        becomes(server, "stopped", "failed")
        responder.well = True
        becomes(server, "running", "passed")
        if config:
            assert any(b"watch" in heard for heard in responder.heard)
    finally:
        responder.shutdown()
        responder.server_close()


def test_an_open_port_is_enough_for_a_tcp_check(watch, site):
    server = site(health=503)
    becomes(watch(server.server_port, {"tcp_config": {}}), "running", "passed")
    server.stop()
    becomes(watch(server.server_port, {"tcp_config": {}}), "stopped", "failed")


def test_an_http_check_wants_the_code_that_was_asked_for(watch, site, plane):
    server = site(health=404)
    becomes(watch(server.server_port, {"http_config": HTTP}), "stopped", "failed")
    assert plane.get().status == 503
    becomes(watch(server.server_port, {"http_config": HTTP | {"code": 404}}), "running", "passed")
    assert plane.get().status == 200


def test_an_http_check_sends_its_method_path_and_host(watch, site):
    server = site(health=200)
    config = {"uri": "/health?a=b%20c", "method": "POST", "code": 200, "host_header": "a.example"}
    becomes(watch(server.server_port, {"http_config": config}), "running", "passed")
    method, path, host = server.health_asked[-1]
    assert (method, path, host) == ("POST", "/health?a=b%20c", "a.example")


def test_an_https_check_speaks_tls_and_asks_for_its_name(watch, site):
    server = site(certificate_for="www.example.com", health=200)
    config = HTTP | {"sni": "check.example.com"}
    becomes(
        watch(server.server_port, {"https_config": config}, forward_protocol="tcp"),
        "running",
        "passed",
    )
    assert "check.example.com" in server.names_asked
    becomes(watch(server.server_port, {"http_config": HTTP}), "stopped", "failed")


def test_a_check_may_go_to_another_port_and_with_the_proxy_protocol(watch, site, plane):
    checked = site("checked", proxy=True)
    served = site("served", proxy=True)
    check = {"port": checked.server_port, "check_send_proxy": True, "http_config": HTTP}
    becomes(
        watch(served.server_port, check, proxy_protocol="proxy_protocol_v2"), "running", "passed"
    )
    assert plane.get().seen["proxy"]["source"] == "127.0.0.1"
    becomes(
        watch(
            served.server_port,
            check | {"check_send_proxy": False},
            proxy_protocol="proxy_protocol_v2",
        ),
        "stopped",
        "failed",
    )


def test_a_server_that_fails_is_left_out_and_taken_back(plane, web_servers):
    red = web_servers.plain["red"]
    target = backend(web_servers.addresses, web_servers.port, check={"http_config": HTTP})
    lb = plane.serve([target], [frontend(target)])
    address = web_servers.addresses[0]
    becomes(lambda: plane.servers(lb)[address], "running", "passed")
    try:
        red.health = 500
        becomes(lambda: plane.servers(lb)[address], "stopped", "failed")
        assert {plane.get().server for _ in range(4)} == {"blue"}
    finally:
        red.health = 200
    becomes(lambda: plane.servers(lb)[address], "running", "passed")
    assert {plane.get().server for _ in range(4)} == {"red", "blue"}


def test_a_server_behind_several_backends_has_its_state_in_each(plane, site):
    server = site(health=200)
    checks = [{"http_config": HTTP | {"code": code}} for code in (200, 200, 500)]
    targets = [backend([ADDRESS], server.server_port, check=check) for check in checks]
    lb = plane.serve(targets, [])

    def states():
        rows = plane.run(plane.haproxy.stats(lb["id"], lb["backends"]))
        found = {row["backend_id"]: row["server_state"] for row in rows}
        return [found.get(target["id"]) for target in targets]

    eventually(lambda: states() == ["running", "running", "stopped"])


def test_a_server_that_is_down_stays_down_over_a_reload(plane, web_servers, site):
    target = backend([*web_servers.addresses, ADDRESS], web_servers.port)
    lb = plane.serve([target], [frontend(target)])
    becomes(lambda: plane.servers(lb)[ADDRESS], "stopped", "failed")
    since = plane.servers(lb)[ADDRESS]["server_state_changed_at"]
    for _ in range(3):
        plane.run(plane.haproxy.apply([lb]))
        found = plane.servers(lb)[ADDRESS]
        assert (found["server_state"], found["last_health_check_status"]) == ("stopped", "failed")
        assert abs(found["server_state_changed_at"] - since) < 5
        assert {plane.get().status for _ in range(6)} == {200}


@pytest.mark.parametrize(
    ("action", "cut"), [("shutdown_sessions", True), ("on_marked_down_action_none", False)]
)
def test_sessions_of_a_server_that_goes_down_are_cut_where_asked(watch, site, plane, action, cut):
    server = site(health=200)
    state = watch(
        server.server_port,
        {"http_config": HTTP},
        forward_protocol="tcp",
        on_marked_down_action=action,
    )
    becomes(state, "running", "passed")
    with Connection(plane.address, 80) as connection:
        assert connection.get().status == 200
        server.health = 500
        becomes(state, "stopped", "failed")
        connection.sock.settimeout(1)
        if cut:
            assert connection.sock.recv(1) == b""
        else:
            with pytest.raises(socket.timeout):
                connection.sock.recv(1)
