"""Recognition of GitHub's clone URLs."""

import pytest

from components.config.git_urls import GithubRepository, github_repository


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/shop.git",
        "https://github.com/acme/shop",
        "git@github.com:acme/shop.git",
        "ssh://git@github.com/acme/shop.git",
        "ssh://git@github.com:22/acme/shop.git",
        "ssh://git@ssh.github.com:443/acme/shop.git",
        "ssh://git@ssh.github.com:443/acme/shop/",
    ],
)
def test_clone_urls_on_github_are_recognised(url: str) -> None:
    assert github_repository(url) == GithubRepository(owner="acme", name="shop")


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.com/acme/shop.git",
        "https://github.com.example.com/acme/shop",
        "https://ssh.github.com/acme/shop",
        "https://notgithub.com/acme/shop",
        "https://github.company.com/acme/shop",
        "ssh://git@github.com:2222/acme/shop.git",
        "ssh://git@ssh.github.com:22/acme/shop.git",
        "git@gist.github.com:acme/shop.git",
        "https://github.com/acme",
        "https://github.com/acme/shop\n",
        "https://github.com/acme/shop/tree/main",
    ],
)
def test_other_clone_urls_are_not_on_github(url: str) -> None:
    assert github_repository(url) is None


def test_owner_and_name_keep_their_case() -> None:
    """GitHub's tokens contain them in their original case."""
    assert github_repository("https://github.com/Acme/Shop") == GithubRepository(owner="Acme", name="Shop")
