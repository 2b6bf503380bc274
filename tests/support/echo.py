"""An API that echoes what it is sent: the worst that can happen to a secret."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BARE = "00000000-0000-4000-8000-000000000001"
UNREADABLE = "00000000-0000-4000-8000-000000000002"
"""The load balancer whose certificates have the key as their end date."""


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length).decode()
        key = self.headers["X-Auth-Token"]
        if "/certificates" in self.path and self.command == "GET":
            end = key if UNREADABLE in self.path else "2020-01-01T00:00:00Z"
            certificate = {
                "id": BARE,
                "name": key,
                "type": "custom",
                "status": "ready",
                "common_name": f"{key}.example.com",
                "subject_alternative_name": [],
                "not_valid_before": end,
                "not_valid_after": end,
                "lb": {"id": BARE},
            }
            self.say(200, {"certificates": [certificate], "total_count": 1})
        elif self.path.endswith((BARE, UNREADABLE)):
            usable = {"status": "ready", "instances": [], "tags": [], "region": "fr-par", "ip": []}
            self.say(200, {"id": BARE, "name": "web", **usable})
        else:
            self.say(400, {"message": f"you are {key} and said {sent}"})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def say(self, status, content):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextmanager
def echoing():
    """Serve on a free port; yield the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
