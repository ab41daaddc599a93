"""Which images an environment's pods may use: a ValidatingAdmissionPolicy, which the API server evaluates itself."""

import json
from collections.abc import Sequence

import pulumi
import pulumi_kubernetes as k8s
from pulumi_kubernetes.meta.v1 import LabelSelectorArgs, ObjectMetaArgs

from components.kubernetes.names import NAMESPACE_LABEL

_CONTAINERS = (
    f"object.spec.?{field}.orValue([]).map(container, container.image)"
    for field in ("containers", "initContainers", "ephemeralContainers")
)
_VOLUMES = (  # a volume can be an image too, with programs in it
    "object.spec.?volumes.orValue([]).filter(volume, has(volume.image))"
    '.map(volume, volume.image.?reference.orValue(""))'
)
_IMAGES = " + ".join([*_CONTAINERS, _VOLUMES])
_FOREIGN = "variables.images.filter(image, !variables.allowed.exists(prefix, image.startsWith(prefix)))"
_MESSAGE = (
    '"not from a repository of this environment: " + variables.foreign.join(", ") + ". Push it to the repository of a '
    'service, or add its repository to otherImages of the environment in the stack file."'
)


def image_policy(
    name: str, namespace: pulumi.Input[str], policy_name: str, repositories: Sequence[str], parent: pulumi.Resource
) -> tuple[pulumi.Resource, pulumi.Resource]:
    """Refuse pods in the namespace whose images are not from these repositories, `<host>/<path>` without a tag.

    An image needs a tag or a digest. A pod that exists may still be changed apart from its `spec`, for example by the
    controller that removes its finalizer. `name` is the logical name of the policy and of its binding.
    """
    rules = k8s.admissionregistration.v1.NamedRuleWithOperationsArgs(
        api_groups=[""],
        api_versions=["v1"],
        operations=["CREATE", "UPDATE"],
        resources=["pods", "pods/ephemeralcontainers"],
    )
    allowed = [f"{repository}{separator}" for repository in repositories for separator in (":", "@")]
    variables = {"images": _IMAGES, "allowed": json.dumps(allowed), "foreign": _FOREIGN}
    opts = pulumi.ResourceOptions(parent=parent)
    policy = k8s.admissionregistration.v1.ValidatingAdmissionPolicy(
        name,
        metadata=ObjectMetaArgs(name=policy_name),
        spec=k8s.admissionregistration.v1.ValidatingAdmissionPolicySpecArgs(
            failure_policy="Fail",
            match_constraints=k8s.admissionregistration.v1.MatchResourcesArgs(
                namespace_selector=LabelSelectorArgs(match_labels={NAMESPACE_LABEL: namespace}),
                resource_rules=[rules],
            ),
            match_conditions=[
                k8s.admissionregistration.v1.MatchConditionArgs(
                    name="spec-is-new", expression="oldObject == null || object.spec != oldObject.spec"
                )
            ],
            variables=[
                k8s.admissionregistration.v1.VariableArgs(name=variable, expression=expression)
                for variable, expression in variables.items()
            ],
            validations=[
                k8s.admissionregistration.v1.ValidationArgs(
                    expression="variables.foreign.size() == 0", message_expression=_MESSAGE, reason="Forbidden"
                )
            ],
        ),
        opts=opts,
    )
    binding = k8s.admissionregistration.v1.ValidatingAdmissionPolicyBinding(
        name,
        metadata=ObjectMetaArgs(name=policy_name),
        spec=k8s.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpecArgs(
            policy_name=policy.metadata.name, validation_actions=["Deny"]
        ),
        opts=opts,
    )
    return policy, binding
