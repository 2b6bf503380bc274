"""A client of the load balancers: what answer it gets, and from whom."""

import http.client
import json
import socket
import ssl


def fetch(address, name, authority=None, port=443, path="/"):
    """What a client sees: (status, headers, JSON of the page or text, the certificate)."""
    plain = socket.create_connection((address, port), timeout=10)
    certificate = None
    if authority:
        trust = ssl.create_default_context(cadata=authority)
        plain = trust.wrap_socket(plain, server_hostname=name)
        certificate = plain.getpeercert()
    with plain:
        request = f"GET {path} HTTP/1.1\r\nHost: {name}\r\nAccept: application/json\r\n"
        plain.sendall(f"{request}Connection: close\r\n\r\n".encode())
        answer = http.client.HTTPResponse(plain)
        answer.begin()
        text = answer.read().decode()
        page = json.loads(text) if text.startswith("{") else text
        return answer.status, dict(answer.getheaders()), page, certificate


def alternative_names(certificate):
    """The DNS names of a certificate."""
    return [value for kind, value in certificate["subjectAltName"] if kind == "DNS"]
