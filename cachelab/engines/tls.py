"""A certificate authority of this kernel's own, so that `ssl=True` in a lesson is true and verified."""

import threading
from dataclasses import dataclass
from pathlib import Path

from .process import run_directory

_lock = threading.Lock()
_authority: "Authority | None" = None


@dataclass(frozen=True)
class ServerMaterial:
    """What a server needs to prove who it is: its certificate with the chain, and its key (PEM files)."""

    certificate_file: Path
    key_file: Path


class Authority:
    """Signs certificates that clients who trust `ca_file` accept. Its key never leaves this process."""

    def __init__(self) -> None:
        import trustme

        self._ca = trustme.CA(organization_name="cachelab, this kernel only")
        self._directory = run_directory("tls")
        self._issued: dict[tuple[str, ...], ServerMaterial] = {}
        self.ca_file = str(self._directory / "ca.pem")
        """Path of the authority's certificate, for `ssl_ca_certs=` and the like."""
        self._ca.cert_pem.write_to_path(self.ca_file)

    def server_material(self, hostnames: tuple[str, ...] = ("localhost", "127.0.0.1")) -> ServerMaterial:
        """A certificate and key for a server that clients reach under these names or addresses."""
        names = (hostnames,) if isinstance(hostnames, str) else tuple(hostnames)
        if names not in self._issued:
            server = self._ca.issue_cert(*names)
            certificate = self._directory / f"server-{len(self._issued) + 1}.pem"
            key = certificate.with_suffix(".key")
            key.touch(mode=0o600)
            server.private_key_pem.write_to_path(str(key))
            for index, pem in enumerate(server.cert_chain_pems):
                pem.write_to_path(str(certificate), append=index > 0)
            self._issued[names] = ServerMaterial(certificate, key)
        return self._issued[names]

    @property
    def usable(self) -> bool:
        """False once stop_all() has removed its files."""
        return Path(self.ca_file).exists()


def authority() -> Authority:
    """This kernel's authority, made at the first call (and anew after stop_all())."""
    global _authority
    with _lock:
        if _authority is None or not _authority.usable:
            _authority = Authority()
        return _authority
