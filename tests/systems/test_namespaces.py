"""Namespaces that the program makes for itself are nobody's environment."""

import pytest

from components.validation.environments import RESERVED_NAMESPACES
from tests.systems.example_runs import example
from tests.systems.refused_examples import refusals

NAMESPACE = "kubernetes:core/v1:Namespace"


@pytest.mark.parametrize(
    "stack", ["tiketi/dev", "tiketi/staging", "tiketi/prod", "pingvasai/development", "pingvasai/production"]
)
def test_every_namespace_of_an_operator_is_kept_for_it(stack: str) -> None:
    """Argo Rollouts, too, runs in one of them: a namespace of another name is not the program's, and free."""
    run = example(stack)
    made = {namespace.inputs["metadata"]["name"] for namespace in run.all(NAMESPACE)}
    own = {facts["namespace"] for facts in run.outputs["environments"].values()}
    assert own <= made
    assert made - own <= {*RESERVED_NAMESPACES, "argocd"}


@pytest.mark.parametrize("namespace", sorted(RESERVED_NAMESPACES))
def test_no_environment_takes_such_a_namespace(namespace: str) -> None:
    (line,) = refusals("tiketi", "dev", {"environments 0 namespace": namespace})
    assert line == f"environments[0].namespace: {namespace!r} is reserved. Write e.g. tiketi."
