"""Defaults of the namespaces that the program creates and of the pods that it configures."""

from collections.abc import Mapping, Sequence

from components.config.environments import ObjectCounts
from components.sizing import quantities
from components.sizing.pods import ContainerSize

DEFAULT_SIZE = ContainerSize(cpu=10, memory=32, cpu_limit=250, memory_limit=128)
"""For containers that state no resources, such as a debugging pod's, in the platform's own namespaces."""
QUOTA_HEADROOM_PERCENT = 10
"""What the quotas of the platform's own namespaces leave above the peak of a rolling update."""

ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
NOBODY = 65534
ONE_AT_A_TIME = {"maxUnavailable": 1}
"""A disruption budget. For a single pod it is the same as none."""
POD_SECURITY: Mapping[str, object] = {
    "fsGroup": NOBODY,
    "runAsGroup": NOBODY,
    "runAsNonRoot": True,
    "runAsUser": NOBODY,
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""`securityContext` of a pod at the restricted level."""
CONTAINER_SECURITY: Mapping[str, object] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}
"""`securityContext` of a container at the restricted level."""


def spread(labels: Mapping[str, str]) -> Sequence[Mapping[str, object]]:
    """`topologySpreadConstraints` over zones and nodes of the pods with these labels.

    ScheduleAnyway: DoNotSchedule would leave pods pending during a rolling update or on a single node.
    """
    return [
        {
            "labelSelector": {"matchLabels": dict(labels)},
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "ScheduleAnyway",
        }
        for key in (ZONE, HOST)
    ]


def object_counts(objects: ObjectCounts) -> Mapping[str, str]:
    """The part of a quota for objects that cost money or open ports."""
    return {
        "persistentvolumeclaims": quantities.count(objects.persistent_volume_claims),
        "services.loadbalancers": quantities.count(objects.load_balancers),
        "services.nodeports": quantities.count(objects.node_ports),
    }


NO_OBJECTS = ObjectCounts()
"""Load balancers come from the platform's ingress class, and data is stored outside the cluster."""
