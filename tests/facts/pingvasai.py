"""PingvasAI's facts: the table of environments."""

from tests.facts.systems import NAMESPACE, Check, Table, application, docs, output, plan, row

STAGES = DEVELOPMENT, STAGING, PRODUCTION = ("development", "staging", "production")
REPOSITORY_URL = "https://github.com/pingvasai/infrastructure"
ROWS = ("branch", "deployment", "scale", "namespace", "path")

AUTOMATED = application("spec syncPolicy automated", {"prune": True, "selfHeal": True})
"""Without `allowEmpty`, which is false by default."""


def _scale(stage: str, fewest: int, most: int, peak: str) -> tuple[Check, ...]:
    """Pods of the API and of the worker: both count, and twice during a rollout of everything."""
    environment = f"environments {stage}"
    return (
        output(f"{environment} replicas", fewest),
        output(f"{environment} maxReplicas", most),
        output(f"quotas {stage} peak pods", peak),
    )


TABLE: Table = {
    "branch": row(
        STAGES, *(application("spec source targetRevision", branch) for branch in ("develop", "staging", "main"))
    ),
    "deployment": row(
        STAGES,
        AUTOMATED,
        AUTOMATED,
        (AUTOMATED, docs("Deployment and rollback", "approval is the merge to `main`")),
    ),
    "scale": row(STAGES, _scale(DEVELOPMENT, 1, 2, "8"), _scale(STAGING, 2, 3, "12"), _scale(PRODUCTION, 5, 20, "80")),
    "namespace": row(
        STAGES,
        *(
            (application("spec destination namespace", stage), plan(NAMESPACE, "metadata name", stage, name=stage))
            for stage in STAGES
        ),
    ),
    "path": row(STAGES, *(application("spec source path", f"k8s/overlays/{stage}") for stage in STAGES)),
}
