"""One API is asked over one connection, with the token for itself alone; TLS, proxies and pauses."""

import json
import os
import socket
import ssl
import sys
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from ansible_collections.scaleway_community.lb.plugins.module_utils.api import (
    AnswerLost,
    Api,
    ApiError,
    Unreachable,
    backoff,
)
from ansible_collections.scaleway_community.lb.plugins.module_utils.config import Config
from ansible_collections.scaleway_community.lb.plugins.module_utils.connections import (
    connections,
    reach,
)
from ansible_collections.scaleway_community.lb.plugins.module_utils.plan import Call
from ansible_collections.scaleway_community.lb.plugins.module_utils.problem import Problem
from ansible_collections.scaleway_community.lb.plugins.module_utils.session import Session
from pki import AUTHORITY, Issued

KEY = "11111111-2222-4333-8444-555555555555"
ELSEWHERE = "Check the ID, and whether it lies in fr-par-1 (option zone, SCW_DEFAULT_ZONE)."
NO_API = "Is api_url (SCW_API_URL) the address of the API?"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@contextmanager
def listening(serve):
    """Run `serve(connection, number)` for each connection to a free port; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        for number in range(20):
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


def answering(*answers):
    """Serves these answers in turn, each on a connection of its own; `.heads` is what was asked."""

    def serve(connection, number):
        serve.heads.append(heard(connection))
        connection.sendall(answers[min(number, len(answers) - 1)])

    serve.heads = []
    return serve


def closing(status, *headers):
    lines = [f"HTTP/1.1 {status}", "Content-Length: 2", "Connection: close", *headers, "", "{}"]
    return "\r\n".join(lines).encode()


def api(url, **settings):
    return Api(Config(secret_key=KEY, zone="fr-par-1", api_url=url, **settings))


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Without proxies, authorities and passwords of the person who runs the tests."""
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle")
    for name in (*names, "curl_ca_bundle", "netrc"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


@pytest.fixture
def kept():
    """An API that keeps its connections open: `.port`, and which connection `.heard` what."""

    def serve(connection, number):
        threading.Thread(target=talk, args=(connection.dup(), number), daemon=True).start()

    def talk(connection, number):
        with connection:
            while head := heard(connection):
                asked.append((number, head.split()[0]))
                connection.sendall(ANSWER)

    asked = []
    with listening(serve) as port:
        yield SimpleNamespace(url=f"http://127.0.0.1:{port}", asked=asked)
        connections(None).close()


def test_one_connection_serves_all_that_a_process_asks(kept):
    for method in ("GET", "DELETE", "GET"):
        assert api(kept.url).request(method, "lbs") == {}
    assert kept.asked == [(0, "GET"), (0, "DELETE"), (0, "GET")]


def test_a_connection_that_the_api_has_closed_is_not_used_again():
    serve = answering(ANSWER)  # and closes, without having said so
    with listening(serve) as port:
        for method in ("GET", "POST", "POST"):
            assert api(f"http://127.0.0.1:{port}").request(method, "lbs") == {}
            time.sleep(0.05)
    assert len(serve.heads) == 3


def test_a_connection_that_may_have_been_forgotten_is_not_used_again(kept, monkeypatch):
    one = api(kept.url)
    one.get("lbs")
    monkeypatch.setattr(sys.modules[connections.__module__], "IDLE", 0)
    one.get("lbs")
    assert kept.asked == [(0, "GET"), (1, "GET")]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_fork_does_not_speak_on_its_parents_connection(kept):
    one = api(kept.url)
    one.get("lbs")
    child = os.fork()
    if not child:
        os._exit(0 if one.get("lbs") == {} else 1)
    assert os.waitpid(child, 0)[1] == 0
    one.get("lbs")
    assert [number for number, _method in kept.asked] == [0, 1, 0]


@pytest.mark.parametrize(
    ("path", "body", "gone", "advice"),
    [
        (f"backends/{KEY}", '{"message": "backend not Found"}', True, ELSEWHERE),
        (f"lbs/{KEY}/backends", '{"message": "lbs not Found"}', True, ELSEWHERE),
        ("lbs", '{"message": "ips not Found"}', False, ELSEWHERE),
        (f"backends/{KEY}", "<html></html>", False, NO_API),
        (f"backends/{KEY}", '{"detail": "Not Found"}', False, NO_API),
        (f"backends/{KEY}", "", False, NO_API),
        ("lbs", '{"message": "not found"}', False, NO_API),
    ],
)
def test_a_404_means_that_an_object_is_gone_only_if_the_api_says_it_of_one(
    path, body, gone, advice
):
    head = f"HTTP/1.1 404 Not Found\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    with (
        listening(answering(f"{head}{body}".encode())) as port,
        pytest.raises(ApiError) as caught,
    ):
        api(f"http://127.0.0.1:{port}").get(path)
    assert caught.value.gone is gone
    assert str(caught.value).endswith(advice)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (
            400,
            {"message": "invalid argument(s)", "type": "invalid_arguments", "details": [
                {"argument_name": "dns_name", "reason": "constraint", "help_message": "a.b leads elsewhere"},
                {"argument_name": "Port", "reason": "required"},
            ]},
            "invalid argument(s); dns_name constraint: a.b leads elsewhere; Port required.",
        ),
        (
            400,
            {"message": "Invalid parameters", "type": "invalid_field", "details": [
                {"field": "dns_name", "reason": "constraint", "message": "a.b leads elsewhere"},
            ]},
            "Invalid parameters; dns_name constraint: a.b leads elsewhere.",
        ),
        (
            401,
            {"message": "authentication is denied", "method": "api_key", "reason": "expired"},
            "authentication is denied; reason expired.",
        ),
        (
            403,
            {"message": "insufficient permissions", "details": [{"action": "write", "resource": "lb"}]},
            "insufficient permissions; action write, resource lb.",
        ),
        (
            403,
            {"message": "quota(s) exceeded", "details": [{"current": 3, "quota": 3, "resource": "lbs"}]},
            "quota(s) exceeded; current 3, quota 3, resource lbs.",
        ),
        (
            409,
            {"message": "in transition", "current_state": "migrating", "resource": "lb", "resource_id": KEY},
            f"in transition; current_state migrating; resource lb; resource_id {KEY}.",
        ),
        (
            410,
            {"message": "resource expired", "expired_since": "2026-07-21T10:19:01Z", "resource": "lb"},
            "resource expired; expired_since 2026-07-21T10:19:01Z; resource lb.",
        ),
        (
            412,
            {"message": "not respected", "precondition": "resource_still_in_use", "help_message": "It is in use."},
            "not respected; It is in use; precondition resource_still_in_use.",
        ),
    ],
)  # fmt: skip
def test_a_refusal_is_passed_on_with_all_that_the_api_says(status, body, said):
    raw = json.dumps(body)
    head = f"HTTP/1.1 {status} No\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n\r\n"
    with (
        listening(answering(f"{head}{raw}".encode())) as port,
        pytest.raises(ApiError) as caught,
    ):
        api(f"http://127.0.0.1:{port}").get("lbs")
    assert caught.value.said == said


def test_the_token_is_sent_to_the_api_and_follows_no_redirect():
    elsewhere = answering(ANSWER)
    with listening(elsewhere) as other:
        here = answering(closing("302 Found", f"Location: http://127.0.0.1:{other}/"))
        with listening(here) as port, pytest.raises(ApiError, match="HTTP 302"):
            api(f"http://127.0.0.1:{port}").get("lbs")
    assert f"X-Auth-Token: {KEY}" in here.heads[0]
    assert elsewhere.heads == []


def test_no_password_of_the_netrc_file_is_sent(tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ann password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    serve = answering(ANSWER)
    with listening(serve) as port:
        api(f"http://127.0.0.1:{port}").get("lbs")
    assert "authorization" not in serve.heads[0].lower()


def test_what_asks_to_slow_down_is_asked_again_when_it_says():
    serve = answering(closing("429 Too Many Requests", "Retry-After: 3"), ANSWER)
    with listening(serve) as port:
        begin = time.monotonic()
        assert api(f"http://127.0.0.1:{port}").get("lbs") == {}
    # without it the first pause is half a second
    assert time.monotonic() - begin >= 3
    assert len(serve.heads) == 2


def test_in_check_mode_no_write_leaves_the_process():
    with listening(answering(ANSWER)) as port:
        config = Config(secret_key=KEY, zone="fr-par-1", api_url=f"http://127.0.0.1:{port}")
        write = Call("PUT", "lbs/a", {})
        with pytest.raises(RuntimeError, match="PUT lbs/a would be sent in check mode"):
            Session(config, {}, check_mode=True).send(write)
        assert Session(config, {}, check_mode=False).send(write) == {}


def test_pauses_begin_short_and_grow_to_five_seconds():
    for attempt, seconds in ((1, 0.5), (2, 1), (3, 2), (4, 4), (5, 5), (50, 5), (5000, 5)):
        assert 0.8 * seconds <= backoff(attempt) <= 1.2 * seconds


def test_a_post_whose_answer_is_lost_is_not_sent_again():
    serve = answering(b"")
    with listening(serve) as port, pytest.raises(AnswerLost):
        api(f"http://127.0.0.1:{port}").request("POST", "lbs", {"name": "web"})
    assert len(serve.heads) == 1


def test_what_is_broken_is_told():
    with pytest.raises(Unreachable, match="could not be resolved"):
        api("http://nowhere.invalid").get("lbs")
    ended = threading.Event()
    with listening(lambda connection, number: ended.wait(10)) as port:
        with pytest.raises(AnswerLost, match="in time"):
            api(f"http://127.0.0.1:{port}", api_timeout=1).request("POST", "lbs", {})
        ended.set()


@pytest.fixture
def secure(tmp_path):
    """The URL of an API with a certificate of AUTHORITY."""
    own = Issued("localhost", AUTHORITY)
    (tmp_path / "own.pem").write_text(own.key + own.pem)
    (tmp_path / "authority.pem").write_text(AUTHORITY.pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "own.pem")

    def serve(connection, number):
        if connection.recv(7, socket.MSG_PEEK) == b"CONNECT":  # as a proxy, and as what is behind
            heard(connection)
            connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        try:
            with context.wrap_socket(connection, server_side=True) as encrypted:
                heard(encrypted)
                encrypted.sendall(ANSWER)
        except OSError:
            pass

    with listening(serve) as port:
        yield f"https://localhost:{port}"


def test_a_certificate_that_nobody_vouches_for_is_refused(secure):
    with pytest.raises(Problem, match=r"could not be verified.*REQUESTS_CA_BUNDLE"):
        api(secure).get("lbs")


def test_the_authority_that_the_environment_names_is_trusted(secure, environment, tmp_path):
    environment.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    assert api(secure).get("lbs") == {}


def test_the_authorities_are_read_once_unless_they_change(secure, environment, tmp_path):
    named = tmp_path / "authority.pem"
    environment.setenv("REQUESTS_CA_BUNDLE", str(named))
    assert api(secure).get("lbs") == {}
    used = reach(secure, str(named))
    assert len(used.context.get_ca_certs()) == 1, "one is named, none is added"
    assert reach(secure, str(named)) is used
    os.utime(named, (0, 0))
    assert reach(secure, str(named)) is not used


def test_what_is_trusted_directly_is_trusted_through_a_proxy(secure, environment, tmp_path):
    environment.setenv("HTTPS_PROXY", secure.replace("https", "http"))
    with pytest.raises(Problem, match="could not be verified"):
        api("https://localhost").get("lbs")
    environment.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    assert api("https://localhost").get("lbs") == {}
    with pytest.raises(Problem, match="could not be verified"):
        api("https://elsewhere.invalid").get("lbs")
    assert api("https://elsewhere.invalid", validate_certs=False).get("lbs") == {}


def test_an_authority_that_is_no_file_is_told(secure, environment, tmp_path):
    environment.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    with pytest.raises(
        Problem, match=r"could not be verified.*none\.pem cannot be read.*REQUESTS_CA_BUNDLE"
    ):
        api(secure).get("lbs")


@pytest.mark.filterwarnings("error")
def test_nothing_is_verified_if_that_is_asked_for_whatever_the_environment(
    secure, environment, tmp_path
):
    assert api(secure, validate_certs=False).get("lbs") == {}
    environment.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "own.pem"))
    assert api(secure, validate_certs=False).get("lbs") == {}


def test_a_proxy_that_the_environment_names_is_used_unless_it_is_told_not_to(environment):
    serve = answering(ANSWER)
    with listening(serve) as port:
        environment.setenv("http_proxy", f"http://user:pa%20ss@127.0.0.1:{port}")
        assert api("http://api.invalid/base").get("lbs") == {}
        environment.setenv("no_proxy", "api.invalid")
        with pytest.raises(Unreachable, match="could not be resolved"):
            api("http://api.invalid").get("lbs")
    assert len(serve.heads) == 1
    place = "http://api.invalid/base/lb/v1/zones/fr-par-1/lbs"
    assert serve.heads[0].startswith(f"GET {place} HTTP/1.1")
    assert "Proxy-Authorization: Basic dXNlcjpwYSBzcw==" in serve.heads[0]
