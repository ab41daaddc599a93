"""The rest of production's life: nothing changes, and destroy leaves nothing."""

import pytest

from tests.cluster.conftest import Figures
from tests.cluster.stand.life import Life, assert_nothing_changes, assert_nothing_is_left, live
from tests.cluster.stand.stand import Stand

pytestmark = pytest.mark.ends_stand


@pytest.fixture(scope="package")
def life(prod: Stand, tmp_path_factory: pytest.TempPathFactory, figures: Figures) -> Life:
    prod.settle("production")
    prod.up()  # takes back what other tests have left: the annotation of a stack that waits
    lived = live(prod, tmp_path_factory.mktemp("unprotected"))
    figures.seconds("prod: second up", lived.second_up.report.seconds)
    figures.seconds("prod: destroy", lived.destroyed.report.seconds)
    return lived


def test_a_second_up_a_refresh_and_a_third_up_change_nothing(life: Life) -> None:
    assert_nothing_changes(life)


def test_destroy_leaves_nothing_of_the_stack(prod: Stand, life: Life) -> None:
    assert_nothing_is_left(prod, life.destroyed)
