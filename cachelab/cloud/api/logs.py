"""Log delivery: what of it is served here, and whether it arrives.

Slow logs go to CloudWatch Logs by the minute (metrics/slow_log.py). A log group that is missing is
noticed when somebody looks, and then the delivery's status is `error`.
"""

from collections.abc import Iterator

from ..faults import NotInTheBox
from ..region import Region


def refuse_the_rest(given: dict) -> None:
    """Raise for what is asked for and not served here."""
    for row in given.get("LogDeliveryConfigurations") or ():
        if row.get("Enabled") is False:
            continue
        if row["LogType"] != "slow-log":
            raise NotInTheBox(f"Delivery of the {row['LogType']}", "only the slow-log is delivered")
        if row["DestinationType"] != "cloudwatch-logs":
            raise NotInTheBox(f"Log delivery to {row['DestinationType']}", "use cloudwatch-logs")


def keep(kept: dict, given: dict) -> None:
    """Take a request's deliveries into what a cache keeps: one a type of log, none with Enabled false."""
    if given.get("LogDeliveryConfigurations") is None:
        return
    rows = {row["LogType"]: row for row in kept.get("LogDeliveryConfigurations") or ()}
    rows |= {row["LogType"]: row for row in given["LogDeliveryConfigurations"]}
    kept["LogDeliveryConfigurations"] = [row for row in rows.values() if row.get("Enabled") is not False]


def tell_what_arrives(region: Region, answer: dict) -> None:
    """Correct the status of each delivery in an answer whose log group is not there."""
    for delivery in _deliveries(answer):
        from moto.logs.models import logs_backends  # few caches deliver logs

        group = delivery["DestinationDetails"]["CloudWatchLogsDetails"]["LogGroup"]
        if group not in logs_backends[region.account_id][region.name].groups:
            delivery |= {"Status": "error", "Message": f"The log group {group} does not exist."}


def _deliveries(answer: dict) -> Iterator[dict]:
    for value in answer.values():
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict):
                yield from row.get("LogDeliveryConfigurations") or ()
