"""MaxRecords and Marker: long lists in pages."""

import base64
import binascii

from ..faults import Fault


def page(rows: list, given: dict, key: str, usual: int = 100) -> dict:
    """One page of `rows` under `key`, with a Marker if there are more than asked for, or than `usual`."""
    first = _position(given["Marker"]) if given.get("Marker") else 0
    last = first + (given.get("MaxRecords") or usual)
    answer = {key: rows[first:last]}
    if last < len(rows):
        answer["Marker"] = base64.urlsafe_b64encode(f"row {last}".encode()).decode()
    return answer


def _position(marker: str) -> int:
    try:
        word, number = base64.urlsafe_b64decode(marker.encode()).decode().split()
        if word == "row":
            return int(number)
    except (ValueError, binascii.Error, UnicodeDecodeError):
        pass
    raise Fault("InvalidParameterValue", f"Invalid Marker: {marker}. Use the one of the page before.")
