"""An authority inside the emulator: issues at once, and checks names against its own records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from ..contracts import Issued, OrderFailed
from ..imported import UNREADABLE
from ..processes import Unusable, write_private
from .records import Records
from .requests import alternative_names, key_pem, new_key, self_signed, subject
from .roots import Roots


class BuiltinAuthority(Records):
    """For a control plane without a data plane, where no challenge could be answered."""

    def __init__(self, state_dir: Path | None = None) -> None:
        """With a state directory, the authority stays the same across restarts."""
        super().__init__()
        kept = state_dir / "authority.pem" if state_dir else None
        if kept and kept.exists():
            self.key, self.root = read(kept)
        else:
            self.key = new_key()
            self.root = self_signed(self.key, "Scaleway LB emulator, built-in root", path_length=0)
        pem = self.root.public_bytes(serialization.Encoding.PEM)
        self.roots = Roots(state_dir)
        self.roots.add(pem)
        if kept and not kept.exists():
            write_private(kept, key_pem(self.key) + pem)

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def order(self, lb_id: str, names: list[str], until: datetime) -> Issued:
        for name in names:
            if self.address_of(name) is None:
                raise OrderFailed(f"DNS problem: no address found for {name}")
        key = new_key()
        leaf = (
            x509.CertificateBuilder()
            .subject_name(subject(names[0]))
            .issuer_name(self.root.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime.now(UTC) - timedelta(hours=1))
            .not_valid_after(until)
            .add_extension(alternative_names(names), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return Issued(key_pem(key), leaf.public_bytes(serialization.Encoding.PEM))

    def root_pem(self) -> bytes:
        return self.roots.pem


def read(kept: Path) -> tuple[Any, x509.Certificate]:
    pem = kept.read_bytes()
    try:
        return (
            serialization.load_pem_private_key(pem, None),
            x509.load_pem_x509_certificate(pem),
        )
    except UNREADABLE:
        raise Unusable(
            f"cannot read the authority in {kept}: it is damaged. Remove it for a new one, or "
            "choose another directory with --state."
        ) from None
