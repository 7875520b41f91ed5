"""Running containers on the practice engine: what a class sees."""

from __future__ import annotations

import json

import pytest

from tests.actions.test_run_form import EMPTY, FORM, selection
from tests.actions.test_tars_practice import Class, lesson
from tui.actions.values.running import RunContainer
from tui.engine.containers import inspect_container
from tui.model.job import Job, JobState

__all__ = ["lesson"]


async def run(lesson: Class, **values: str) -> Job:
    action = FORM.build(selection("nginx:latest"), EMPTY | values)
    assert isinstance(action, RunContainer)
    job_id = lesson.dispatcher.submit(action)
    await lesson.dispatcher.wait(job_id)
    return next(job for job in lesson.store.state.jobs if job.job_id == job_id)


async def test_a_server_with_ports_volumes_and_variables(lesson: Class) -> None:
    job = await run(
        lesson,
        name="www",
        ports="18080:80",
        volumes="html:/usr/share/nginx/html",
        environment="A=1",
    )
    assert job.state is JobState.DONE
    assert "www runs" in job.summary
    told = json.loads(inspect_container(lesson.client, "www"))
    assert told["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"] == "18080"
    assert told["Mounts"][0]["Name"] == "html"
    assert "A=1" in told["Config"]["Env"]
    job = await run(lesson, ports="18080:80")
    assert job.state is JobState.FAILED
    assert "Port 18080 is taken already" in job.summary


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"command": "sh -c 'exit 3'"}, "ended at once with exit code 3: l shows its log"),
        ({"command": "sh -c 'exit 4'", "rm": "yes"}, "exit code 4, and was removed"),
        ({"volumes": "/srv:/srv"}, "The Engine warns: /srv is a folder of the practice engine"),
    ],
)
async def test_what_becomes_of_it_is_told(
    lesson: Class, values: dict[str, str], words: str
) -> None:
    job = await run(lesson, **values)
    assert job.state is JobState.DONE
    assert words in job.summary


async def test_a_program_that_is_not_there(lesson: Class) -> None:
    job = await run(lesson, command="no-such", entrypoint="/bin/none")
    assert job.state is JobState.FAILED
    assert "There is no program /bin/none in it" in job.summary
