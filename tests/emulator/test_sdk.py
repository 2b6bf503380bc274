"""The official Python SDK works unchanged: every method of its zoned and of its regional API."""

import inspect

import pytest
from cloud import PROJECT_ID, SECRET_KEY, serving
from pki import AUTHORITY, Issued
from scaleway import Client, ScalewayException
from scaleway.lb.v1 import LbV1API, LbV1ZonedAPI
from scaleway.lb.v1 import types as sdk

NETWORK = "bbbbbbbb-0000-4000-8000-000000000001"
LEAF = Issued("www.example.com", AUTHORITY)


@pytest.fixture(scope="module")
def cloud():
    """At a pace at which the waiters have something to wait for."""
    with serving("--data-plane=none", "--ca=builtin", "--time-scale=0.15") as cloud:
        yield cloud


class Watched:
    """An API of the SDK that remembers which of its methods were called."""

    def __init__(self, api):
        self.api, self.called = api, set()
        self.methods = {
            name
            for name, _ in inspect.getmembers(type(api), inspect.isfunction)
            if not name.startswith("_")
        }

    def __getattr__(self, name):
        self.called.add(name)
        return getattr(self.api, name)


def client(cloud):
    return Client(
        access_key="SCWXXXXXXXXXXXXXXXXX",
        secret_key=SECRET_KEY,
        api_url=cloud.url,
        default_project_id=PROJECT_ID,
        default_region="fr-par",
        default_zone="fr-par-1",
    )


def addresses(api):
    v6 = api.create_ip(is_ipv6=True, tags=["sdk"])
    assert v6.project_id == PROJECT_ID and v6.lb_id is None
    assert api.update_ip(ip_id=v6.id, reverse="my.example.com").reverse == "my.example.com"
    assert [ip.id for ip in api.list_i_ps(ip_type=sdk.ListIpsRequestIpType.IPV6).ips] == [v6.id]
    assert [ip.id for ip in api.list_i_ps_all(tags=["sdk"])] == [v6.id]
    return v6


def load_balancer(api, v6):
    made = api.create_lb(name="web", description="from the SDK", type_="LB-S", tags=["sdk"])
    assert made.status == sdk.LbStatus.TO_CREATE
    lb = api.wait_for_lb(lb_id=made.id)
    assert lb.status == sdk.LbStatus.READY and lb.instances[0].status == sdk.InstanceStatus.READY
    assert api.update_ip(ip_id=v6.id, lb_id=lb.id).lb_id == lb.id
    assert [ip.ip_address for ip in api.get_lb(lb_id=lb.id).ip][1] == v6.ip_address
    changed = api.update_lb(lb_id=lb.id, name="shop", description="", tags=["sdk", "new"])
    assert (changed.name, changed.tags) == ("shop", ["sdk", "new"])
    for name in ("a", "b"):
        api.create_lb(name=name, description="", type_="lb-s", assign_flexible_ip=False)
    listed = api.list_lbs(order_by=sdk.ListLbsRequestOrderBy.NAME_DESC, page_size=2)
    assert ([one.name for one in listed.lbs], listed.total_count) == (["shop", "b"], 3)
    assert [one.name for one in api.list_lbs_all(page_size=1)] == ["shop", "a", "b"]
    assert [one.name for one in api.list_lbs_all(name="a", lb_ids=[])] == ["a"]
    assert {one.name for one in api.list_lb_types().lb_types} == {
        one.name for one in api.list_lb_types_all()
    }
    return lb


CHECK = sdk.HealthCheck(
    port=80, check_max_retries=3, check_send_proxy=False, check_delay="3000", check_timeout="1000",
    transient_check_delay="0.5s", http_config=sdk.HealthCheckHttpConfig(uri="/", method="GET", host_header="", code=200),
)  # fmt: skip


def backend(api, lb):
    options = {
        "forward_port": 80,
        "forward_protocol": sdk.Protocol.HTTP,
        "forward_port_algorithm": sdk.ForwardPortAlgorithm.LEASTCONN,
        "sticky_sessions": sdk.StickySessionsType.COOKIE,
        "sticky_sessions_cookie_name": "id",
    }
    made = api.create_backend(
        lb_id=lb.id, health_check=CHECK, server_ip=["10.0.0.1"], timeout_queue="4s",
        proxy_protocol=sdk.ProxyProtocol.PROXY_PROTOCOL_V2, **options,
    )  # fmt: skip
    assert (made.pool, made.timeout_queue, made.timeout_server) == (["10.0.0.1"], "4s", 300000)
    assert made.health_check.http_config.code == 200 and made.health_check.tcp_config is None
    changed = api.update_backend(backend_id=made.id, name="main", max_retries=5, **options)
    assert (changed.name, changed.max_retries, changed.pool) == ("main", 5, ["10.0.0.1"])
    key = {"backend_id": made.id}
    assert api.add_backend_servers(**key, server_ip=["10.0.0.2"]).pool == ["10.0.0.1", "10.0.0.2"]
    assert api.remove_backend_servers(**key, server_ip=["10.0.0.1"]).pool == ["10.0.0.2"]
    assert api.set_backend_servers(**key, server_ip=["10.0.0.3"]).pool == ["10.0.0.3"]
    check = api.update_health_check(
        **key, port=81, check_max_retries=2, check_send_proxy=False, check_delay=2000, check_timeout=1000,
        redis_config=sdk.HealthCheckRedisConfig(),
    )  # fmt: skip
    assert (check.port, check.http_config) == (81, None) and check.redis_config is not None
    found = api.get_backend(**key)
    assert found.health_check == check and found.lb.id == lb.id
    assert [one.id for one in api.list_backends(lb_id=lb.id, name="main").backends] == [made.id]
    assert [one.id for one in api.list_backends_all(lb_id=lb.id)] == [made.id]
    [stats] = api.list_backend_stats(lb_id=lb.id).backend_servers_stats
    assert (stats.ip, stats.backend_id) == ("10.0.0.3", made.id)
    assert api.list_backend_stats_all(lb_id=lb.id, backend_id=made.id)[0].ip == stats.ip
    assert api.get_lb_stats(lb_id=lb.id).backend_servers_stats[0].ip == stats.ip
    return found


def certificates(api, lb):
    name = lb.ip[0].reverse
    ordered = api.create_certificate(
        lb_id=lb.id,
        letsencrypt=sdk.CreateCertificateRequestLetsencryptConfig(
            common_name=name, subject_alternative_name=[f"www.{name}"]
        ),
    )
    assert ordered.status == sdk.CertificateStatus.PENDING and ordered.fingerprint == ""
    issued = api.wait_for_certificate(certificate_id=ordered.id)
    assert issued.status == sdk.CertificateStatus.READY and len(issued.fingerprint) == 40
    imported = api.create_certificate(
        lb_id=lb.id,
        name="imported",
        custom_certificate=sdk.CreateCertificateRequestCustomCertificate(
            certificate_chain=LEAF.key + LEAF.pem
        ),
    )
    assert imported.common_name == "www.example.com"
    assert api.update_certificate(certificate_id=imported.id, name="new").name == "new"
    assert api.get_certificate(certificate_id=imported.id).type_ == sdk.CertificateType.CUSTOM
    assert api.list_certificates(lb_id=lb.id, name="new").total_count == 1
    assert len(api.list_certificates_all(lb_id=lb.id)) == 2
    api.delete_certificate(certificate_id=imported.id)
    return issued


def frontend(api, lb, target, certificate):
    options = {"inbound_port": 443, "backend_id": target.id, "enable_http3": False}
    made = api.create_frontend(
        lb_id=lb.id, enable_access_logs=False, timeout_client="30000", **options
    )
    assert made.certificate is None and made.backend.id == target.id
    changed = api.update_frontend(
        frontend_id=made.id, name="https", certificate_ids=[certificate.id], **options
    )
    assert changed.certificate_ids == [certificate.id]
    assert changed.certificate.common_name == certificate.common_name
    assert api.get_frontend(frontend_id=made.id).name == "https"
    assert api.list_frontends(lb_id=lb.id).total_count == 1
    assert len(api.list_frontends_all(lb_id=lb.id)) == 1
    return made


def rules(api, on):
    deny = sdk.AclAction(type_=sdk.AclActionType.DENY)
    match = sdk.AclMatch(
        invert=False, ips_edge_services=False, ip_subnet=["192.0.2.0/24"], http_filter=sdk.AclHttpFilter.PATH_BEGIN, http_filter_value=["/admin"]
    )  # fmt: skip
    made = api.create_acl(frontend_id=on.id, action=deny, index=1, description="", match=match)
    assert made.match.http_filter_value == ["/admin"] and made.frontend.id == on.id
    redirect = sdk.AclActionRedirect(
        type_=sdk.AclActionRedirectRedirectType.SCHEME, target="https", code=301
    )
    action = sdk.AclAction(type_=sdk.AclActionType.REDIRECT, redirect=redirect)
    changed = api.update_acl(acl_id=made.id, name="https", action=action, index=2)
    assert changed.action.redirect.code == 301
    assert api.get_acl(acl_id=made.id).index == 2
    if hasattr(api, "set_acls"):  # the regional API has no such call
        spec = sdk.AclSpec(name="one", action=deny, index=0, description="")
        assert [one.name for one in api.set_acls(frontend_id=on.id, acls=[spec]).acls] == ["one"]
    [left] = api.list_acls(frontend_id=on.id).acls
    assert [one.id for one in api.list_acls_all(frontend_id=on.id)] == [left.id]
    api.delete_acl(acl_id=left.id)


def route(api, on, target):
    match = sdk.RouteMatch(host_header="a.example.com", match_subdomains=True)
    made = api.create_route(frontend_id=on.id, backend_id=target.id, match=match)
    assert made.match.host_header == "a.example.com" and made.match.sni is None
    match = sdk.RouteMatch(path_begin="/api", match_subdomains=False)
    changed = api.update_route(route_id=made.id, backend_id=target.id, match=match)
    assert changed.match.path_begin == "/api" and changed.match.host_header is None
    assert api.get_route(route_id=made.id).frontend_id == on.id
    assert api.list_routes(frontend_id=on.id).total_count == 1
    assert [one.id for one in api.list_routes_all()] == [made.id]
    api.delete_route(route_id=made.id)


def subscriber(api, lb):
    email = sdk.SubscriberEmailConfig(email="ops@example.com")
    made = api.create_subscriber(name="ops", email_config=email)
    assert made.email_config.email == "ops@example.com" and made.webhook_config is None
    assert api.subscribe_to_lb(lb_id=lb.id, subscriber_id=made.id).subscriber.id == made.id
    hook = sdk.SubscriberWebhookConfig(uri="https://example.com")
    api.update_subscriber(subscriber_id=made.id, name="ops", webhook_config=hook)
    assert api.get_subscriber(subscriber_id=made.id).webhook_config == hook
    assert api.list_subscriber().total_count == len(api.list_subscriber_all()) == 1
    assert api.unsubscribe_from_lb(lb_id=lb.id).subscriber is None
    api.delete_subscriber(subscriber_id=made.id)


def private_network(api, lb):
    key = {"lb_id": lb.id, "private_network_id": NETWORK}
    made = api.attach_private_network(**key, ipam_ids=[])
    assert made.status == sdk.PrivateNetworkStatus.PENDING
    assert api.list_lb_private_networks(lb_id=lb.id).total_count == 1
    for _ in range(200):
        [found] = api.list_lb_private_networks_all(lb_id=lb.id)
        if found.status == sdk.PrivateNetworkStatus.READY:
            break
    assert found.status == sdk.PrivateNetworkStatus.READY and found.dhcp_config.ip_id
    api.detach_private_network(**key)


@pytest.mark.parametrize("kind", [LbV1ZonedAPI, LbV1API], ids=["zoned", "regional"])
def test_every_method_of_the_sdk_works(cloud, kind):
    cloud.reset()
    api = Watched(kind(client(cloud)))
    v6 = addresses(api)
    lb = load_balancer(api, v6)
    target = backend(api, lb)
    certificate = certificates(api, lb)
    on = frontend(api, lb, target, certificate)
    rules(api, on)
    route(api, on, target)
    subscriber(api, lb)
    private_network(api, lb)
    api.delete_frontend(frontend_id=on.id)
    api.delete_backend(backend_id=target.id)
    assert api.migrate_lb(lb_id=lb.id, type_="LB-GP-M").status == sdk.LbStatus.MIGRATING
    assert api.wait_for_lb(lb_id=lb.id).type_ == "lb-gp-m"
    api.delete_lb(lb_id=lb.id, release_ip=False)
    with pytest.raises(ScalewayException) as gone:
        api.wait_for_lb(lb_id=lb.id)
    assert gone.value.status_code == 404
    assert api.get_ip(ip_id=v6.id).lb_id is None
    api.release_ip(ip_id=v6.id)
    assert api.methods - api.called == set()


def test_a_refusal_reaches_the_sdk_with_its_details(cloud):
    cloud.reset()
    api = LbV1ZonedAPI(client(cloud))
    with pytest.raises(ScalewayException) as refused:
        api.create_lb(name="web", description="", type_="lb-xxl")
    assert refused.value.status_code == 400 and "type" in str(refused.value)


def test_pages_of_a_list_are_all_fetched(cloud):
    cloud.reset()
    api = LbV1ZonedAPI(client(cloud))
    for number in range(45):
        api.create_subscriber(
            name=f"s{number:02}", email_config=sdk.SubscriberEmailConfig(email="a@example.com")
        )
    expected = [f"s{number:02}" for number in range(45)]
    assert [one.name for one in api.list_subscriber_all()] == expected
    assert [one.name for one in api.list_subscriber_all(page_size=7)] == expected
