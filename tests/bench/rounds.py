"""Who is measured when: contestants take turns step by step, so that a noisy machine is noisy for all of them."""

from collections.abc import Callable, Mapping, Sequence

from tests.bench.measure import Contestant, Sample, Step

LONG = 60.0
"""Seconds from which a step is measured once only."""

Samples = dict[str, dict[Step, list[Sample]]]
"""By contestant and step."""


def play(contestants: Sequence[Contestant], repetitions: int, measure: Callable[[Contestant, Step], Sample]) -> Samples:
    """Measure every step of every contestant, `repetitions` times or once for a step that took long.

    Each round begins with another contestant. A first up comes before the second one; where it took long, later second
    ups run on what it made.
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
    """Whether a step is over once it has been measured."""
    return bool(samples) and samples[0].seconds > LONG


def long_steps(samples: Mapping[str, Mapping[Step, Sequence[Sample]]]) -> list[tuple[str, Step]]:
    """The steps that were measured once, by contestant."""
    return [(name, step) for name, steps in samples.items() for step, taken in steps.items() if is_long(taken)]
