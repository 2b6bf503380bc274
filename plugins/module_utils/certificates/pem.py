# Copyright: (c) 2026, the scaleway_community.lb authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Third-party certificates: read, order and validate them."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from ..problem import Problem

BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----\s.*?-----END \1-----", re.S)
MARK = re.compile(r"--\s*(?:BEGIN|END)\b")
"""The begin or end marker of a block, even if it is damaged."""

PARTS = ("bundle", "certificate", "private_key", "chain")
JOIN = " A bundle is key, certificate and chain in one: cat privkey.pem fullchain.pem > shop.pem."


@dataclass(frozen=True)
class Bundle:
    """A private key, its certificate and chain, ready to be sent.

    `common_name` and `alternative_names` are what the API will show: the first DNS name and the
    others; names of other types are lost (notes, 12).
    """

    pem: str = field(repr=False)
    common_name: str
    alternative_names: list[str]
    not_valid_before: datetime.datetime
    not_valid_after: datetime.datetime
    has_issuer: bool
    """The chain contains the certificate's issuer, or the certificate is self-issued."""

    @property
    def names(self) -> list[str]:
        return [self.common_name, *self.alternative_names]


def read(parts: dict[str, str | None], now: datetime.datetime | None = None) -> Bundle:
    """Read key, certificate and chain, given as `private_key`, `certificate` and `chain`, or as one
    `bundle` in any order.

    Raises Problem if the API or clients of the load balancer would reject them.
    """
    x509, serialization = _cryptography()
    # Ansible also leaves what was given as certificate_chain, the alias of bundle.
    texts = {name: parts[name] for name in PARTS if parts.get(name)}
    if "bundle" in texts and len(texts) > 1:
        raise Problem("custom_certificate: give a bundle, or its parts, not both.")
    if "bundle" not in texts and not {"certificate", "private_key"} <= set(texts):
        raise Problem("custom_certificate: give certificate and private_key, or one bundle.")

    keys, certificates = [], []
    for name, text in texts.items():
        blocks = list(BLOCK.finditer(text))
        if not blocks:
            raise Problem(f"custom_certificate.{name}: there is no PEM block (-----BEGIN …) in it.")
        if len(MARK.findall(text)) != 2 * len(blocks):
            raise Problem(
                f"custom_certificate.{name}: it is damaged or cut off: beside {len(blocks)} whole "
                "PEM blocks there is one without its BEGIN or END line."
            )
        for block in blocks:
            if block.group(1).endswith("PRIVATE KEY"):
                keys.append(_key(serialization, block.group(0), name))
            elif block.group(1) in ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"):
                certificates.append(_certificate(x509, block.group(0), name))
    if len(keys) != 1:
        count = "no private key" if not keys else f"{len(keys)} private keys"
        raise Problem(f"custom_certificate: it holds {count}; one is needed.{JOIN}")
    if not certificates:
        raise Problem(f"custom_certificate: it holds no certificate.{JOIN}")

    leaf = _leaf(keys[0], certificates, serialization)
    chain = _chain(leaf, [other for other in certificates if other != leaf])
    now = now or datetime.datetime.now(datetime.UTC)
    for certificate in (leaf, *chain):
        _begin, end = _validity(certificate)
        if end <= now:
            raise Problem(
                f"custom_certificate: the certificate of {_subject(certificate)} expired on "
                f"{end:%Y-%m-%d %H:%M} UTC. Obtain a new one."
            )
    not_valid_before, not_valid_after = _validity(leaf)
    if not_valid_before >= not_valid_after:
        raise Problem(f"custom_certificate: {_subject(leaf)} ends before it begins.")

    encoding = serialization.Encoding.PEM
    key_pem = keys[0].private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    names = _dns_names(x509, leaf)
    return Bundle(
        pem="".join(
            part.decode()
            for part in (key_pem, *(one.public_bytes(encoding) for one in (leaf, *chain)))
        ),
        common_name=names[0],
        alternative_names=names[1:],
        not_valid_before=not_valid_before,
        not_valid_after=not_valid_after,
        has_issuer=bool(chain) or leaf.issuer == leaf.subject,
    )


def _cryptography() -> tuple[Any, Any]:
    needed = "Reading a certificate needs the Python package cryptography, 41 or newer"
    try:
        from cryptography import __version__, x509
        from cryptography.hazmat.primitives import serialization
    except ImportError as error:
        raise Problem(f"{needed}: {error}.") from error
    if not hasattr(x509.Certificate, "verify_directly_issued_by"):
        raise Problem(f"{needed}; this is {__version__}.")
    return x509, serialization


def _validity(certificate: Any) -> tuple[datetime.datetime, datetime.datetime]:
    """The beginning and the end of a certificate's validity."""
    if hasattr(certificate, "not_valid_after_utc"):
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    # cryptography 41 returns the same times, in UTC but without a time zone
    times = (certificate.not_valid_before, certificate.not_valid_after)
    return tuple(time.replace(tzinfo=datetime.UTC) for time in times)


def _key(serialization: Any, pem: str, where: str) -> Any:
    encrypted = "ENCRYPTED" in pem.split("\n", 3)[0] or "Proc-Type: 4,ENCRYPTED" in pem
    if not encrypted:
        try:
            return serialization.load_pem_private_key(pem.encode(), None)
        except TypeError:
            encrypted = True
        except Exception:
            # The library's message may quote the key.
            pass
    if encrypted:
        raise Problem(
            f"custom_certificate.{where}: the private key is encrypted, and the load balancer "
            "cannot ask for its passphrase. Decrypt it first: openssl pkey -in key.pem."
        )
    if "OPENSSH" in pem.split("\n", 1)[0]:
        raise Problem(
            f"custom_certificate.{where}: the private key has the form of OpenSSH, which load "
            "balancers do not read. Convert it: ssh-keygen -p -m PEM -f key.pem."
        )
    raise Problem(f"custom_certificate.{where}: the private key cannot be read; it is damaged.")


def _certificate(x509: Any, pem: str, where: str) -> Any:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise Problem(
            f"custom_certificate.{where}: a certificate in it cannot be read; it is damaged."
        ) from None


def _public(key: Any, serialization: Any) -> bytes:
    return key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _leaf(key: Any, certificates: list[Any], serialization: Any) -> Any:
    """The certificate that belongs to the key."""
    wanted = _public(key.public_key(), serialization)
    for certificate in certificates:
        if _public(certificate.public_key(), serialization) == wanted:
            return certificate
    names = "; ".join(map(_subject, certificates))
    raise Problem(
        f"custom_certificate: the private key matches none of the certificates given: {names}."
    )


def _chain(leaf: Any, others: list[Any]) -> list[Any]:
    """The other certificates, from the leaf's issuer upwards; each must be part of the chain."""
    chain: list[Any] = []
    last = leaf
    left = [other for number, other in enumerate(others) if other not in others[:number]]
    while left:
        issuer = next((other for other in left if _issued(last, other)), None)
        if issuer is None:
            raise Problem(
                f"custom_certificate: the chain does not link up: {_subject(last)} was issued by "
                f"{_name(last.issuer)}, and what is left over is {', '.join(map(_subject, left))}."
            )
        chain.append(issuer)
        left.remove(issuer)
        last = issuer
    return chain


def _issued(certificate: Any, issuer: Any) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except Exception:
        return False
    return certificate != issuer


def _subject(certificate: Any) -> str:
    return _name(certificate.subject)


def _name(name: Any) -> str:
    return name.rfc4514_string() or "an unnamed subject"


def _dns_names(x509: Any, leaf: Any) -> list[str]:
    """The DNS alternative names, or the subject's common name if there are none."""
    try:
        extension = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        names = extension.value.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        names = []
    except ValueError:
        raise Problem(
            f"custom_certificate: the names of {_subject(leaf)} cannot be read."
        ) from None
    common = leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return names or [str(attribute.value) for attribute in common] or [""]
