"""A load balancer made by plain API calls, for the tests of its traffic."""

from traffic import eventually, get

QUICK_CHECK = {
    "check_delay": 1000,
    "check_timeout": 1000,
    "check_max_retries": 2,
    "transient_check_delay": "0.1s",
}


class Balancer:
    """One load balancer of the emulator and what is on it."""

    def __init__(self, emulator, **fields):
        self.take(emulator, emulator.api("POST", "lbs", {"name": "web", **fields}))

    @classmethod
    def existing(cls, emulator, lb):
        """One that was made in another way."""
        self = cls.__new__(cls)
        self.take(emulator, lb)
        return self

    def take(self, emulator, lb):
        self.emulator, self.lb = emulator, lb
        self.address = lb["ip"][0]["ip_address"] if lb["ip"] else None
        self.wait()

    @property
    def name(self):
        """The name that the platform gives to its address."""
        return f"{self.address.replace('.', '-')}.lb.fr-par.scw.cloud"

    def wait(self):
        """Wait until everything requested is live."""

        def live():
            lb = self.emulator.api("GET", f"lbs/{self.lb['id']}")
            return lb["status"] == "ready" and all(
                instance["status"] == "ready" for instance in lb["instances"]
            )

        eventually(live, pause=0.05)

    def make(self, kind, body):
        made = self.emulator.api("POST", f"lbs/{self.lb['id']}/{kind}", body)
        self.wait()
        return made

    def backend(self, servers, port, check=None, **fields):
        body = {
            "name": "web",
            "forward_protocol": "http",
            "forward_port": port,
            "forward_port_algorithm": "roundrobin",
            "sticky_sessions": "none",
            "health_check": {"port": port, **QUICK_CHECK, **(check or {})},
            "server_ip": servers,
        }
        return self.make("backends", body | fields)

    def frontend(self, backend, port=80, **fields):
        body = {"name": f"port-{port}", "inbound_port": port, "backend_id": backend["id"]}
        return self.make("frontends", body | fields)

    def acls(self, frontend, *rules):
        """Replace the ACLs; each is (action, match), in order."""
        acls = [
            {"name": f"rule-{index}", "index": index, "action": action, "match": match}
            for index, (action, match) in enumerate(rules)
        ]
        self.emulator.api("PUT", f"frontends/{frontend['id']}/acls", {"acls": acls})
        self.wait()

    def certificate(self, *names, pem=None):
        """Order a certificate from the authority, or import a PEM; its ID once ready."""
        if pem:
            body = {"name": "web", "custom_certificate": {"certificate_chain": pem}}
            return self.make("certificates", body)["id"]
        found = self.order(*names)
        assert found["status"] == "ready", found["status_details"]
        return found["id"]

    def order(self, *names):
        """Order a certificate; return it once the authority has decided."""
        wanted = {"common_name": names[0], "subject_alternative_name": list(names[1:])}
        made = self.make("certificates", {"name": "web", "letsencrypt": wanted})

        def settled():
            found = self.emulator.api("GET", f"certificates/{made['id']}")
            return found if found["status"] != "pending" else None

        return eventually(settled, timeout=60)

    def port(self, port):
        """The port where a frontend of this port is actually reached."""
        return port + self.emulator.port_offset

    def get(self, path="/", port=80, **options):
        return get(self.address, self.port(port), path, **options)

    def names(self, count, **options):
        """The servers that answer this many requests, each on its own connection."""
        return [self.get(**options).server for _ in range(count)]
