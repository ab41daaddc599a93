"""A changed Secret or ConfigMap restarts the pods that read it, and Argo CD does not undo the restart.

The changes are not reverted: no other test reads the values, and reverting them would restart everything again.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.cluster.conftest import Figures
from tests.cluster.stand import observe
from tests.cluster.stand.api import Json
from tests.cluster.stand.operators import force_sync
from tests.cluster.stand.reloader import RESTARTED
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.facts.nova import NAMES

NAMESPACE = "/api/v1/namespaces/nova"
DEPLOYMENTS = "/apis/apps/v1/namespaces/nova/deployments"
EXTERNAL_SECRET = "/apis/external-secrets.io/v1/namespaces/nova/externalsecrets/nova-messaging-keys"
SECONDS = 90
CHECKS, PAUSE_SECONDS = 6, 1
"""Longer than the interval at which Argo CD compares."""


@dataclass(frozen=True)
class Restarts:
    """The effects of a change, after the last restart."""

    seconds: float
    causes: dict[str, tuple[str, str]]
    """Type and name of the object whose change restarted each Deployment."""
    kept: set[str]
    """Services whose pods are the same as before."""
    refused: list[str]


def _deployments(stand: Stand) -> dict[str, Json]:
    return {str(item["metadata"]["name"]): item for item in stand.api.items(DEPLOYMENTS)}


def _cause(deployment: Json) -> str:
    return str(deployment["spec"]["template"]["metadata"].get("annotations", {}).get(RESTARTED, ""))


def _rolled_out(deployment: Json) -> bool:
    status, wanted = deployment["status"], deployment["spec"]["replicas"]
    counts = [status.get(count, 0) for count in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")]
    return status["observedGeneration"] == deployment["metadata"]["generation"] and counts == [wanted] * len(counts)


def _pods(stand: Stand) -> dict[str, set[str]]:
    """Names of the pods by service, including terminating ones."""
    names: dict[str, set[str]] = {}
    for pod in observe.pods_of(stand.api, "nova"):
        names.setdefault(pod["metadata"]["labels"]["app.kubernetes.io/name"], set()).add(pod["metadata"]["name"])
    return names


def _terminating(stand: Stand) -> list[str]:
    pods = observe.pods_of(stand.api, "nova")
    return [str(pod["metadata"]["name"]) for pod in pods if "deletionTimestamp" in pod["metadata"]]


def _restarts(stand: Stand, change: Callable[[], object], readers: set[str]) -> Restarts:
    """Apply a change, and wait until all pods of its readers are replaced."""
    stand.settle("production")
    # An Application is Healthy when its new pods are ready: old pods may still be terminating.
    wait_for("the end of all old pods", lambda: not _terminating(stand), SECONDS)
    observe.forget_refusals(stand.api, "nova")
    before, causes = _pods(stand), {name: _cause(item) for name, item in _deployments(stand).items()}
    change()
    start = time.monotonic()

    def restarted() -> bool:
        now, pods = _deployments(stand), _pods(stand)
        return all(
            _cause(now[name]) != causes[name] and _rolled_out(now[name]) and not pods[name] & before[name]
            for name in readers
        )

    wait_for(f"new pods of {', '.join(sorted(readers))}", restarted, SECONDS)
    seconds = time.monotonic() - start
    stand.settle("production")
    after = _pods(stand)
    new = {name: cause for name, item in _deployments(stand).items() if (cause := _cause(item)) != causes[name]}
    return Restarts(
        seconds=seconds,
        causes={name: (cause["type"], cause["name"]) for name, cause in ((n, json.loads(c)) for n, c in new.items())},
        kept={name for name, pods in before.items() if after[name] == pods},
        refused=observe.refused(stand.api, "nova"),
    )


def test_a_changed_secret_restarts_exactly_the_pods_that_read_it(prod: Stand, figures: Figures) -> None:
    references = [data["remoteRef"] for data in prod.api.get(EXTERNAL_SECRET)["spec"]["data"]]
    (entry,) = {str(reference["key"]) for reference in references}
    value = json.dumps({str(reference["property"]): "another value" for reference in references})

    def change() -> None:
        prod.secrets.put(entry, value)
        force_sync(prod.api, EXTERNAL_SECRET)

    restarts = _restarts(prod, change, {"messaging-service"})
    figures.seconds("prod: changed entry of Secrets Manager to new pods of its reader", restarts.seconds)
    assert restarts.causes == {"messaging-service": ("SECRET", "nova-messaging-keys")}
    assert restarts.kept == {*NAMES} - {"messaging-service"}
    assert restarts.refused == []


def test_argo_cd_does_not_undo_the_restarts_of_a_changed_config_map(prod: Stand, figures: Figures) -> None:
    path = f"{NAMESPACE}/configmaps/platform-outputs"
    restarts = _restarts(prod, lambda: prod.api.patch(path, {"data": {"CHANGED": "once"}}), {*NAMES})
    figures.seconds("prod: changed ConfigMap that all services read to new pods of all", restarts.seconds)
    assert restarts.causes == dict.fromkeys(NAMES, ("CONFIGMAP", "platform-outputs"))
    assert restarts.refused == []
    generations = {name: item["metadata"]["generation"] for name, item in _deployments(prod).items()}
    for _ in range(CHECKS):
        time.sleep(PAUSE_SECONDS)
        assert observe.settled(prod.application("production"))
    assert {name: item["metadata"]["generation"] for name, item in _deployments(prod).items()} == generations
