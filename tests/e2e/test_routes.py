"""Routes choose the backend by name or path."""

import pytest
from plane import backend, frontend, route
from traffic import believing, get, trusting


@pytest.fixture
def two(web_servers):
    """A backend for each server: red, which is the frontend's own, and blue."""
    red, blue = web_servers.addresses
    return backend([red], web_servers.port), backend([blue], web_servers.port)


def test_a_route_by_host_takes_the_exact_name_alone(plane, two):
    red, blue = two
    plane.serve(two, [frontend(red, routes=[route(blue, host_header="blue.example.com")])])
    served = {
        host: plane.get(host=host).server
        for host in ("blue.example.com", "BLUE.example.com:80", "a.blue.example.com", "example.com")
    }
    assert list(served.values()) == ["blue", "blue", "red", "red"]


def test_a_route_by_host_takes_subdomains_where_asked(plane, two):
    red, blue = two
    wanted = route(blue, host_header="blue.example.com", match_subdomains=True)
    plane.serve(two, [frontend(red, routes=[wanted])])
    assert plane.get(host="blue.example.com").server == "blue"
    assert plane.get(host="a.b.blue.example.com").server == "blue"
    assert plane.get(host="notblue.example.com").server == "red"


def test_the_exact_name_goes_before_subdomains(plane, two):
    red, blue = two
    routes = [
        route(blue, host_header="example.com", match_subdomains=True),
        route(red, host_header="red.example.com"),
    ]
    plane.serve(two, [frontend(blue, routes=routes)])
    assert plane.get(host="red.example.com").server == "red"
    assert plane.get(host="other.example.com").server == "blue"


def test_a_route_by_path_takes_what_begins_so_and_the_longest_goes_first(plane, two):
    red, blue = two
    routes = [route(blue, path_begin="/api"), route(red, path_begin="/api/red")]
    plane.serve(two, [frontend(red, routes=routes)])
    assert [plane.get(path).server for path in ("/api/x", "/api/red/x", "/x")] == [
        "blue",
        "red",
        "red",
    ]


def test_a_route_by_sni_works_without_decrypting(plane, web_servers):
    port = web_servers.secure_port
    red, blue = (backend([ip], port, forward_protocol="tcp") for ip in web_servers.addresses)
    routes = [
        route(blue, sni="www.example.com"),
        route(blue, sni="example.net", match_subdomains=True),
    ]
    plane.serve([red, blue], [frontend(red, 443, routes=routes)])
    answer = plane.get(port=443, tls=trusting(web_servers.ca_file), name="www.example.com")
    assert answer.server == "blue"
    for name, server in {"a.example.net": "blue", "example.org": "red", None: "red"}.items():
        assert plane.get(port=443, tls=believing(), name=name).server == server


def test_a_client_that_does_not_speak_tls_passes_routes_by_sni(plane, web_servers):
    red, blue = (
        backend([ip], web_servers.port, forward_protocol="tcp") for ip in web_servers.addresses
    )
    plane.serve([red, blue], [frontend(red, 443, routes=[route(blue, sni="www.example.com")])])
    assert get(plane.address, 443).server == "red"


def test_a_route_to_a_backend_of_another_protocol_is_left_out(plane, two, web_servers):
    red, _ = two
    tcp = backend([web_servers.addresses[1]], web_servers.port, forward_protocol="tcp")
    plane.serve([red, tcp], [frontend(red, routes=[route(tcp, path_begin="/")])])
    assert plane.get().server == "red"
    assert [what for what in plane.haproxy.configuration.problems if what.startswith("route ")]
