"""Certificates as answers show them, read from their PEM."""

from __future__ import annotations

import re
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from .clock import SECOND

KEY = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----.*?-----END \1-----", re.S)
UNREADABLE = (
    TypeError,
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises for content that it cannot parse."""


def read(pem: str) -> dict[str, Any]:
    """The fields of an imported certificate; raises ValueError if the API would refuse it.

    Names are mapped as recorded: the first DNS name becomes the common name, the other DNS names
    the alternative names; IP and mail names are dropped (reference, 4.6).
    """
    key_block = KEY.search(pem)
    if key_block is None:
        raise ValueError("the PEM holds no private key")
    try:
        key = serialization.load_pem_private_key(key_block.group(0).encode(), None)
    except UNREADABLE:
        raise ValueError("the private key cannot be read") from None
    try:
        chain = x509.load_pem_x509_certificates(pem.encode())
        leaf = next((one for one in chain if one.public_key() == key.public_key()), None)
        names = _names(leaf) if leaf else []
    except UNREADABLE:
        raise ValueError("the PEM holds no certificate that can be read") from None
    if leaf is None:
        raise ValueError("the private key does not match the certificate")
    ordered = [leaf, *(one for one in chain if one != leaf)]
    served = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in ordered)
    # The fingerprint of an imported certificate is never shown (notes, 12).
    return {
        **content(served.decode()),
        "fingerprint": "",
        "common_name": names[0],
        "subject_alternative_name": names[1:],
    }


def content(pem: str) -> dict[str, Any]:
    """What a row takes from its PEM: key and chain, both ends of validity, and the leaf's SHA-1
    fingerprint."""
    leaf = x509.load_pem_x509_certificates(pem.encode())[0]
    return {
        "not_valid_before": int(leaf.not_valid_before_utc.timestamp()) * SECOND,
        "not_valid_after": int(leaf.not_valid_after_utc.timestamp()) * SECOND,
        "fingerprint": leaf.fingerprint(hashes.SHA1()).hex(),
        "pem": pem,
    }


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = extension.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        names = []
    common = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return names or [str(attribute.value) for attribute in common] or [""]
