"""What the tests make first: (module, options)."""

BACKEND = {
    "load_balancer": "web",
    "name": "web",
    "forward_protocol": "http",
    "forward_port": 80,
    "servers": ["10.0.0.1"],
}
SUBNET = {"ip_subnet": ["10.0.0.0/8"]}
DENY = {"name": "deny", "action": {"type": "deny"}, "match": SUBNET}
REDIRECT = {
    "name": "redirect",
    "action": {"type": "redirect", "redirect": {"type": "scheme", "target": "https", "code": 301}},
}

WEB = ("load_balancer", {"name": "web"})
WEB_BACKEND = ("backend", BACKEND)
TCP_BACKEND = ("backend", {**BACKEND, "name": "tcp", "forward_protocol": "tcp"})
API_BACKEND = ("backend", {**BACKEND, "name": "api", "forward_port": 8080})
HTTP = ("frontend", {"load_balancer": "web", "name": "http", "inbound_port": 80, "backend": "web"})
FIRST = ("certificate", {"load_balancer": "web", "name": "first", "letsencrypt": {}})
SECOND = ("certificate", {"load_balancer": "web", "name": "second", "letsencrypt": {}})
ON_CALL = ("subscriber", {"name": "on-call", "email_config": {"email": "on-call@example.com"}})
NETWORK = "22222222-3333-4444-8555-666666666666"
ADDRESS = "22222222-3333-4444-8555-777777777777"
