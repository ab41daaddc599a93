"""Helm values of Reloader, which restarts the pods that read a changed Secret or ConfigMap (pure).

It marks the restart by an annotation of the pod template. The chart's own way is an environment variable in the
container. In a Deployment Argo CD leaves it there, in a Rollout it is a difference: lists of kinds that Argo CD has no
schema of are compared as a whole.
It acts on Deployments that ask for it (`reloader.stakater.com/auto: "true"`), in the environments' namespaces only.
Sources: chart reloader 2.2, "Reload strategies" and "Scope Reloader to specific namespaces" of its documentation;
Argo CD, issue 6154.
"""

from components.controllers import pods
from components.controllers.values import CONTAINER_SECURITY, NOBODY, ONE_AT_A_TIME, Values, scraped


def reloader_values(*, system: str, rollouts: bool) -> Values:
    """Values of the chart reloader.

    `system`: namespaces whose label `app.kubernetes.io/part-of` is this are watched. `rollouts`: whether there are
    Rollouts to restart, whose definition must then be there before the chart.
    """
    return {
        "fullnameOverride": "reloader",
        "reloader": {
            "deployment": {
                "containerSecurityContext": CONTAINER_SECURITY,
                "pod": {"annotations": scraped("reloader")},
                "replicas": pods.REPLICAS,
                "resources": pods.RELOADER.resources,
                "securityContext": {
                    "runAsGroup": NOBODY,
                    "runAsNonRoot": True,
                    "runAsUser": NOBODY,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
            },
            # Two pods elect a leader: a change is not overlooked because a node is drained.
            "enableHA": True,
            "ignoreCronJobs": True,
            # The bootstrap of a database reads Secrets, too; who changes them makes a new Job.
            "ignoreJobs": True,
            "isArgoRollouts": rollouts,
            "namespaceSelector": f"app.kubernetes.io/part-of={system}",
            "podDisruptionBudget": {"enabled": True, **ONE_AT_A_TIME},
            "readOnlyRootFileSystem": True,
            "reloadStrategy": "annotations",
            "serviceAccount": {"name": "reloader"},
            "watchGlobally": True,
        },
    }
