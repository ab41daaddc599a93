"""Turns, medians and verdicts of the benchmark."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bench import targets
from tests.bench.measure import Contestant, Sample, Step
from tests.bench.memory import descendants, status
from tests.bench.rounds import long_steps, play

ONE, OTHER = (Contestant(name=name, project=Path(name), stack="bench") for name in ("one", "other"))


def _steps(seconds: Sequence[float], calls: dict[str, int] | None = None) -> dict[Step, list[Sample]]:
    return {step: [Sample(seconds=s, program_mib=100, calls=calls or {}) for s in seconds] for step in Step}


def test_contestants_take_turns_and_begin_in_turn() -> None:
    order: list[tuple[str, Step]] = []

    def measure(contestant: Contestant, step: Step) -> Sample:
        order.append((contestant.name, step))
        return Sample(seconds=1, program_mib=1)

    play([ONE, OTHER], 2, measure)
    assert order[:3] == [("one", Step.ALONE), ("other", Step.ALONE), ("one", Step.PREVIEW)]
    assert [name for name, step in order if step is Step.PREVIEW] == ["one", "other", "other", "one"]


def test_what_takes_over_a_minute_is_measured_once() -> None:
    samples = play([ONE], 5, lambda _, step: Sample(seconds=61 if step is Step.FIRST_UP else 1, program_mib=1))
    assert {step: len(taken) for step, taken in samples["one"].items()} == {
        Step.ALONE: 5, Step.PREVIEW: 5, Step.FIRST_UP: 1, Step.SECOND_UP: 5,
    }  # fmt: skip
    assert long_steps(samples) == [("one", Step.FIRST_UP)]


def test_a_ratio_is_one_of_medians() -> None:
    assert targets.ratio(_steps([1, 3, 100]), _steps([1, 2, 2]), Step.PREVIEW) == 1.5


@pytest.mark.parametrize(("seconds", "met"), [(1.5, True), (1.6, False)])
def test_preview_and_second_up_are_held_against_the_bare_program(seconds: float, met: bool) -> None:
    preview, second_up, _ = targets.against_bare("x", _steps([seconds]), _steps([1]))
    assert (preview.met, second_up.met) == (met, met)


@pytest.mark.parametrize(("seconds", "met"), [(2.0, True), (2.1, False)])
def test_a_preview_is_held_against_the_floor(seconds: float, met: bool) -> None:
    assert targets.against_floor("x", _steps([seconds]), _steps([1])).met is met


@pytest.mark.parametrize("method", ["Create", "Update", "Delete"])
def test_one_mutating_call_of_one_second_up_is_too_many(method: str) -> None:
    samples = _steps([1, 1, 1])
    samples[Step.SECOND_UP][1].calls[method] = 1
    assert not targets.against_bare("x", samples, _steps([1]))[2].met
    assert targets.against_bare("x", _steps([1], {"Check": 9, "Diff": 9}), _steps([1]))[2].met


def test_a_service_may_add_two_resources_and_five_for_each_environment() -> None:
    assert targets.one_more_service(100, 112, 2).met
    assert not targets.one_more_service(100, 113, 2).met


def test_memory_is_the_median_of_the_samples_that_saw_the_engine() -> None:
    samples = {Step.PREVIEW: [Sample(seconds=1, program_mib=1, engine_mib=mib) for mib in (None, 90, 110)]}
    assert targets.engine_mib(samples, Step.PREVIEW) == 100


def test_the_engine_is_found_below_the_driver() -> None:
    assert descendants(1, {2: 1, 3: 2, 4: 9, 1: 0}) == {2, 3}
    assert status("Name:\tpulumi\nVmHWM:\t  2048 kB\n") == ("pulumi", 2.0)
    assert status("Name:\tpulumi\nState:\tZ (zombie)\n") is None
