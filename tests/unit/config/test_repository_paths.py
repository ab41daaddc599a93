"""A folder in the repository has one spelling, so that patterns and comparisons match it."""

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
def test_path_is_refused_with_its_shortest_form(path: str, normal: str) -> None:
    (line,) = refusals(environments__0__path=path)
    assert line.endswith(f"environments[0].path: {path!r} is not in its shortest form. Write {normal}.")


@pytest.mark.parametrize(
    ("path", "remedy"), [("apps/dev/kustomization.yaml", "apps/dev"), ("app.yml", "e.g. k8s/overlays/staging")]
)
def test_path_is_a_folder(path: str, remedy: str) -> None:
    (line,) = refusals(environments__0__path=path)
    assert line.endswith(f"environments[0].path: {path!r} is a file. Write {remedy}.")


@pytest.mark.parametrize("path", ["apps/dev", "my apps/team@dev", ".", "k8s/overlays/.hidden", "a.b/c-d_e"])
def test_path_in_its_shortest_form_is_accepted(path: str) -> None:
    assert loaded(changed(environments__0__path=path)).environments[0].path == path


@pytest.mark.parametrize("path", [" apps", "apps ", "/apps", "../apps", "apps/*", "{{.x}}", "a\\b"])
def test_other_paths_are_refused(path: str) -> None:
    assert refusals(environments__0__path=path)
