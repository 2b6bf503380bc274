"""A server is asked over one connection, which is replaced when it has ended; TLS and proxies."""

import socket
import ssl
import threading
from contextlib import contextmanager

import pytest
from ansible_collections.scaleway_community.lb.plugins.module_utils.server import (
    Broken,
    Distrusted,
    Server,
)
from pki import AUTHORITY, Issued

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def listening(serve):
    """Run `serve(connection, number)` for each connection to a free port; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        for number in range(10):
            try:
                connection = listener.accept()[0]
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                serve(connection, number)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def heard(connection):
    """The head of the next request on a connection, '' at its end."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(65536)
        if not more:
            return ""
        head += more
    return head.decode()


def ask(server, method="GET", path="/lbs"):
    return server.ask(method, path, {"X-Auth-Token": "key"}, None)


@pytest.fixture
def plain_environment(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def test_one_connection_serves_all_that_is_asked(plain_environment):
    used = []

    def serve(connection, number):
        while head := heard(connection):
            used.append((number, head.split()[0]))
            connection.sendall(ANSWER)

    with listening(serve) as port:
        server = Server(f"http://127.0.0.1:{port}", 10, True)
        for method in ("GET", "POST", "GET"):
            assert ask(server, method).status == 200
        server.kept.close()
    assert used == [(0, "GET"), (0, "POST"), (0, "GET")]


def test_a_connection_that_the_server_has_ended_is_replaced_before_anything_is_sent(
    plain_environment,
):
    ended = threading.Event()

    def serve(connection, number):
        heard(connection)
        connection.sendall(ANSWER)
        connection.close()
        ended.set()

    with listening(serve) as port:
        server = Server(f"http://127.0.0.1:{port}", 10, True)
        ask(server)
        assert ended.wait(10)
        assert ask(server, "POST").status == 200
        server.kept.close()


def test_what_is_broken_says_whether_the_request_was_sent(plain_environment):
    with listening(lambda connection, number: heard(connection)) as port:
        with pytest.raises(Broken, match="the connection broke") as cut:
            ask(Server(f"http://127.0.0.1:{port}", 10, True))
        assert cut.value.sent
    with pytest.raises(Broken, match="refused") as refused:
        ask(Server(f"http://127.0.0.1:{port}", 10, True))
    assert not refused.value.sent
    with pytest.raises(Broken, match="name could not be resolved") as unknown:
        ask(Server("http://nowhere.invalid", 10, True))
    assert not unknown.value.sent
    ended = threading.Event()
    with listening(lambda connection, number: ended.wait(10)) as port:
        with pytest.raises(Broken, match="in time") as late:
            ask(Server(f"http://127.0.0.1:{port}", 0.2, True))
        ended.set()
    assert late.value.sent


def test_a_certificate_is_verified_against_the_named_authority_or_not_at_all(
    plain_environment, tmp_path
):
    own = Issued("localhost", AUTHORITY)
    (tmp_path / "own.pem").write_text(own.key + own.pem)
    (tmp_path / "authority.pem").write_text(AUTHORITY.pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "own.pem")

    def serve(connection, number):
        try:
            with context.wrap_socket(connection, server_side=True) as secure:
                heard(secure)
                secure.sendall(ANSWER)
        except OSError:
            pass

    with listening(serve) as port:
        url = f"https://localhost:{port}"
        with pytest.raises(Distrusted, match="CERTIFICATE_VERIFY_FAILED"):
            ask(Server(url, 10, True))
        assert ask(Server(url, 10, False)).status == 200
        plain_environment.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
        assert ask(Server(url, 10, True)).status == 200
        plain_environment.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
        with pytest.raises(Broken, match="FileNotFoundError"):
            ask(Server(url, 10, True))


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_the_environment_names_is_used_unless_no_proxy_names_the_server(
    plain_environment, scheme
):
    heads = []

    def serve(connection, number):
        heads.append(heard(connection))
        connection.sendall(ANSWER if scheme == "http" else b"HTTP/1.1 403 Forbidden\r\n\r\n")

    with listening(serve) as port:
        plain_environment.setenv(f"{scheme}_proxy", f"http://user:pa%20ss@127.0.0.1:{port}")
        server = Server(f"{scheme}://api.invalid/base", 10, True)
        if scheme == "http":
            assert ask(server).status == 200
            server.kept.close()
        else:
            with pytest.raises(Broken):
                ask(server)
        plain_environment.setenv("no_proxy", "api.invalid")
        with pytest.raises(Broken, match="name could not be resolved"):
            ask(Server(f"{scheme}://api.invalid", 10, True))
    first = {
        "http": "GET http://api.invalid/base/lbs HTTP/1.1",
        "https": "CONNECT api.invalid:443 ",
    }
    assert len(heads) == 1 and heads[0].startswith(first[scheme])
    assert "Proxy-Authorization: Basic dXNlcjpwYSBzcw==" in heads[0]
