"""Roles in an environment's namespace: for deployers, for the smoke test, and for Argo CD.

The first two are bound to a Kubernetes group, which `cluster/access_entries.py` maps IAM roles to. A group is bound
even without an IAM role in it: permission to run the smoke test is then one line of a stack file.
The smoke test also reads its Application, by a Role in Argo CD's namespace for those objects only. Applications that
Argo CD creates (ApplicationSets, app-of-apps) have no name here: for such an environment it sees the root.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import ObjectMetaArgs

from components.cluster.access_entries import DEPLOYERS_GROUP, SMOKE_TESTERS_GROUP
from components.config.catalogue import ServiceConfig

RBAC_GROUP = "rbac.authorization.k8s.io"
DEPLOYER = "deployer"
SMOKE_TEST = "smoke-test"
CONTROLLER, SERVER = "argocd-application-controller", "argocd-server"
"""Service accounts of Argo CD's chart."""
PORT_NAME = "http"
"""Name of the port of every Service. Requests to the API server's proxy name `<service>:<port name>`, and that whole
text is the resource name for authorization. Source: Kubernetes, "Manually constructing apiserver proxy URLs"."""

Rules = Sequence[k8s.rbac.v1.PolicyRuleArgs]


@dataclass(frozen=True, kw_only=True)
class Binding:
    """A Role and who it is bound to."""

    name: str
    subject: k8s.rbac.v1.SubjectArgs
    rules: Rules


def deployer() -> Binding:
    """Read and restart Deployments, and nothing else."""
    rule = k8s.rbac.v1.PolicyRuleArgs(
        api_groups=["apps"], resources=["deployments"], verbs=["get", "list", "patch", "update"]
    )
    return Binding(name=DEPLOYER, subject=_group(DEPLOYERS_GROUP), rules=[rule])


def smoke_tester(services: Sequence[ServiceConfig]) -> Binding:
    """Read pods, and call each service with a port by GET through the API server's proxy."""
    rules = [k8s.rbac.v1.PolicyRuleArgs(api_groups=[""], resources=["pods"], verbs=["get", "list", "watch"])]
    proxied = [f"{service.name}:{PORT_NAME}" for service in services if service.port is not None]
    # Without names the rule would allow every Service.
    if proxied:
        rules.append(
            k8s.rbac.v1.PolicyRuleArgs(
                api_groups=[""], resources=["services/proxy"], resource_names=proxied, verbs=["get"]
            )
        )
    return Binding(name=SMOKE_TEST, subject=_group(SMOKE_TESTERS_GROUP), rules=rules)


def application_reader(applications: Sequence[str]) -> Binding:
    """Read these Applications in Argo CD's namespace, at least one: without names the rule would allow all of them."""
    rule = k8s.rbac.v1.PolicyRuleArgs(
        api_groups=["argoproj.io"], resources=["applications"], resource_names=applications, verbs=["get", "watch"]
    )
    return Binding(name=SMOKE_TEST, subject=_group(SMOKE_TESTERS_GROUP), rules=[rule])


def argocd(namespace: pulumi.Input[str]) -> tuple[Binding, Binding]:
    """Argo CD in this namespace: its controller syncs whatever Git has, its server shows and deletes objects."""
    # Not `*`, which includes bind, escalate and impersonate.
    verbs = ["create", "delete", "get", "list", "patch", "update", "watch"]
    everything = k8s.rbac.v1.PolicyRuleArgs(api_groups=["*"], resources=["*"], verbs=verbs)
    shown = k8s.rbac.v1.PolicyRuleArgs(api_groups=["*"], resources=["*"], verbs=["delete", "get", "list", "patch"])
    # "Create Job" of a CronJob.
    started = k8s.rbac.v1.PolicyRuleArgs(api_groups=["batch"], resources=["jobs"], verbs=["create"])
    return (
        Binding(name=CONTROLLER, subject=_service_account(CONTROLLER, namespace), rules=[everything]),
        Binding(name=SERVER, subject=_service_account(SERVER, namespace), rules=[shown, started]),
    )


def _group(name: str) -> k8s.rbac.v1.SubjectArgs:
    return k8s.rbac.v1.SubjectArgs(api_group=RBAC_GROUP, kind="Group", name=name)


def _service_account(name: str, namespace: pulumi.Input[str]) -> k8s.rbac.v1.SubjectArgs:
    return k8s.rbac.v1.SubjectArgs(kind="ServiceAccount", name=name, namespace=namespace)


def bind(
    name: str, binding: Binding, namespace: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> tuple[pulumi.Resource, pulumi.Resource]:
    """Create the Role and its binding in a namespace; `name` is the logical name of both."""
    metadata = ObjectMetaArgs(name=binding.name, namespace=namespace)
    role = k8s.rbac.v1.Role(name, metadata=metadata, rules=binding.rules, opts=opts)
    bound = k8s.rbac.v1.RoleBinding(
        name,
        metadata=metadata,
        role_ref=k8s.rbac.v1.RoleRefArgs(api_group=RBAC_GROUP, kind="Role", name=binding.name),
        subjects=[binding.subject],
        opts=opts,
    )
    return role, bound
