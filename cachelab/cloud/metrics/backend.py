"""Where moto answers for CloudWatch, ours does: over HTTP for the `aws` command, and for boto3 in this
process.

Dashboards and tags stay moto's; what neither does is refused by name.
"""

from collections.abc import Callable
from functools import cache

from botocore.model import ServiceModel
from moto.cloudwatch import models as moto_models
from moto.cloudwatch import urls as moto_urls
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.errors import COMMON_ERROR_CODES
from moto.core.responses import ActionResult
from moto.logs.models import logs_backends
from moto.sns.models import sns_backends
from moto.utilities.utils import get_partition

from ..faults import NOT_IN_THE_BOX, Fault
from ..region import Region
from . import requests
from .minutes import Minutes
from .nodes import sources
from .source import Source
from .watch import Clock, Watch

CLOCKS: dict[str, Clock] = {}
"""The time of each open account, by its twelve-digit number."""

backends = moto_models.cloudwatch_backends
"""account number -> region -> backend: moto's own table."""


KEPT = {  # moto's own
    "DeleteDashboards",
    "GetDashboard",
    "ListDashboards",
    "PutDashboard",
    "ListTagsForResource",
    "TagResource",
    "UntagResource",
}


class CloudWatchBackend(moto_models.CloudWatchBackend):
    """One account's CloudWatch in one region: `watch` is ours, the rest is moto's."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        clock = CLOCKS.setdefault(account_id, Clock())
        self.watch = Watch(
            region_name, account_id, described(region_name), clock, self._publish, get_partition(region_name)
        )

    @property
    def _url_module(self):
        return moto_urls  # moto would look for a urls.py beside this file

    def _publish(self, arn: str, subject: str, message: str) -> None:
        region, account = arn.split(":")[3:5]
        sns_backends[account][region].publish(message=message, arn=arn, subject=subject)

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        if arn in {alarm.arn for alarm in self.watch.alarms.values()}:
            self.tagger.tag_resource(arn, self.tagger.convert_dict_to_tags_input(tags))
        else:
            super().tag_resource(arn, tags)

    def put_metric_data(self, namespace: str, metric_data: list) -> None:
        """What moto's other services put, among them AWS/… metrics."""
        for number, row in enumerate(metric_data, 1):
            self.watch.store.put(*requests.datum(self.watch, namespace, number, row))


class Responses(CloudWatchResponse):
    """CloudWatch requests: moto reads them and writes the answers; in between, ours decide."""

    def call_action(self):
        operation = self._get_action()
        if operation in KEPT:
            return super().call_action()
        backend: CloudWatchBackend = self.cloudwatch_backend
        try:
            with backend.watch.lock:
                answer = requests.perform(backend.watch, api().operation_model(operation), dict(self.params))
        except Fault as fault:
            return self._answer(fault)
        if self.params.get("Tags"):
            backend.tagger.tag_resource(backend.watch.arn(self.params["AlarmName"]), self.params["Tags"])
        return self._answer(answer)

    def _answer(self, result):
        status, headers, body = self.serialized(ActionResult(result))
        headers, body = self._enrich_response(headers, body)
        return status, headers, body


@cache
def api() -> ServiceModel:
    """botocore's model of CloudWatch."""
    from botocore.session import get_session

    return get_session().get_service_model("cloudwatch")


@cache
def described(region: str) -> str:
    """A region as notifications call it: "US East (N. Virginia)"."""
    from botocore.session import get_session

    known = get_session().get_component("data_loader").load_data("endpoints")["partitions"]
    return next(
        (part["regions"][region]["description"] for part in known if region in part["regions"]), region
    )


def minutes_of(account: str, caches: Callable[[], list[Region]]) -> Minutes:
    """An account's minutes, its clock set to the minute of now. `caches()`: its regions with caches."""
    clock = CLOCKS[account] = Clock()

    def regions() -> list[tuple[Watch, list[Source]]]:
        with_caches = {region.name: region for region in caches()}
        names = sorted({*with_caches, *backends[account]})
        return [
            (backends[account][name].watch, sources(with_caches[name]) if name in with_caches else [])
            for name in names
        ]

    def write_log(region: str, group: str, stream: str, events: list[dict]) -> bool:
        logs = logs_backends[account][region]
        if group not in logs.groups:
            return False
        if stream not in logs.groups[group].streams:
            logs.create_log_stream(group, stream)
        logs.put_log_events(group, stream, events)
        return True

    return Minutes(clock, regions, write_log)


OUR_CODES = (NOT_IN_THE_BOX, "ValidationError", "InvalidParameterValue", "MissingParameter")  # in no model


def install() -> None:
    """Let moto answer CloudWatch requests with these classes."""
    moto_urls.url_paths["{0}/$"] = Responses.dispatch
    COMMON_ERROR_CODES.extend(code for code in OUR_CODES if code not in COMMON_ERROR_CODES)
    backends.backend = CloudWatchBackend
