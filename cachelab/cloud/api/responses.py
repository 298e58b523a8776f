"""The wire: moto parses a request and writes the answer; in between, our backend decides."""

import re
import sys
import traceback

from moto.core.errors import COMMON_ERROR_CODES
from moto.core.responses import ActionResult
from moto.elasticache import urls as moto_urls
from moto.elasticache.responses import ElastiCacheResponse

from . import model
from .backend import ElastiCacheBackend, backends
from .faults import NOT_IN_THE_BOX, Fault, NotInTheBox
from .operations import KEPT, PERFORMED, REFUSED

WAITER = re.compile(r"\bm/[^ ]*\bB\b")  # botocore's mark for a request made by a waiter
TRANSITIONAL = ("creating", "modifying", "deleting", "snapshotting", "rebooting cache cluster nodes")
OUR_CODES = (NOT_IN_THE_BOX, "InternalFailure", "InvalidAction", "InvalidClientTokenId")  # in no model
PATIENCE = 10.0  # seconds a waiter's question may be held, beyond the provisioning time


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
        super().parse_parameters(request)

    def call_action(self):
        operation = self._get_action()
        if operation in REFUSED:
            raise NotInTheBox(operation, REFUSED[operation])
        backend: ElastiCacheBackend = self.elasticache_backend
        if operation in KEPT:
            backend.check(operation, self.params)
            if "UserId" in self.params:
                self.params["UserId"] = self.params["UserId"].lower()
            if "CacheSubnetGroupName" in self.params:
                self.params["CacheSubnetGroupName"] = self.params["CacheSubnetGroupName"].lower()
            if operation in ("AddTagsToResource", "RemoveTagsFromResource"):
                super().call_action()
                return self._tags(backend)
            return super().call_action()
        if operation not in PERFORMED:
            raise NotInTheBox(operation, "it is not built")
        if operation.startswith("Describe") and WAITER.search(self.headers.get("User-Agent", "")):
            self._hold(backend, operation)
        return self._answer(backend.perform(operation, dict(self.params)))

    def _tags(self, backend: ElastiCacheBackend):
        return self._answer({"TagList": backend.list_tags_for_resource(self.params["ResourceName"])["Tags"]})

    def _hold(self, backend: ElastiCacheBackend, operation: str) -> None:
        """Answer a waiter when there is news, so that its 15 seconds between questions do not pass.

        Minutes on AWS are seconds here; a waiter's pause would be the longest wait of all.
        """

        def settled() -> bool:
            try:
                answer = backend.perform(operation, dict(self.params))
            except Fault:
                return True
            rows = next((value for value in answer.values() if isinstance(value, list)), [])
            words = [row.get("Status") or row.get("CacheClusterStatus") for row in rows]
            return not any(word in TRANSITIONAL for word in words)

        backend.fleet.wait_until(settled, backend.fleet.provisioning_time + PATIENCE)

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
    backends.backend = ElastiCacheBackend
