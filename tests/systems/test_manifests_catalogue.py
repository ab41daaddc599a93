"""What an overlay says beside its stack's file is named by service and field, with what both say."""

from tests.systems.overlay_changes import (
    OVERLAY,
    Cases,
    Change,
    changed,
    container,
    each_case,
    labels,
    named,
    pod,
    spec,
)
from tools.manifests.__main__ import own_faults

CASES: Cases = [
    (
        "auth-service: replicas: the manifest says 3, the configuration None",
        lambda o: spec(o, "Deployment").update(replicas=3),
    ),
    ("auth-service: Deployment: the manifest says missing", lambda o: o.remove(named(o, "Deployment"))),
    ("auth-service: Service: the manifest says missing", lambda o: o.remove(named(o, "Service"))),
    (
        "auth-service: PodDisruptionBudget: the manifest says missing",
        lambda o: o.remove(named(o, "PodDisruptionBudget")),
    ),
    (
        "auth-service: HorizontalPodAutoscaler: the manifest says missing",
        lambda o: o.remove(named(o, "HorizontalPodAutoscaler")),
    ),
    (
        "mail-service: Deployment: the manifest says there, the configuration none",
        lambda o: named(o, "Deployment")["metadata"].update(name="mail-service"),
    ),
    (
        "auth-service: namespace: the manifest says other, the configuration nova",
        lambda o: named(o, "Service")["metadata"].update(namespace="other"),
    ),
    (
        "auth-service: minReplicas: the manifest says 2, the configuration 3",
        lambda o: spec(o, "HorizontalPodAutoscaler").update(minReplicas=2),
    ),
    (
        "auth-service: maxReplicas: the manifest says 9, the configuration 6",
        lambda o: spec(o, "HorizontalPodAutoscaler").update(maxReplicas=9),
    ),
    (
        "auth-service: serviceAccountName: the manifest says default",
        lambda o: pod(o).update(serviceAccountName="default"),
    ),
    (
        "auth-service: label app.kubernetes.io/part-of: the manifest says None",
        lambda o: labels(o).pop("app.kubernetes.io/part-of"),
    ),
    (
        "auth-service: containers: the manifest says 2, the configuration 1",
        lambda o: pod(o)["containers"].append({**container(o), "name": "second"}),
    ),
    (
        "auth-service: ports: the manifest says [('http', 8085)], the configuration [('http', 8084)]",
        lambda o: container(o)["ports"][0].update(containerPort=8085),
    ),
    (
        "auth-service: Service's ports: the manifest says [('http', 80)]",
        lambda o: spec(o, "Service")["ports"][0].update(port=80),
    ),
    (
        "auth-service: annotation prometheus.io/path: the manifest says /m",
        lambda o: named(o, "Deployment")["spec"]["template"]["metadata"]["annotations"].update(
            {"prometheus.io/path": "/m"}
        ),
    ),
    (
        "auth-service: readinessProbe's path: the manifest says /",
        lambda o: container(o)["readinessProbe"]["httpGet"].update(path="/"),
    ),
    (
        "auth-service: variable PORT: the manifest says []",
        lambda o: container(o).update(env=[one for one in container(o)["env"] if one["name"] != "PORT"]),
    ),
    (
        "auth-service: resources.requests.cpu: the manifest says 300m, the configuration 250m",
        lambda o: container(o)["resources"]["requests"].update(cpu="300m"),
    ),
    (
        "auth-service: image of service: the manifest says docker.io/nova/auth-service",
        lambda o: container(o).update(image="docker.io/nova/auth-service:v1.0.0"),
    ),
    (
        "auth-service: image tag of service: the manifest says latest, the configuration releaseTag",
        lambda o: container(o).update(image=container(o)["image"].partition(":")[0] + ":latest"),
    ),
    (
        "auth-service: variable USER_SERVICE_URL: the manifest says http://user-service:8080, the configuration None",
        lambda o: container(o)["env"].append({"name": "USER_SERVICE_URL", "value": "http://user-service:8080"}),
    ),
    (
        "user-service: variable AUTH_SERVICE_URL: the manifest says None, the configuration http://auth-service:8084",
        lambda o: next(one for one in o if one["kind"] == "ConfigMap")["data"].pop("AUTH_SERVICE_URL"),
    ),
]


@each_case([*CASES])
def test_what_the_stack_file_says_otherwise_is_named(message: str, change: Change) -> None:
    found = list(own_faults(OVERLAY, changed(change)))
    assert any(message in fault for fault in found), found


def test_sizes_are_compared_as_numbers() -> None:
    sizes = {"cpu": "1000m", "memory": "1024Mi"}
    objects = changed(lambda found: container(found)["resources"].update(limits=sizes))
    assert list(own_faults(OVERLAY, objects)) == []
