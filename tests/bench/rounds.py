"""The order of the measurements: contestants take turns, so that a busy machine is equally busy for all of them."""

from collections.abc import Callable, Mapping, Sequence

from tests.bench.measure import Contestant, Sample, Step

LONG = 60.0
"""A step that takes more seconds is measured only once."""

Samples = dict[str, dict[Step, list[Sample]]]
"""By contestant and step."""


def play(contestants: Sequence[Contestant], repetitions: int, measure: Callable[[Contestant, Step], Sample]) -> Samples:
    """Measure every step of every contestant `repetitions` times, a long step only once.

    Each round begins with another contestant. If the first up is measured only once, all second ups follow that one.
    """
    samples: Samples = {contestant.name: {step: [] for step in Step} for contestant in contestants}
    for number in range(repetitions):
        first = number % len(contestants)
        for step in Step:
            for contestant in (*contestants[first:], *contestants[:first]):
                taken = samples[contestant.name][step]
                if not is_long(taken):
                    taken.append(measure(contestant, step))
    return samples


def is_long(samples: Sequence[Sample]) -> bool:
    """Whether a step took so long that it is not repeated."""
    return bool(samples) and samples[0].seconds > LONG


def long_steps(samples: Mapping[str, Mapping[Step, Sequence[Sample]]]) -> list[tuple[str, Step]]:
    """The steps that were measured once, by contestant."""
    return [(name, step) for name, steps in samples.items() for step, taken in steps.items() if is_long(taken)]
