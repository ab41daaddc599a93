"""How runs of Nova's workflows end."""

from dataclasses import dataclass

from tests.pipeline.workflows.act import Event, Run

DELIVER, RELEASE, ROLL_BACK = "nova-staging.yml", "nova-release.yml", "nova-rollback.yml"
PUSH = Event("push")
STEPS = ("plan", "build-and-push", "update-deployment", "deploy", "smoke-test")


@dataclass(frozen=True)
class Delivered:
    """A run of a push."""

    commit: str
    run: Run
    seconds: float


def results(failed: str = "", steps: tuple[str, ...] = STEPS) -> dict[str, str]:
    """The result of each job of a run that succeeds, or fails in one; the message is sent in any case."""
    after = steps[steps.index(failed) + 1 :] if failed else ()
    failure = {failed: "failure"} if failed else {}
    return {**dict.fromkeys((*steps, "notify"), "success"), **failure, **dict.fromkeys(after, "skipped")}
