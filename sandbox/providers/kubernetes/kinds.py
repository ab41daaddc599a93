"""The differences between Kubernetes' kinds: scope, status, and fields that cannot be changed in place."""

from __future__ import annotations

from collections.abc import Collection, Mapping

ALWAYS = ("metadata.name", "metadata.namespace", "apiVersion", "kind")

CLUSTER_SCOPED = frozenset(
    {
        "APIService",
        "CSIDriver",
        "CSINode",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
    }
)

WITH_STATUS = frozenset(
    {
        "APIService",
        "CronJob",
        "CustomResourceDefinition",
        "DaemonSet",
        "Deployment",
        "HorizontalPodAutoscaler",
        "Ingress",
        "Job",
        "Namespace",
        "PersistentVolume",
        "PersistentVolumeClaim",
        "Pod",
        "PodDisruptionBudget",
        "ReplicaSet",
        "ResourceQuota",
        "Service",
        "StatefulSet",
    }
)

REPLACES: Mapping[str, Collection[str]] = {
    "ClusterRoleBinding": ("roleRef",),
    "DaemonSet": ("spec.selector",),
    "Deployment": ("spec.selector",),
    "Job": ("spec.selector", "spec.template", "spec.completionMode"),
    "PersistentVolumeClaim": ("spec.accessModes", "spec.storageClassName", "spec.volumeName", "spec.selector"),
    "Pod": ("spec",),
    "PriorityClass": ("value", "preemptionPolicy"),
    "ReplicaSet": ("spec.selector",),
    "RoleBinding": ("roleRef",),
    "Service": ("spec.clusterIP",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"),
    "StorageClass": ("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
}

# Replaced when their data changes, unless the provider's setting makes them mutable.
IMMUTABLE: Mapping[str, tuple[str, Collection[str]]] = {
    "ConfigMap": ("enableConfigMapMutable", ("data", "binaryData")),
    "Secret": ("enableSecretMutable", ("data", "stringData", "type")),
}

# Namespaces that every cluster has from the beginning.
FIRST_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})


def plural(kind: str) -> str:
    """The plural of a kind, as in the API server's messages."""
    word = kind.lower()
    if word.endswith("y"):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch")) else "s")
