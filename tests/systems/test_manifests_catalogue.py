"""Each difference between an overlay and its stack file is reported by service and field, with both values."""

from tests.systems.overlay_changes import PLAN, Cases, Change, changed, each_case
from tools.manifests.__main__ import project_faults

CASES: Cases = [
    (
        "auth-service: replicas: the manifest has 3, the configuration expects none",
        lambda o: o.spec("Deployment").update(replicas=3),
    ),
    (
        "auth-service: Deployment: the manifest has none, the configuration expects one",
        lambda o: o.remove(o.named("Deployment")),
    ),
    (
        "auth-service: Service: the manifest has none, the configuration expects one",
        lambda o: o.remove(o.named("Service")),
    ),
    (
        "auth-service: PodDisruptionBudget: the manifest has none, the configuration expects one",
        lambda o: o.remove(o.named("PodDisruptionBudget")),
    ),
    (
        "auth-service: HorizontalPodAutoscaler: the manifest has none, the configuration expects one",
        lambda o: o.remove(o.named("HorizontalPodAutoscaler")),
    ),
    (
        "mail-service: Deployment: the manifest has one, the configuration expects none",
        lambda o: o.named("Deployment")["metadata"].update(name="mail-service"),
    ),
    (
        "auth-service: namespace: the manifest has other, the configuration expects nova",
        lambda o: o.named("Service")["metadata"].update(namespace="other"),
    ),
    (
        "auth-service: minReplicas: the manifest has 2, the configuration expects 3",
        lambda o: o.spec("HorizontalPodAutoscaler").update(minReplicas=2),
    ),
    (
        "auth-service: maxReplicas: the manifest has 9, the configuration expects 6",
        lambda o: o.spec("HorizontalPodAutoscaler").update(maxReplicas=9),
    ),
    (
        "auth-service: serviceAccountName: the manifest has default",
        lambda o: o.pod.update(serviceAccountName="default"),
    ),
    (
        "auth-service: label app.kubernetes.io/part-of: the manifest has none",
        lambda o: o.labels.pop("app.kubernetes.io/part-of"),
    ),
    (
        "auth-service: containers: the manifest has 2, the configuration expects 1",
        lambda o: o.pod["containers"].append({**o.container, "name": "second"}),
    ),
    (
        "auth-service: ports: the manifest has [('http', 8085)], the configuration expects [('http', 8084)]",
        lambda o: o.container["ports"][0].update(containerPort=8085),
    ),
    (
        "auth-service: Service's ports: the manifest has [('http', 80)]",
        lambda o: o.spec("Service")["ports"][0].update(port=80),
    ),
    (
        "auth-service: annotation prometheus.io/path: the manifest has /m",
        lambda o: o.template["metadata"]["annotations"].update({"prometheus.io/path": "/m"}),
    ),
    (
        "auth-service: readinessProbe's path: the manifest has /",
        lambda o: o.container["readinessProbe"]["httpGet"].update(path="/"),
    ),
    (
        "auth-service: variable PORT: the manifest has []",
        lambda o: o.container.update(env=[item for item in o.env() if item["name"] != "PORT"]),
    ),
    (
        "auth-service: resources.requests.cpu: the manifest has 300m, the configuration expects 250m",
        lambda o: o.container["resources"]["requests"].update(cpu="300m"),
    ),
    (
        "auth-service: image of service: the manifest has docker.io/nova/auth-service",
        lambda o: o.container.update(image="docker.io/nova/auth-service:v1.0.0"),
    ),
    (
        "auth-service: image tag of service: the manifest has latest, the configuration expects releaseTag",
        lambda o: o.container.update(image=o.container["image"].partition(":")[0] + ":latest"),
    ),
    (
        "auth-service: variable USER_SERVICE_URL: the manifest has http://user-service:8080, the configuration",
        lambda o: o.container["env"].append({"name": "USER_SERVICE_URL", "value": "http://user-service:8080"}),
    ),
    (
        "user-service: variable AUTH_SERVICE_URL: the manifest has none, the configuration expects http://auth-service:8084",
        lambda o: o.config_map.pop("AUTH_SERVICE_URL"),
    ),
]


@each_case([*CASES])
def test_a_difference_from_the_stack_file_is_reported(message: str, change: Change) -> None:
    faults = list(project_faults(PLAN, changed(change)))
    assert any(message in fault for fault in faults), faults


def test_sizes_are_compared_as_numbers() -> None:
    sizes = {"cpu": "1000m", "memory": "1024Mi"}
    objects = changed(lambda o: o.container["resources"].update(limits=sizes))
    assert list(project_faults(PLAN, objects)) == []
