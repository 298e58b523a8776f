"""Binder builds what we think it builds: repo2docker's own build pack renders the Dockerfile."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

if sys.platform == "win32":
    pytest.skip("repo2docker does not run on Windows", allow_module_level=True)


@pytest.fixture(scope="module")
def pack():
    from repo2docker.buildpacks import CondaBuildPack

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        pack = CondaBuildPack("docker.io/library/buildpack-deps:24.04")
        pack.platform = "linux/amd64"
        assert pack.detect(), "binder/environment.yml must win over every other file"
        yield pack


def test_the_image_holds_what_the_course_needs(pack):
    assert pack.python_version.startswith("3.12")
    dockerfile = pack.render()
    assert "memcached" in dockerfile
    assert "24.04" in dockerfile
    assert 'env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"' in dockerfile
    assert "RUN ./binder/postBuild" in dockerfile
    assert "binder/start" in dockerfile


def test_a_change_of_a_lesson_does_not_rebuild_the_environment(pack):
    dockerfile = pack.render()
    assert dockerfile.index("env update") < dockerfile.rindex("COPY --chown")


def test_the_two_environments_are_one():
    assert (ROOT / "environment.yml").read_bytes() == (ROOT / "binder/environment.yml").read_bytes()


@pytest.mark.parametrize("script", ["postBuild", "start"])
def test_scripts_are_executable(script):
    assert (ROOT / "binder" / script).stat().st_mode & 0o111
