"""A folder in the repository is written in one way, so that patterns and comparisons mean it."""

import pytest

from tests.harness.config_samples import changed, loaded, refusals


@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("apps/dev/", "apps/dev"),
        ("./apps", "apps"),
        ("apps//dev", "apps/dev"),
        ("apps/./dev", "apps/dev"),
        ("apps/.", "apps"),
        ("./", "."),
    ],
)
def test_a_path_that_has_a_shorter_form_is_refused_with_it(path: str, normal: str) -> None:
    (line,) = refusals(environments__0__path=path)
    assert line.endswith(f"environments[0].path: {path!r} is not in its shortest form. Write {normal}.")


@pytest.mark.parametrize("path", ["apps/dev", ".", "k8s/overlays/.hidden", "a.b/c-d_e"])
def test_a_path_in_its_shortest_form_is_taken(path: str) -> None:
    assert loaded(changed(environments__0__path=path)).environments[0].path == path
