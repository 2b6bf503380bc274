"""Small web servers that report their name and the request, for the demo and the tests."""

from __future__ import annotations

import contextlib
import datetime
import html
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{name}</title></head>
<body>
<h1>Served by {name}</h1>
<p>This request arrived at {address} port {port}.</p>
<p>It said X-Forwarded-Proto: {forwarded_proto}</p>
</body>
</html>
"""


KEY_CERT_SIGN = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


class Page(BaseHTTPRequestHandler):
    """Answers every GET with a page, or with JSON if the client asks for it."""

    server: WebServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        address, port = self.server.server_address[:2]
        seen = {
            "name": self.server.name,
            "address": address,
            "port": port,
            "path": self.path,
            "forwarded_proto": self.headers.get("X-Forwarded-Proto"),
            "forwarded_for": self.headers.get("X-Forwarded-For"),
        }
        if "application/json" in self.headers.get("Accept", ""):
            kind, text = "application/json", json.dumps(seen)
        else:
            shown = {key: html.escape(str(value or "nothing")) for key, value in seen.items()}
            kind, text = "text/html; charset=utf-8", PAGE.format(**shown)
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the demo shows what the client sees."""


class WebServer(ThreadingHTTPServer):
    """One server: plain HTTP, or HTTPS with a `certificate` (a PEM file with key and chain)."""

    daemon_threads = True

    def __init__(self, name: str, address: str, port: int, certificate: Path | None = None) -> None:
        self.name = name
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(certificate)
        super().__init__((address, port), Page)

    def finish_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:
        # This runs in the connection's own thread, so that a health check that connects and sends
        # nothing does not block other clients.
        request.settimeout(30)
        with contextlib.suppress(OSError):
            if self.tls:
                request = self.tls.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)
            if self.tls:
                request.close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that disconnect."""


@contextlib.contextmanager
def serving(*servers: WebServer) -> Iterator[None]:
    """Serve in threads for as long as the block lasts."""
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def free_port(*addresses: str) -> int:
    """A port that is free on all the addresses."""
    while True:
        with contextlib.ExitStack() as opened, contextlib.suppress(OSError):
            port = 0
            for address in addresses:
                listener = opened.enter_context(socket.socket())
                listener.bind((address, port))
                port = listener.getsockname()[1]
            return port


def certify(name: str, directory: Path, issuer: str, days: int = 90) -> tuple[Path, Path]:
    """Create an authority, and a certificate for the name that it issues.

    Returns the file with the authority's certificate, and the one with the server's key and
    certificate.
    """
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=5)
    certificate = (
        x509.CertificateBuilder()
        .issuer_name(common_name(issuer))
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=days, minutes=10))
    )
    authority = (
        certificate.subject_name(common_name(issuer))
        .serial_number(x509.random_serial_number())
        .public_key(authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(KEY_CERT_SIGN, critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False
        )
        .sign(authority_key, hashes.SHA256())
    )
    leaf = (
        certificate.subject_name(common_name(name))
        .serial_number(x509.random_serial_number())
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    key_pem = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    authority_file, server_file = directory / "authority.pem", directory / "server.pem"
    authority_file.write_bytes(authority.public_bytes(pem))
    server_file.touch(mode=0o600)
    server_file.write_bytes(key_pem + leaf.public_bytes(pem))
    return authority_file, server_file


def common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
