"""The targets, and whether the samples meet them: pure arithmetic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.bench.measure import Sample, Step

PREVIEW_TO_FLOOR = 2.0
TO_BARE = 1.5
RESOURCES_A_SERVICE, RESOURCES_A_SERVICE_AND_ENVIRONMENT = 2, 5
MUTATING = ("Create", "Update", "Delete")

Steps = Mapping[Step, Sequence[Sample]]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One target with the measured value."""

    target: str
    measured: float
    most: float

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.measured <= self.most


def seconds(steps: Steps, step: Step) -> float:
    """Median duration of a step."""
    return median(sample.seconds for sample in steps[step])


def program_mib(steps: Steps, step: Step) -> float:
    """Median peak memory of the program's process."""
    return median(sample.program_mib for sample in steps[step])


def engine_mib(steps: Steps, step: Step) -> float | None:
    """Median peak memory of the engine; None if it was not measured."""
    seen = [sample.engine_mib for sample in steps[step] if sample.engine_mib is not None]
    return median(seen) if seen else None


def ratio(steps: Steps, other: Steps, step: Step) -> float:
    """The duration of a step as a multiple of the other's."""
    return seconds(steps, step) / seconds(other, step)


def mutating_calls(steps: Steps) -> int:
    """The largest number of calls in one second up that change the account."""
    return max(sum(sample.calls.get(method, 0) for method in MUTATING) for sample in steps[Step.SECOND_UP])


def against_bare(name: str, steps: Steps, bare: Steps) -> list[Verdict]:
    """The targets of every size."""
    return [
        *(
            Verdict(target=f"{name}: {step}, times the bare program's", measured=ratio(steps, bare, step), most=TO_BARE)
            for step in (Step.PREVIEW, Step.SECOND_UP)
        ),
        Verdict(target=f"{name}: calls of a second up that change something", measured=mutating_calls(steps), most=0),
    ]


def against_floor(name: str, steps: Steps, floor: Steps) -> Verdict:
    """The target for a preview, compared with the least that one can take."""
    return Verdict(
        target=f"{name}: preview, times the floor's", measured=ratio(steps, floor, Step.PREVIEW), most=PREVIEW_TO_FLOOR
    )


def one_more_service(before: int, after: int, environments: int) -> Verdict:
    """Resources that a ninth service adds to a stack of that many environments."""
    return Verdict(
        target=f"resources that one more service adds with {environments} environments",
        measured=after - before,
        most=RESOURCES_A_SERVICE + RESOURCES_A_SERVICE_AND_ENVIRONMENT * environments,
    )
