"""A small certificate authority for the tests."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
"""One moment for a whole run, so that what is issued twice looks the same."""


class Issued:
    """A certificate with its key: `pem`, `key`, and `encrypted_key` (passphrase: secret).

    Its alternative names are its common name, unless others are given.
    """

    def __init__(self, name, issuer=None, days=90, ca=False, since=-200, others=None):
        alternatives = others or [x509.DNSName(name)]
        self.private = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer.certificate.subject if issuer else subject)
            .public_key(self.private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(NOW + since * DAY)
            .not_valid_after(NOW + days * DAY)
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .sign((issuer or self).private, hashes.SHA256())
        )
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.key = self._key(serialization.NoEncryption())
        self.encrypted_key = self._key(serialization.BestAvailableEncryption(b"secret"))

    def _key(self, encryption):
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
        ).decode()


AUTHORITY = Issued("Test Authority", ca=True)


def custom(name, days=90, **other):
    """The option custom_certificate for a new certificate of this name."""
    leaf = Issued(name, AUTHORITY, days)
    return {
        "certificate": leaf.pem,
        "private_key": leaf.key,
        "chain": AUTHORITY.pem,
        **other,
    }


def bundle(name, days=90, since=-200):
    """Key, certificate and chain of a new certificate of this name, in one text."""
    leaf = Issued(name, AUTHORITY, days, since=since)
    return leaf.key + leaf.pem + AUTHORITY.pem
