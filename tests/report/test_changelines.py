"""`orlop changes`: lines for people, JSON for programs."""

from __future__ import annotations

import json

from tests.ui.fixedchanges import changes_of, whole_diff
from tui.report.changelines import changes_document, changes_lines


def test_lines_are_docker_diffs_with_sizes() -> None:
    lines = list(changes_lines(whole_diff("c1")))
    assert lines[:4] == [
        "C            /etc",
        "C            /etc/nginx",
        "D   5.35 kB  /etc/nginx/mime.types",
        "C     702 B  /etc/nginx/nginx.conf",
    ]
    assert "A       5 B  /var/cache/nginx/proxy_temp/\\x1b[31mred" in lines
    assert lines[-2:] == [
        "7 added, 7 changed, 1 removed: 1.29 GB (1,288,200,709 bytes)",
        "Writable layer: 1.29 GB (1,288,200,709 bytes)",
    ]


def test_what_nobody_told_is_left_out() -> None:
    diff = changes_of("c1").diff()
    lines = list(changes_lines(diff))
    assert "A            /var/log/core.dump" in lines
    assert lines[-1] == "Sizes that are not known: 14"
    document = json.loads(json.dumps(changes_document(diff)))
    assert document["size_rw"] is None
    assert document["unknown_sizes"] == 14
    dump = next(one for one in document["changes"] if one["path"] == "var/log/core.dump")
    assert dump == {"change": "A", "path": "var/log/core.dump"}


def test_json() -> None:
    document = json.loads(json.dumps(changes_document(whole_diff("c1"))))
    assert [document[key] for key in ("added", "changed", "removed")] == [7, 7, 1]
    assert document["bytes"] == document["size_rw"] == 1_288_200_709
    by_path = {one["path"]: one for one in document["changes"]}
    assert by_path["etc/nginx/mime.types"]["change"] == "D"
    assert by_path["var/cache/nginx/linked"]["type"] == "hardlink"
    assert by_path["var/log/core.dump"]["size"] == 1_240_000_000
