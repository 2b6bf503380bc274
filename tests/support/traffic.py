"""A client that looks closely: which certificate, which protocol, which answer."""

import http.client
import json
import multiprocessing
import socket
import ssl
import threading
import time
from dataclasses import dataclass

from cryptography import x509


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes
    certificate: x509.Certificate | None = None
    tls_version: str | None = None

    @property
    def seen(self):
        """What the server says it received."""
        return json.loads(self.body)

    @property
    def server(self):
        return self.seen["server"]


def trusting(ca_file, **options):
    """A TLS context that trusts only this authority; options are set on it."""
    context = ssl.create_default_context(cafile=str(ca_file))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    for name, value in options.items():
        setattr(context, name, value)
    return context


def believing(**options):
    """A TLS context that accepts any certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for name, value in options.items():
        setattr(context, name, value)
    return context


class Connection:
    """One connection from a chosen source address; requests on it are kept alive.

    It is reopened if the server has announced that it closes it.
    """

    def __init__(self, *place, **options):
        self.place, self.options = place, options
        self.open(*place, **options)

    def open(self, address, port, tls=None, name=None, source="127.0.0.1", timeout=20):
        self.http = http.client.HTTPConnection(address, port, timeout=timeout)
        sock = socket.create_connection((address, port), timeout, (source, 0))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self.ended = False
        self.certificate = self.version = None
        if tls:
            try:
                self.sock = tls.wrap_socket(sock, server_hostname=name)
            except OSError:
                sock.close()
                raise
            der = self.sock.getpeercert(binary_form=True)
            self.certificate = x509.load_der_x509_certificate(der)
            self.version = self.sock.version()
        self.http.sock = self.sock

    def get(self, path="/", host="lb.example.com", **headers):
        if self.ended:
            self.sock.close()
            self.open(*self.place, **self.options)
        self.http.putrequest("GET", path, skip_host=True)
        self.http.putheader("Host", host)
        for header, value in headers.items():
            self.http.putheader(header.replace("_", "-"), value)
        self.http.endheaders()
        answer = self.http.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read()
        seen = Answer(answer.status, found, body, self.certificate, self.version)
        self.ended = answer.will_close
        return seen

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.sock.close()


def get(address, port, path="/", tls=None, name=None, source="127.0.0.1", **headers):
    """One request on a connection of its own. `name` is both SNI and, unless given, Host."""
    headers.setdefault("host", name or "lb.example.com")
    with Connection(address, port, tls, name, source) as connection:
        return connection.get(path, **headers)


def eventually(condition, timeout=20, pause=0.1):
    """The first true result of a function; fails when there is none in time."""
    deadline = time.monotonic() + timeout
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(pause)


class Visitor(threading.Thread):
    """Sends requests at a steady rate: one in ten on a fresh connection, the rest on one kept
    alive."""

    def __init__(self, rate, place, path, stop):
        super().__init__(daemon=True)
        self.pause, self.place, self.path, self.stop_asked = 1 / rate, place, path, stop
        self.served, self.fresh, self.problems, self.servers = 0, 0, [], set()

    def run(self):
        kept = Connection(*self.place)
        due = time.monotonic()
        while not self.stop_asked.is_set():
            try:
                if self.served % 10:
                    answer = kept.get(self.path)
                else:
                    self.fresh += 1
                    with Connection(*self.place) as fresh:
                        answer = fresh.get(self.path)
                if answer.status == 200:
                    self.servers.add(answer.server)
                else:
                    self.problems.append(answer.status)
            except OSError as error:
                self.problems.append(repr(error))
                kept = Connection(*self.place)
            self.served += 1
            due += self.pause
            time.sleep(max(0, due - time.monotonic()))


class Load:
    """Visitors for as long as the block lasts: `rate` requests a second in all, to `place`
    (address, port, and for TLS a name; any certificate is accepted).

    They run in a process of their own, so they do not wait for what the test does meanwhile.
    """

    def __init__(self, visitors, rate, place, path="/"):
        spawn = multiprocessing.get_context("spawn")
        self.ours, theirs = spawn.Pipe()
        arguments = (theirs, visitors, rate / visitors, place, path)
        self.process = spawn.Process(target=visit, args=arguments, daemon=True)

    def __enter__(self):
        self.process.start()
        assert self.ours.poll(20) and self.ours.recv() == "begun"
        return self

    def __exit__(self, *error):
        self.ours.send("stop")
        assert self.ours.poll(60), "the visitors do not end"
        found = self.ours.recv()
        self.process.join(20)
        self.served, self.fresh, self.seconds, self.problems, self.servers = found
        self.rate = self.served / self.seconds


def visit(pipe, count, rate, place, path):
    """The process of a Load: visits until told to stop, then reports what it has seen."""
    address, port, *name = place
    place = (address, port, *((believing(), *name) if name else ()))
    stop = threading.Event()
    visitors = [Visitor(rate, place, path, stop) for _ in range(count)]
    begin = time.monotonic()
    for visitor in visitors:
        visitor.start()
    pipe.send("begun")
    pipe.recv()
    seconds = time.monotonic() - begin
    stop.set()
    for visitor in visitors:
        visitor.join(20)
    pipe.send(
        (
            sum(visitor.served for visitor in visitors),
            sum(visitor.fresh for visitor in visitors),
            seconds,
            [problem for visitor in visitors for problem in visitor.problems],
            set().union(*(visitor.servers for visitor in visitors)),
        )
    )
