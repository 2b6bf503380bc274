"""Web servers for the tests: they say who they are and what they received."""

import contextlib
import json
import signal
import socket
import ssl
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
SSL, SSL_VERSION, SSL_CN = 0x20, 0x21, 0x22


class Handler(BaseHTTPRequestHandler):
    """Answers with JSON. `?wait=0.5` delays the answer, `?status=503` sets its status."""

    protocol_version = "HTTP/1.1"
    proxy = None

    def do_GET(self):
        asked = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        site = self.server
        with site.lock:
            site.active += 1
            site.most_active = max(site.most_active, site.active)
            site.requests += 1
        time.sleep(float(asked.get("wait", 0)))
        with site.lock:
            site.active -= 1
        body = json.dumps(
            {
                "server": site.name,
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "client": self.client_address[0],
                "proxy": self.proxy,
            }
        ).encode()
        if self.path.startswith(("/health", "/.")):
            site.health_asked.append((self.command, self.path, self.headers.get("Host")))
            self.send_response(site.health)
        else:
            self.send_response(int(asked.get("status", 200)))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_HEAD = do_GET

    def log_message(self, *arguments):
        pass


class Site(ThreadingHTTPServer):
    """One server. `certificate` (a file of key and chain) makes it speak TLS; with `proxy` it
    expects a PROXY header first, and answers with its content. `health` is the status of paths that
    begin with a dot or with /health."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, name, address, port, certificate=None, proxy=False, health=200):
        self.name, self.proxy, self.health = name, proxy, health
        self.active = self.most_active = self.requests = 0
        self.lock = threading.Lock()
        self.tls = None
        self.names_asked, self.health_asked = [], []
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
            self.tls.sni_callback = lambda sock, name, context: self.names_asked.append(name)
        super().__init__((address, port), Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def finish_request(self, request, client_address):
        # in the connection's own thread, so that a silent client holds up nobody
        request.settimeout(60)
        with contextlib.suppress(OSError, ValueError):
            header = read_proxy(request) if self.proxy else None
            if self.tls:
                request = self.tls.wrap_socket(request, server_side=True)
            type("Handler", (Handler,), {"proxy": header})(request, client_address, self)
            if self.tls:
                request.close()

    def handle_error(self, request, client_address):
        pass

    def stop(self):
        self.shutdown()
        self.server_close()


def exactly(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise ValueError("the connection ended")
        data += piece
    return data


def read_proxy(connection):
    """What a PROXY header of version 1 or 2 says."""
    first = exactly(connection, 5)
    if first == b"PROXY":
        line = b""
        while not line.endswith(b"\r\n"):
            line += exactly(connection, 1)
        words = line.decode().split()
        return {"version": 1, "source": words[1], "port": int(words[4])}
    if first + exactly(connection, 7) != SIGNATURE:
        raise ValueError("no PROXY header")
    kind, _, length = struct.unpack("!BBH", exactly(connection, 4))
    rest = exactly(connection, length)
    header = {"version": 2, "local": kind & 15 == 0}
    if not header["local"]:
        header["source"] = socket.inet_ntoa(rest[:4])
        header |= tlvs(rest[12:])
    return header


def tlvs(data):
    """The TLS part of a PROXY header of version 2."""
    found = {}
    while len(data) >= 3:
        kind, length = struct.unpack("!BH", data[:3])
        value, data = data[3 : 3 + length], data[3 + length :]
        if kind == SSL:
            found |= {"tls": bool(value[0] & 1), **tlvs(value[5:])}
        elif kind == SSL_VERSION:
            found["tls_version"] = value.decode()
        elif kind == SSL_CN:
            found["client_name"] = value.decode()
    return found


if __name__ == "__main__":
    # a server in a process of its own, until it is killed: NAME ADDRESS PORT HEALTH
    Site(sys.argv[1], sys.argv[2], int(sys.argv[3]), health=int(sys.argv[4]))
    signal.pause()
