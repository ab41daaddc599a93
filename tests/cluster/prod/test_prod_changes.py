"""A Secret or ConfigMap gets another value: the pods that read it start anew, and Argo CD leaves them so.

What was changed stays changed: no other test reads it, and bringing it back would restart everything once more.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.cluster.conftest import Figures
from tests.cluster.stand import observe
from tests.cluster.stand.api import Json
from tests.cluster.stand.reloader import RESTARTED
from tests.cluster.stand.stand import Stand
from tests.cluster.stand.waiting import wait_for
from tests.facts.nova import NAMES

NAMESPACE = "/api/v1/namespaces/nova"
DEPLOYMENTS = "/apis/apps/v1/namespaces/nova/deployments"
EXTERNAL_SECRET = "/apis/external-secrets.io/v1/namespaces/nova/externalsecrets/nova-messaging-keys"
SECONDS = 90
LOOKS, PAUSE_SECONDS = 6, 1
"""Longer than Argo CD's pause between two comparisons."""


@dataclass(frozen=True)
class Restarts:
    """What a change did, when the last of its restarts was through."""

    seconds: float
    causes: dict[str, tuple[str, str]]
    """Type and name of what each Deployment was restarted for."""
    kept: set[str]
    """Services that have the very pods which they had before."""
    refused: list[str]


def _deployments(stand: Stand) -> dict[str, Json]:
    return {str(found["metadata"]["name"]): found for found in stand.api.items(DEPLOYMENTS)}


def _cause(deployment: Json) -> str:
    return str(deployment["spec"]["template"]["metadata"].get("annotations", {}).get(RESTARTED, ""))


def _rolled_out(deployment: Json) -> bool:
    status, wanted = deployment["status"], deployment["spec"]["replicas"]
    counts = [status.get(count, 0) for count in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas")]
    return status["observedGeneration"] == deployment["metadata"]["generation"] and counts == [wanted] * len(counts)


def _pods(stand: Stand) -> dict[str, set[str]]:
    """Names of the pods by service, those that end included."""
    found: dict[str, set[str]] = {}
    for pod in observe.pods_of(stand.api, "nova"):
        found.setdefault(pod["metadata"]["labels"]["app.kubernetes.io/name"], set()).add(pod["metadata"]["name"])
    return found


def _ending(stand: Stand) -> list[str]:
    pods = observe.pods_of(stand.api, "nova")
    return [str(pod["metadata"]["name"]) for pod in pods if "deletionTimestamp" in pod["metadata"]]


def _restarts(stand: Stand, change: Callable[[], object], readers: set[str]) -> Restarts:
    """Change something, and wait until none of its readers has a pod of before."""
    stand.settle("production")
    # Healthy counts the new pods of a rollout before: its former ones take a moment more to end.
    wait_for("the end of every former pod", lambda: not _ending(stand), SECONDS)
    observe.forget_refusals(stand.api, "nova")
    before, causes = _pods(stand), {name: _cause(found) for name, found in _deployments(stand).items()}
    change()
    begun = time.monotonic()

    def through() -> bool:
        now, pods = _deployments(stand), _pods(stand)
        return all(
            _cause(now[name]) != causes[name] and _rolled_out(now[name]) and not pods[name] & before[name]
            for name in readers
        )

    wait_for(f"new pods of {', '.join(sorted(readers))}", through, SECONDS)
    seconds = time.monotonic() - begun
    stand.settle("production")
    after = _pods(stand)
    new = {name: cause for name, found in _deployments(stand).items() if (cause := _cause(found)) != causes[name]}
    return Restarts(
        seconds=seconds,
        causes={name: (said["type"], said["name"]) for name, said in ((n, json.loads(c)) for n, c in new.items())},
        kept={name for name, pods in before.items() if after[name] == pods},
        refused=observe.refused(stand.api, "nova"),
    )


def test_a_changed_secret_restarts_exactly_the_pods_that_read_it(prod: Stand, figures: Figures) -> None:
    references = [one["remoteRef"] for one in prod.api.get(EXTERNAL_SECRET)["spec"]["data"]]
    (entry,) = {str(reference["key"]) for reference in references}
    value = json.dumps({str(reference["property"]): "another value" for reference in references})
    found = _restarts(prod, lambda: prod.written.update({entry: value}), {"messaging-service"})
    figures.seconds("prod: an entry of Secrets Manager to new pods of its one reader", found.seconds)
    assert found.causes == {"messaging-service": ("SECRET", "nova-messaging-keys")}
    assert found.kept == {*NAMES} - {"messaging-service"}
    assert found.refused == []


def test_argo_cd_leaves_the_restarts_of_a_changed_config_map_alone(prod: Stand, figures: Figures) -> None:
    path = f"{NAMESPACE}/configmaps/platform-outputs"
    found = _restarts(prod, lambda: prod.api.patch(path, {"data": {"CHANGED": "once"}}), {*NAMES})
    figures.seconds("prod: a ConfigMap that all services read to new pods of all", found.seconds)
    assert found.causes == dict.fromkeys(NAMES, ("CONFIGMAP", "platform-outputs"))
    assert found.refused == []
    generations = {name: one["metadata"]["generation"] for name, one in _deployments(prod).items()}
    for _ in range(LOOKS):
        time.sleep(PAUSE_SECONDS)
        assert observe.settled(prod.application("production"))
    assert {name: one["metadata"]["generation"] for name, one in _deployments(prod).items()} == generations
