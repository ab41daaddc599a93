"""Namespaces that the program creates for its controllers cannot be environments."""

import pytest

from components.validation.environments import RESERVED_NAMESPACES
from tests.systems.example_runs import example
from tests.systems.refused_examples import refusals

NAMESPACE = "kubernetes:core/v1:Namespace"


@pytest.mark.parametrize(
    "stack", ["tiketi/dev", "tiketi/staging", "tiketi/prod", "pingvasai/development", "pingvasai/production"]
)
def test_every_namespace_of_a_controller_is_reserved(stack: str) -> None:
    run = example(stack)
    created = {namespace.inputs["metadata"]["name"] for namespace in run.all(NAMESPACE)}
    environments = {environment["namespace"] for environment in run.outputs["environments"].values()}
    assert environments <= created
    assert created - environments <= {*RESERVED_NAMESPACES, "argocd"}


@pytest.mark.parametrize("namespace", sorted(RESERVED_NAMESPACES))
def test_no_environment_may_use_a_reserved_namespace(namespace: str) -> None:
    (line,) = refusals("tiketi", "dev", {"environments 0 namespace": namespace})
    assert line.startswith(f"environments[0].namespace: {namespace!r} is reserved for ")
    assert line.endswith("Write tiketi-dev.")
