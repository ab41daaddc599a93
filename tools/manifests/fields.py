"""The fields that manifests may set: any other field is a fault, even where Kubernetes accepts it.

A list of what is allowed, because the fields that stop a rollout or leave a service without pods (`paused`,
`nodeSelector`, `command`, an optional key, a probe on another host) cannot all be listed. To use another field, add it
to the table of its kind below.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias, cast

from tools.manifests.model import Object, title

RELOADER = "reloader.stakater.com/auto"
"""Annotation of a Deployment whose pods restart when a Secret or ConfigMap that they use changes."""

HERE = "tools/manifests/fields.py"
EVERY = "*"
"""In place of a key: every key."""
Fields: TypeAlias = "Mapping[str, Fields] | list[Fields] | tuple[str, ...] | None"
"""Fields by name, the fields of a list's items, the allowed values, or None for any value."""

NAMED: Fields = {EVERY: None}
_META: Mapping[str, Fields] = {"name": None, "namespace": None, "labels": NAMED}
_LABEL_SELECTOR: Fields = {"matchLabels": NAMED}
_SIZES: Fields = {"cpu": None, "memory": None}
_KEY: Fields = {"name": None, "key": None}
_PROBE: Fields = {
    "httpGet": {"path": None, "port": None},
    "initialDelaySeconds": None,
    "periodSeconds": None,
    "timeoutSeconds": None,
    "failureThreshold": None,
}
_ANY_CONTAINER: Mapping[str, Fields] = {
    "name": None,
    "image": None,
    "imagePullPolicy": ("Always", "IfNotPresent"),
    "env": [{"name": None, "value": None, "valueFrom": {"secretKeyRef": _KEY, "configMapKeyRef": _KEY}}],
    "envFrom": [{"configMapRef": {"name": None}}],
    "resources": {"requests": _SIZES, "limits": _SIZES},
    "securityContext": {
        "allowPrivilegeEscalation": None,
        "capabilities": {"drop": [None]},
        "readOnlyRootFilesystem": None,
    },
    "volumeMounts": [{"name": None, "mountPath": None}],
}
_COMMAND: Mapping[str, Fields] = {"command": [None], "args": [None]}
_CONTAINER: Fields = {
    **_ANY_CONTAINER,
    "ports": [{"name": None, "containerPort": None, "protocol": ("TCP",)}],
    "startupProbe": _PROBE,
    "readinessProbe": _PROBE,
    "livenessProbe": _PROBE,
    "lifecycle": {"preStop": {"sleep": {"seconds": None}}},
}
_POD: Mapping[str, Fields] = {
    "serviceAccountName": None,
    "automountServiceAccountToken": None,
    "enableServiceLinks": None,
    "terminationGracePeriodSeconds": None,
    "securityContext": {
        "runAsNonRoot": None,
        "runAsUser": None,
        "runAsGroup": None,
        "fsGroup": None,
        "seccompProfile": {"type": None},
    },
    "initContainers": [{**_ANY_CONTAINER, **_COMMAND}],
    "volumes": [{"name": None, "emptyDir": {"sizeLimit": None}}],
}
_SCRAPES: Fields = {"prometheus.io/scrape": None, "prometheus.io/port": None, "prometheus.io/path": None}
_WAVE: Mapping[str, Fields] = {"argocd.argoproj.io/sync-wave": None}
_DEPLOYMENT: Fields = {
    "replicas": None,
    "revisionHistoryLimit": None,
    "progressDeadlineSeconds": None,
    "selector": _LABEL_SELECTOR,
    "strategy": {"type": ("RollingUpdate",), "rollingUpdate": {"maxSurge": None, "maxUnavailable": None}},
    "template": {
        "metadata": {"labels": NAMED, "annotations": _SCRAPES},
        "spec": {
            **_POD,
            "containers": [_CONTAINER],
            "topologySpreadConstraints": [
                {"topologyKey": None, "maxSkew": None, "whenUnsatisfiable": None, "labelSelector": _LABEL_SELECTOR}
            ],
        },
    },
}
_JOB: Fields = {
    "backoffLimit": None,
    "activeDeadlineSeconds": None,
    "ttlSecondsAfterFinished": None,
    "template": {
        "metadata": {"labels": NAMED},
        "spec": {
            **_POD,
            "containers": [{**_ANY_CONTAINER, **_COMMAND}],
            "restartPolicy": ("Never", "OnFailure"),
        },
    },
}
_SCALER: Fields = {
    "scaleTargetRef": {"apiVersion": ("apps/v1",), "kind": ("Deployment",), "name": None},
    "minReplicas": None,
    "maxReplicas": None,
    "metrics": [
        {
            "type": ("Resource", "Pods"),
            "resource": {
                "name": ("cpu", "memory"),
                "target": {"type": ("Utilization",), "averageUtilization": None},
            },
            "pods": {"metric": {"name": None}, "target": {"type": ("AverageValue",), "averageValue": None}},
        }
    ],
    "behavior": {"scaleDown": {"stabilizationWindowSeconds": None}},
}
_INGRESS: Fields = {
    "ingressClassName": None,
    "rules": [
        {
            "host": None,
            "http": {
                "paths": [
                    {"path": None, "pathType": None, "backend": {"service": {"name": None, "port": NAMED}}},
                ]
            },
        }
    ],
}
_HOOK: Mapping[str, Fields] = {"argocd.argoproj.io/hook": None, "argocd.argoproj.io/hook-delete-policy": None}
FIELDS: Mapping[str, Mapping[str, Fields]] = {
    "ConfigMap": {"metadata": _META, "data": NAMED},
    "Deployment": {
        "metadata": {**_META, "annotations": {RELOADER: None, **_WAVE}},
        "spec": _DEPLOYMENT,
    },
    "HorizontalPodAutoscaler": {"metadata": _META, "spec": _SCALER},
    "Ingress": {"metadata": {**_META, "annotations": NAMED}, "spec": _INGRESS},
    "Job": {"metadata": {**_META, "annotations": {**_HOOK, **_WAVE}}, "spec": _JOB},
    "PodDisruptionBudget": {
        "metadata": _META,
        "spec": {
            "maxUnavailable": None,
            "unhealthyPodEvictionPolicy": ("AlwaysAllow",),
            "selector": _LABEL_SELECTOR,
        },
    },
    "Service": {
        "metadata": _META,
        "spec": {
            "type": ("ClusterIP",),
            "selector": NAMED,
            "ports": [{"name": None, "port": None, "targetPort": None, "protocol": ("TCP",)}],
        },
    },
}
"""Kinds that an application repository may contain, and their fields. All others belong to the platform."""


def field_faults(objects: Sequence[Object]) -> Iterator[str]:
    """Yield each kind, field and value that is not allowed."""
    for item in objects:
        allowed = FIELDS.get(str(item.get("kind")))
        if allowed is None:
            yield f"{title(item)}: objects of this kind do not belong in Git; allowed kinds: {', '.join(FIELDS)}"
            continue
        for fault in _faults(item, {"apiVersion": None, "kind": None, **allowed}, ""):
            yield f"{title(item)}: {fault}"


def _faults(data: object, allowed: Fields, path: str) -> Iterator[str]:
    """Yield the parts of the data that are not allowed; the validator reports a value of the wrong type."""
    if isinstance(allowed, tuple):
        if data not in allowed:
            yield f"{path} must be {' or '.join(allowed)}, not {data}: change it, or add the value to {HERE}"
    elif isinstance(allowed, list) and isinstance(data, list):
        for position, item in enumerate(cast("list[Any]", data)):
            yield from _faults(item, allowed[0], f"{path}[{position}]")
    elif isinstance(allowed, Mapping) and isinstance(data, Mapping):
        for key, value in cast("Mapping[str, Any]", data).items():
            inner = f"{path}.{key}".removeprefix(".")
            if key in allowed or EVERY in allowed:
                yield from _faults(value, allowed.get(key, allowed.get(EVERY)), inner)
            else:
                yield f"{inner} is not an allowed field: remove it, or add it to {HERE}"
