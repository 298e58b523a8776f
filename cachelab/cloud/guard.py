"""Nothing here reaches AWS: credentials replaced, endpoints redirected, other hosts refused.

While an account is open

* AWS_ENDPOINT_URL and made-up credentials stand in the environment, so every boto3 client and every
  `aws` command started from this kernel talks to the account, whoever makes it; real credentials,
  profiles and proxies are out of sight, and come back when the account is closed;
* PATH ends with the account's own folder, where a stand-in for `aws` may be (command.py);
* anything botocore sends to a host that is not this machine is refused before it is sent;
* SSL_CERT_FILE trusts the account's own certificate authority besides the system's, so `ssl=True`
  works as it does on AWS, certificate check included.
"""

import ipaddress
import os
import ssl
import sys
import threading
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

REGION = "us-east-1"
ACCESS_KEY, SECRET_KEY = "AKIACACHELABINABOX00", "not-a-secret"

_lock = threading.RLock()
_open: list["Guard"] = []
_original_send = None
_before: dict[str, str | None] = {}


class OutsideTheBox(RuntimeError):
    """A request to somewhere else than this machine, while an account in a box is open."""


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine."""
    if not host:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refuse_unless_loopback(url: str) -> None:
    """Raise OutsideTheBox for a URL on another machine."""
    host = urlsplit(url).hostname
    if not is_loopback(host):
        raise OutsideTheBox(
            f"this would have gone to {host}. An account in a box is open, and while it is nothing may leave "
            "this machine. Make clients with aws.client(...), or without endpoint_url; close the account "
            "(aws.close()) before you use real AWS."
        )


def environment(endpoint_url: str, trust_file: str, last: str = "") -> dict[str, str | None]:
    """The variables to set while an account is open; None means unset. `last`: where to look for a program
    that is nowhere else."""
    programs = str(Path(sys.executable).parent)  # where `aws` is, if it was installed with the course
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = [*([] if programs in path else [programs]), *path, *([last] if last else [])]
    changes: dict[str, str | None] = {
        name: None
        for name in os.environ
        if name.startswith(("AWS_", "BOTO_")) and name not in ("AWS_PAGER", "AWS_CA_BUNDLE")
    }
    changes |= {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,  # what other SDKs than boto3 look for
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "SSL_CERT_FILE": trust_file,
        "NODE_EXTRA_CA_CERTS": trust_file,
        # moto would give each account 60 machine images, for a tenth of a second: no cache is made of one.
        "MOTO_EC2_LOAD_DEFAULT_AMIS": os.environ.get("MOTO_EC2_LOAD_DEFAULT_AMIS", "false"),
        "PATH": os.pathsep.join(path),
    }
    for name in ("NO_PROXY", "no_proxy"):
        present = [entry for entry in os.environ.get(name, "").split(",") if entry]
        changes[name] = ",".join(dict.fromkeys([*present, "127.0.0.1", "localhost"]))
    return changes


class Guard:
    """Holds the environment of one open account. Guards nest: the last one opened is in force."""

    def __init__(self, endpoint_url: str, ca_file: str, directory: Path) -> None:
        self.trust_file = directory / "trusted.pem"
        self.trust_file.write_bytes(_system_roots() + b"\n" + Path(ca_file).read_bytes())
        self.changes = environment(endpoint_url, str(self.trust_file), str(directory))

    def open(self) -> None:
        with _lock:
            if not _open:
                _before.clear()
                stay_here()
            _open.append(self)
            _set(self.changes)

    def close(self) -> None:
        with _lock:
            if self not in _open:
                return
            _open.remove(self)
            _restore()
            if _open:
                _set(_open[-1].changes)
            else:
                _unpatch()


def _set(changes: dict[str, str | None]) -> None:
    for name, value in changes.items():
        _before.setdefault(name, os.environ.get(name))
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    _forget_boto3_session()


def _restore() -> None:
    for name, value in _before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    _before.clear()
    _forget_boto3_session()


def _forget_boto3_session() -> None:
    # boto3 keeps one session for boto3.client(), with the credentials it found when it was made.
    if "boto3" in sys.modules:
        sys.modules["boto3"].DEFAULT_SESSION = None


def stay_here() -> None:
    """From now on nothing that botocore sends leaves this machine, whatever names the endpoint."""
    # Every request of every botocore client, old or new, leaves through this one method.
    from botocore.httpsession import URLLib3Session

    global _original_send
    if _original_send is not None:
        return
    _original_send = URLLib3Session.send

    def send(self, request):
        refuse_unless_loopback(request.url)
        return _original_send(self, request)

    URLLib3Session.send = send


def _unpatch() -> None:
    from botocore.httpsession import URLLib3Session

    global _original_send
    URLLib3Session.send, _original_send = _original_send, None


@cache
def _system_roots() -> bytes:
    """The certificates this machine trusts already, so that other TLS connections keep working."""
    context = ssl.create_default_context()
    return "".join(ssl.DER_cert_to_PEM_cert(der) for der in context.get_ca_certs(binary_form=True)).encode()
