"""Keys, signing requests and self-signed certificates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def alternative_names(names: list[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName([x509.DNSName(name) for name in names])


def signing_request(key: ec.EllipticCurvePrivateKey, names: list[str]) -> bytes:
    """A PEM request for a certificate with these names."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject(names[0]))
    builder = builder.add_extension(alternative_names(names), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def subject(name: str) -> x509.Name:
    """A common name has at most 64 characters; a longer name is only an alternative name."""
    shown = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if len(name) <= 64 else []
    return x509.Name(shown)


def self_signed(
    key: ec.EllipticCurvePrivateKey,
    name: str,
    names: list[str] | None = None,
    path_length: int | None = None,
) -> x509.Certificate:
    """An authority that vouches for itself, valid for ten years; `names` are alternative names."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject(name))
        .issuer_name(subject(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(True, path_length), critical=True)
    )
    if names:
        builder = builder.add_extension(alternative_names(names), critical=False)
    return builder.sign(key, hashes.SHA256())
