"""The wire: moto parses a request and writes the answer; in between, our functions decide."""

import re
import sys
import traceback

from moto.core.errors import COMMON_ERROR_CODES
from moto.core.responses import ActionResult
from moto.elasticache import models as moto_models
from moto.elasticache import urls as moto_urls
from moto.elasticache.responses import ElastiCacheResponse

from ..faults import NOT_IN_THE_BOX, Fault, NotInTheBox
from ..plane.fleet import Fleet
from ..region import Region
from . import model, notices, users
from .operations import PERFORMED, REFUSED
from .perform import perform

FLEETS: dict[str, Fleet] = {}
"""What each open account has running, by its twelve-digit number."""
WAITER = re.compile(r"\bm/[^ ]*\bB\b")  # botocore's mark for a request made by a waiter
TRANSITIONAL = ("creating", "modifying", "deleting", "snapshotting", "rebooting cache cluster nodes")
OUR_CODES = (NOT_IN_THE_BOX, "InternalFailure", "InvalidAction", "InvalidClientTokenId")  # in no model
PATIENCE = 10.0  # seconds a waiter's question may be held, beyond the provisioning time


backends = moto_models.elasticache_backends
"""account number -> region -> backend: moto's own table, so that its other services see our caches too."""


class Backend(moto_models.ElastiCacheBackend):
    """What moto sees of a region: its stores are the region's own."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.region = region = Region(region_name, account_id, FLEETS.get(account_id))
        region.log.heard = lambda event: notices.publish(region, event)
        users.add_default(region)
        self.tagging_service = region.tags
        self.replication_groups = region.groups
        self.cache_clusters = region.clusters
        self.cache_subnet_groups = region.subnet_groups
        self.snapshots = region.snapshots
        self.users = region.users

    @property
    def _url_module(self):
        return moto_urls  # moto would look for a urls.py beside this file


def regions(account_id: str) -> list[Region]:
    """The regions an account has been used in."""
    return [backend.region for backend in backends[account_id].values()] if account_id in backends else []


class Responses(ElastiCacheResponse):
    """ElastiCache requests. Whatever happens, the client gets an answer botocore can read."""

    def _dispatch(self, request, full_url=None, headers=None):
        try:
            return super()._dispatch(request, full_url, headers)
        except Fault as fault:
            return self._refuse(fault)
        except Exception as error:
            traceback.print_exc(file=sys.__stderr__)
            return self._refuse(Fault("InternalFailure", f"{self._get_action()}: {error!r}"))

    def parse_parameters(self, request) -> None:
        if self._get_action() not in model.operations():
            raise Fault(
                "InvalidAction", f"Could not find operation {self._get_action()} for version 2015-02-02"
            )
        try:
            super().parse_parameters(request)
        except ValueError as error:  # raw HTTP: an SDK would have refused it
            raise Fault(
                "InvalidParameterValue", f"A parameter is of another type than it must be: {error}."
            ) from None

    def call_action(self):
        operation = self._get_action()
        if operation in REFUSED:
            raise NotInTheBox(operation, REFUSED[operation])
        if operation not in PERFORMED:
            raise NotInTheBox(operation, "it is not built")
        region: Region = self.elasticache_backend.region
        if operation.startswith("Describe") and WAITER.search(self.headers.get("User-Agent", "")):
            self._hold(region, operation)
        return self._answer(perform(region, operation, dict(self.params)))

    def _hold(self, region: Region, operation: str) -> None:
        """Answer a waiter when there is news, so that its 15 seconds between questions do not pass.

        Minutes on AWS are seconds here; a waiter's pause would be the longest wait of all.
        """

        def settled() -> bool:
            try:
                answer = perform(region, operation, dict(self.params))
            except Fault:
                return True
            rows = next((value for value in answer.values() if isinstance(value, list)), [])
            words = [row.get("Status") or row.get("CacheClusterStatus") for row in rows]
            return not any(word in TRANSITIONAL for word in words)

        region.fleet.wait_until(settled, region.fleet.provisioning_time + PATIENCE)

    def _answer(self, result: dict):
        status, headers, body = self.serialized(ActionResult(result))
        headers, body = self._enrich_response(headers, body)
        return status, headers, body

    def _refuse(self, fault: Fault):
        status, headers, body = self.serialized(ActionResult(fault))
        headers, body = self._enrich_response(headers, body)
        return status, headers, body


def install() -> None:
    """Let moto answer ElastiCache requests with these classes, over HTTP and in this process."""
    moto_urls.url_paths["{0}/$"] = Responses.dispatch
    COMMON_ERROR_CODES.extend(code for code in OUR_CODES if code not in COMMON_ERROR_CODES)
    backends.backend = Backend
