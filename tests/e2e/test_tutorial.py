"""The API calls of the tutorial on SSL offloading, as printed, with its variables filled in."""

import json
import subprocess

from balancer import Balancer
from traffic import eventually, get, trusting

HEADERS = (
    '-H "accept: application/json" -H "X-Auth-Token: $SECRET_KEY" '
    '-H "Content-Type: application/json" '
)
LOAD_BALANCER = (
    'curl -s -X POST "$API/lb/v1/regions/$REGION/lbs" ' + HEADERS + '-d "{\\"description\\":'
    '\\"YOUR DESCRIPTION\\",\\"name\\":\\"TEST\\",\\"organization_id\\":\\"$ORGANIZATION_ID\\",'
    '\\"tags\\":[\\"test\\", \\"step by step\\"]}"'
)
BACKEND = (
    'curl -s -X POST "$API/lb/v1/regions/$REGION/lbs/$LB_ID/backends" '
    + HEADERS
    + '-d "{\\"forward_port\\":$PORT,\\"forward_port_algorithm\\":\\"roundrobin\\",'
    '\\"forward_protocol\\":\\"tcp\\",\\"health_check\\":{\\"check_delay\\":2000,'
    '\\"check_max_retries\\":3,\\"check_timeout\\":1000,\\"port\\":$PORT,\\"tcp_config\\":{}},'
    '\\"name\\":\\"main backend\\",\\"send_proxy_v2\\":false,'
    '\\"server_ip\\":[\\"$SERVER1\\", \\"$SERVER2\\"]}'
)
AS_PRINTED, AS_MEANT = BACKEND + ' | jq ."', BACKEND + '" | jq .'
CERTIFICATE = (
    'curl -s -X POST "$API/lb/v1/regions/$REGION/lbs/$LB_ID/certificates" '
    + HEADERS
    + '-d "{\\"name\\":\\"site\\",\\"letsencrypt\\":{\\"common_name\\":\\"$DOMAIN\\"}}"'
)
FRONTEND = (
    'curl -s -X POST "$API/lb/v1/regions/$REGION/lbs/$LB_ID/frontends" '
    + HEADERS
    + '-d "{\\"backend_id\\":\\"$BACKEND_ID\\",\\"inbound_port\\":443,'
    '\\"name\\":\\"main frontend\\",\\"timeout_client\\":5000,'
    '\\"certificate_id\\": \\"$CERT_ID\\"}"'
)


def test_the_tutorial_ends_with_https_on_port_443(emulator, web_servers):
    variables = {
        "PATH": "/usr/bin:/bin",
        "API": emulator.api_url,
        "SECRET_KEY": "11111111-2222-4333-8444-555555555555",
        "REGION": "fr-par",
        "ORGANIZATION_ID": "6208ec73-2f0a-4e06-9ea1-e53b4f625527",
        "SERVER1": web_servers.addresses[0],
        "SERVER2": web_servers.addresses[1],
        "PORT": str(web_servers.port),
    }

    def shell(command):
        done = subprocess.run(
            ["sh", "-c", command], env=variables, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    made = shell(LOAD_BALANCER)
    assert made["tags"] == ["test", "step by step"]
    assert made["region"] == "fr-par"
    variables["LB_ID"] = made["id"]
    address = made["ip"][0]["ip_address"]
    lb = Balancer.existing(emulator, made)

    # As printed, the closing quote of this call stands after the pipe: its body is not JSON.
    shell(AS_PRINTED)
    assert emulator.journal()[-1]["status"] == 400
    assert emulator.api("GET", f"lbs/{made['id']}/backends")["total_count"] == 0

    backend = shell(AS_MEANT)
    assert backend["pool"] == web_servers.addresses
    variables["BACKEND_ID"] = backend["id"]

    variables["DOMAIN"] = "lb.example.com"
    emulator.resolve("lb.example.com", address)
    certificate = shell(CERTIFICATE)
    assert certificate["status"] == "pending"
    variables["CERT_ID"] = certificate["id"]
    eventually(
        lambda: emulator.api("GET", f"certificates/{certificate['id']}")["status"] == "ready"
    )

    frontend = shell(FRONTEND)
    assert frontend["timeout_client"] == 5000
    assert frontend["certificate_ids"] == [certificate["id"]]
    lb.wait()
    tls = trusting(emulator.ca_file)
    served = [get(address, lb.port(443), tls=tls, name="lb.example.com").server for _ in range(4)]
    assert set(served) == {"red", "blue"}
