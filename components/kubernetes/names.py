"""Names that several namespaces share: labels, namespaces, users."""

NAME_LABEL = "app.kubernetes.io/name"
"""Network policies select pods by it. Every pod of a service carries it with the service's name, its Jobs included."""
PART_OF_LABEL = "app.kubernetes.io/part-of"
NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""The API server sets it on every namespace."""

PLATFORM_NAMESPACE = "platform"
"""Namespace of every controller except Prometheus."""
MONITORING_NAMESPACE = "monitoring"
"""Namespace of Prometheus, Grafana, Alertmanager and the adapter for autoscalers."""
DATA_NAMESPACE = "platform-data"
"""Namespace of the Jobs that create databases. They hold the master user's password, and permission to deploy into a
namespace is permission to read its Secrets: no Application deploys to this one."""
