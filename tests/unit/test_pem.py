"""What is wrong with a certificate is said before it is sent."""

import datetime

import pytest
from ansible.module_utils.common.parameters import remove_values
from ansible_collections.scaleway_community.lb.plugins.module_utils import masking
from ansible_collections.scaleway_community.lb.plugins.module_utils.certificates import (
    answers,
    pem,
)
from ansible_collections.scaleway_community.lb.plugins.module_utils.problem import Problem
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
DAY = datetime.timedelta(days=1)


class Signed:
    """A certificate with its key, signed by another or by itself."""

    def __init__(self, name, issuer=None, names=(), days=90, ca=False):
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW - 100 * DAY)
            .not_valid_after(NOW + days * DAY)
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(list(names)), False)
        signer = issuer.key if issuer else self.key
        self.certificate = builder.sign(signer, hashes.SHA256())
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def key_pem(self, password=None):
        encryption = (
            serialization.BestAvailableEncryption(password)
            if password
            else serialization.NoEncryption()
        )
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        ).decode()


ROOT = Signed("root", ca=True)
MIDDLE = Signed("middle", ROOT, ca=True)
DNS = [x509.DNSName("www.example.com"), x509.DNSName("example.com")]
LEAF = Signed("ignored", MIDDLE, DNS)
PARTS = {"certificate": LEAF.pem, "private_key": LEAF.key_pem(), "chain": MIDDLE.pem}


def test_of_a_private_key_no_form_is_shown_wherever_it_stands():
    key = LEAF.key_pem()
    first, *lines = key.strip().splitlines()[:-1]
    secrets = masking.secrets({"a": [LEAF.pem + key, 1, None], "b": {"c": LEAF.pem}})
    assert secrets == {key.strip(), key.strip().replace("\n", "\\n"), *lines}
    # quoted, cut off, and as the name of an option
    assert {*lines} <= masking.secrets(repr([key]))
    assert {*lines} <= masking.secrets({"\n".join([first, *lines]): 1})
    assert masking.secrets(PARTS["certificate"]) == set()


def test_whether_something_changed_is_shown_even_if_a_secret_is_a_common_word():
    # ansible-core 2.18 alone would mask these, later ones would not
    result = masking.masked(
        {"changed": True, "route": None, "msg": "True, it is"}, {"True", "None"}
    )
    assert result["changed"] is True and result["route"] is None and "True" not in result["msg"]


@pytest.mark.parametrize(
    "value",
    [
        'pa"ss',
        "pa\\ss",
        "pa\nss",
        "pa\u2028ss",
        "ΑΣ",
        "ΑΣΑ",
        "12345",
        4123450,
        1.5e16,
        None,
        True,
        False,
        {"a": ["pa/ss"]},
        {"pa/ss": 1},
        "nothing",
    ],
    ids=repr,
)
def test_what_ansible_masks_is_masked(value):
    secrets = {'pa"ss', "pa\\ss", "pa\nss", "pa\u2028ss", "pa/ss", "ΑΣ", "12345", "5e+16"}
    secrets |= {"None", "True", "False", "2026-01-02"}
    for secret in secrets:
        result = {"inner": [value]}
        assert masking.masked(result, {secret}) == remove_values(result, {secret})


def test_the_parts_become_one_pem_of_key_leaf_and_chain():
    bundle = pem.read(PARTS)
    assert (
        bundle.pem.index("PRIVATE KEY") < bundle.pem.index(LEAF.pem) < bundle.pem.index(MIDDLE.pem)
    )
    assert bundle.has_issuer


def test_a_bundle_is_taken_in_any_order():
    mixed = ROOT.pem + MIDDLE.pem + LEAF.key_pem() + LEAF.pem
    in_order = pem.read({"bundle": mixed}).pem
    assert in_order.index(LEAF.pem) < in_order.index(MIDDLE.pem) < in_order.index(ROOT.pem)


def test_names_are_mapped_as_the_api_maps_them():
    bundle = pem.read(PARTS)
    assert (bundle.common_name, bundle.alternative_names) == ("www.example.com", ["example.com"])
    unnamed = Signed("only.example.com")
    bundle = pem.read({"bundle": unnamed.key_pem() + unnamed.pem})
    assert (bundle.common_name, bundle.alternative_names) == ("only.example.com", [])


def test_a_certificate_is_recognised_by_its_names_in_any_case_and_order_and_its_dates():
    bundle = pem.read(PARTS)
    found = {
        "type": "custom",
        "status": "ready",
        "common_name": "Example.com",
        "subject_alternative_name": ["www.example.com"],
        "not_valid_before": answers.stamp(bundle.not_valid_before),
        "not_valid_after": answers.stamp(bundle.not_valid_after),
    }
    assert answers.holds(found, bundle)
    for other in (
        {"subject_alternative_name": []},
        {"subject_alternative_name": ["www.example.com", "a.example.com"]},
        {"not_valid_before": answers.stamp(bundle.not_valid_before - DAY)},
        {"not_valid_after": answers.stamp(bundle.not_valid_after + DAY)},
        {"status": "error"},
        {"type": "letsencrypt"},
    ):
        assert not answers.holds(found | other, bundle), other


def test_a_missing_intermediate_is_noticed():
    assert not pem.read({**PARTS, "chain": None}).has_issuer
    alone = Signed("self-signed")
    assert pem.read({"bundle": alone.key_pem() + alone.pem}).has_issuer


EXPIRED = Signed("old.example.com", MIDDLE, days=-1)
STRANGER = Signed("stranger", ca=True)
OPENSSH = LEAF.key.private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.OpenSSH,
    serialization.NoEncryption(),
).decode()


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({**PARTS, "private_key": STRANGER.key_pem()}, "matches none of the certificates given"),
        ({**PARTS, "private_key": LEAF.key_pem(b"secret")}, "is encrypted.*openssl pkey"),
        ({**PARTS, "chain": STRANGER.pem}, "the chain does not link up.*issued by CN=middle"),
        ({**PARTS, "chain": ROOT.pem}, "the chain does not link up"),
        ({**PARTS, "certificate": "certificate"}, "no PEM block"),
        ({**PARTS, "certificate": LEAF.key_pem()}, "2 private keys"),
        ({**PARTS, "private_key": LEAF.pem}, "no private key"),
        ({**PARTS, "bundle": LEAF.pem}, "a bundle, or its parts, not both"),
        ({"certificate": LEAF.pem}, "give certificate and private_key, or one bundle"),
        ({"bundle": EXPIRED.pem + EXPIRED.key_pem()}, "CN=old.example.com expired on"),
        ({**PARTS, "certificate": LEAF.pem.replace("MII", "AAA", 1)}, "damaged"),
        ({"bundle": LEAF.key_pem()}, "holds no certificate"),
        (
            {**PARTS, "chain": MIDDLE.pem + ROOT.pem.strip()[:-20]},
            "chain: it is damaged or cut off",
        ),
        ({**PARTS, "chain": MIDDLE.pem + ROOT.pem.replace("-----", "----")}, "or cut off"),
        ({**PARTS, "chain": MIDDLE.pem + "\n".join(ROOT.pem.split("\n")[1:])}, "or cut off"),
        ({**PARTS, "private_key": OPENSSH}, "form of OpenSSH.*ssh-keygen -p -m PEM"),
    ],
)
def test_what_cannot_be_served_is_refused_with_the_reason(parts, says):
    with pytest.raises(Problem, match=says):
        pem.read(parts)


def test_no_message_and_no_representation_holds_the_key():
    body = "".join(LEAF.key_pem().split("\n")[1:3])
    broken = LEAF.key_pem().replace("\nM", "\n!", 1)
    with pytest.raises(Problem) as failure:
        pem.read({**PARTS, "private_key": broken})
    assert body not in str(failure.value) and body not in repr(pem.read(PARTS))
