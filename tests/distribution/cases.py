"""The cases of the OCI distribution specification 1.1 as a table.

Pull, push, discovery and management, in the order of the specification's own suite.

Each case plays its steps on a fresh registry that has one image (`library/box:1`), one index and
three referrers. `{…}` in a path is replaced: digests of the world, and `{location}`, where the last
answer led to.
"""

from __future__ import annotations

import json
from typing import Final

from tests.distribution.talk import (
    DOCKER_MANIFEST,
    OCI_INDEX,
    OCI_MANIFEST,
    descriptor,
    digest,
    index,
    manifest,
)
from tests.distribution.world import (
    CONFIG,
    EARLY,
    FORM,
    IMAGE,
    LAYER,
    LIST,
    NAME,
    NOBODY,
    OTHER,
    SIGNATURE,
    step,
)

M, B, U = f"/v2/{NAME}/manifests", f"/v2/{NAME}/blobs", f"/v2/{NAME}/blobs/uploads/"
T, R = f"/v2/{NAME}/tags/list", f"/v2/{NAME}/referrers"
BEGUN: Final = step("POST", U, 202, gets={"Location": "*", "Range": "0-0"})
FIRST: Final = {"Content-Range": f"0-{len(LAYER) - 1}", "Content-Type": FORM}
SECOND: Final = {"Content-Range": f"{len(LAYER)}-{len(LAYER + OTHER) - 1}", "Content-Type": FORM}
TAGS: Final = ["1", "Upper", "list", "z"]

PULL: Final = {
    "the API is there": (
        step("GET", "/v2/", 200, gets={"Docker-Distribution-Api-Version": "registry/2.0"}),
    ),
    "HEAD of a blob": (
        step(
            "HEAD",
            f"{B}/{{layer}}",
            200,
            gets={"Content-Length": str(len(LAYER)), "Docker-Content-Digest": digest(LAYER)},
            content=b"",
        ),
    ),
    "GET of a blob": (step("GET", f"{B}/{{layer}}", 200, content=LAYER),),
    "HEAD of a blob that is not there": (step("HEAD", f"{B}/{{nobody}}", 404),),
    "GET of a blob that is not there": (step("GET", f"{B}/{{nobody}}", 404, code="BLOB_UNKNOWN"),),
    "a blob of another repository does not show": (
        step("GET", "/v2/other/blobs/{layer}", 404, code="BLOB_UNKNOWN"),
    ),
    "a digest that is none": (step("GET", f"{B}/sha256:abc", 400, code="DIGEST_INVALID"),),
    "a part of a blob": (
        step(
            "GET",
            f"{B}/{{layer}}",
            206,
            sends={"Range": "bytes=2-5"},
            gets={"Content-Range": f"bytes 2-5/{len(LAYER)}", "Content-Length": "4"},
            content=LAYER[2:6],
        ),
    ),
    "a blob from somewhere on": (
        step("GET", f"{B}/{{layer}}", 206, sends={"Range": "bytes=5990-"}, content=LAYER[5990:]),
    ),
    "the end of a blob": (
        step("GET", f"{B}/{{layer}}", 206, sends={"Range": "bytes=-3"}, content=LAYER[-3:]),
    ),
    "a part behind the end": (
        step(
            "GET",
            f"{B}/{{layer}}",
            416,
            sends={"Range": "bytes=6000-"},
            gets={"Content-Range": "bytes */6000"},
        ),
    ),
    "a range that is none is all of it": (
        step("GET", f"{B}/{{layer}}", 200, sends={"Range": "lines=1"}, content=LAYER),
    ),
    "HEAD of a manifest by digest": (
        step(
            "HEAD",
            f"{M}/{{image}}",
            200,
            gets={"Docker-Content-Digest": digest(IMAGE), "Content-Length": str(len(IMAGE))},
            content=b"",
        ),
    ),
    "GET of a manifest by digest": (
        step("GET", f"{M}/{{image}}", 200, gets={"Content-Type": OCI_MANIFEST}, content=IMAGE),
    ),
    "HEAD of a manifest by tag": (
        step("HEAD", f"{M}/1", 200, gets={"Docker-Content-Digest": digest(IMAGE)}),
    ),
    "GET of a manifest by tag": (
        step("GET", f"{M}/1", 200, gets={"Docker-Content-Digest": digest(IMAGE)}, content=IMAGE),
    ),
    "an index stays an index": (
        step("GET", f"{M}/list", 200, gets={"Content-Type": OCI_INDEX}, content=LIST),
    ),
    "the Accept header is heeded": (
        step("GET", f"{M}/list", 404, sends={"Accept": OCI_MANIFEST}, code="MANIFEST_UNKNOWN"),
        step("GET", f"{M}/list", 200, sends={"Accept": f"{OCI_MANIFEST}, {OCI_INDEX};q=0.5"}),
        step("GET", f"{M}/list", 200, sends={"Accept": "*/*"}),
    ),
    "a tag that is not there": (step("GET", f"{M}/2", 404, code="MANIFEST_UNKNOWN"),),
    "a tag that is none": (step("GET", f"{M}/.INVALID", 404, code="MANIFEST_UNKNOWN"),),
    "HEAD of a manifest that is not there": (step("HEAD", f"{M}/{{nobody}}", 404),),
    "a blob is no manifest": (step("GET", f"{M}/{{layer}}", 404, code="MANIFEST_UNKNOWN"),),
    "a name that is none": (step("GET", "/v2/UP/manifests/1", 400, code="NAME_INVALID"),),
    "a path that is none": (step("GET", "/v2/box", 404), step("GET", "/", 404)),
    "a method that is none": (step("POST", f"{M}/1", 405, code="UNSUPPORTED"),),
}

PUSH: Final = {
    "streamed: POST, PATCH, PUT": (
        BEGUN,
        step("PATCH", "{location}", 202, OTHER, gets={"Location": "*", "Range": "0-31"}),
        step("PUT", "{location}?digest={other}", 201, gets={"Location": f"{B}/{digest(OTHER)}"}),
        step("GET", "{location}", 200, content=OTHER),
    ),
    "all at once: POST, PUT": (
        BEGUN,
        step("PUT", "{location}?digest={other}", 201, OTHER, gets={"Location": "*"}),
        step("GET", "{location}", 200, content=OTHER),
    ),
    "all at once: POST": (
        step("POST", f"{U}?digest={{other}}", 201, OTHER, gets={"Location": "*"}),
        step("GET", "{location}", 200, content=OTHER),
    ),
    "in chunks": (
        BEGUN,
        step("PATCH", "{location}", 202, LAYER, sends=FIRST, gets={"Range": "0-5999"}),
        step("PUT", "{location}?digest={both}", 201, OTHER, sends=SECOND),
        step("GET", "{location}", 200, content=LAYER + OTHER),
    ),
    "chunks out of order": (
        BEGUN,
        step("PATCH", "{location}", 416, OTHER, sends=SECOND, gets={"Range": "0-0"}),
        step("PATCH", "{location}", 202, LAYER, sends=FIRST),
        step(
            "PATCH",
            "{location}",
            416,
            LAYER,
            sends=FIRST,
            gets={"Location": "*", "Range": "0-5999"},
            code="BLOB_UPLOAD_INVALID",
        ),
        step("GET", "{location}", 204, gets={"Range": "0-5999", "Location": "*"}),
        step("PATCH", "{location}", 202, OTHER, sends=SECOND),
        step("PUT", "{location}?digest={both}", 201),
    ),
    "a range that does not fit the body": (
        BEGUN,
        step("PATCH", "{location}", 400, OTHER, sends=FIRST, code="SIZE_INVALID"),
        step("PATCH", "{location}", 416, OTHER, sends={"Content-Range": "all of it"}),
    ),
    "an upload that is cancelled": (
        BEGUN,
        step("DELETE", "{location}", 204),
        step("GET", "{location}", 404, code="BLOB_UPLOAD_UNKNOWN"),
        step("PATCH", "{location}", 404, OTHER, code="BLOB_UPLOAD_UNKNOWN"),
    ),
    "another digest than the blob's": (
        BEGUN,
        step("PUT", "{location}?digest={nobody}", 400, OTHER, code="DIGEST_INVALID"),
        step("POST", f"{U}?digest={{nobody}}", 400, OTHER, code="DIGEST_INVALID"),
        step("HEAD", f"{B}/{{nobody}}", 404),
        step("HEAD", f"{B}/{{other}}", 404),
    ),
    "no digest at the end": (
        BEGUN,
        step("PUT", "{location}", 400, OTHER, code="DIGEST_INVALID"),
    ),
    "a blob of another repository is mounted": (
        step(
            "POST",
            f"/v2/other/blobs/uploads/?mount={{layer}}&from={NAME}",
            201,
            gets={"Location": f"/v2/other/blobs/{digest(LAYER)}"},
        ),
        step("GET", "{location}", 200, content=LAYER),
    ),
    "what cannot be mounted is uploaded": (
        step("POST", "/v2/other/blobs/uploads/?mount={layer}&from=nobody", 202),
        step("PUT", "{location}?digest={layer}", 201, LAYER),
        step("POST", "/v2/other/blobs/uploads/?mount={layer}", 202),
        step("POST", f"/v2/other/blobs/uploads/?mount={{nobody}}&from={NAME}", 202),
    ),
    "a manifest by tag": (
        step(
            "PUT",
            f"{M}/new",
            201,
            IMAGE,
            sends={"Content-Type": OCI_MANIFEST},
            gets={"Location": f"{M}/{digest(IMAGE)}", "Docker-Content-Digest": digest(IMAGE)},
        ),
        step("GET", f"{M}/new", 200, content=IMAGE),
    ),
    "a manifest by digest": (
        step(
            "PUT",
            f"{M}/{digest(manifest(CONFIG))}",
            201,
            manifest(CONFIG),
            sends={"Content-Type": OCI_MANIFEST},
        ),
        step("GET", "{location}", 200, content=manifest(CONFIG)),
        step("GET", T, 200, content={"name": NAME, "tags": TAGS}),
    ),
    "a manifest with another digest": (
        step("PUT", f"{M}/{{nobody}}", 400, IMAGE, code="DIGEST_INVALID"),
    ),
    "a tag moves": (
        step("PUT", f"{M}/1", 201, manifest(CONFIG), sends={"Content-Type": OCI_MANIFEST}),
        step("GET", f"{M}/1", 200, content=manifest(CONFIG)),
        step("GET", f"{M}/{{image}}", 200, content=IMAGE),
    ),
    "a manifest whose blobs are not there": (
        step(
            "PUT",
            f"{M}/bad",
            400,
            manifest(CONFIG, b"missing"),
            sends={"Content-Type": OCI_MANIFEST},
            code="MANIFEST_BLOB_UNKNOWN",
        ),
        step("GET", f"{M}/bad", 404),
    ),
    "an index whose manifests are not there": (
        step("PUT", f"{M}/bad", 400, index(b"missing"), code="MANIFEST_BLOB_UNKNOWN"),
    ),
    "no manifest": (
        step("PUT", f"{M}/bad", 400, b"no JSON", code="MANIFEST_INVALID"),
        step("PUT", f"{M}/bad", 400, b"[]", code="MANIFEST_INVALID"),
        step("PUT", f"{M}/bad", 400, b'{"schemaVersion": 1}', code="MANIFEST_INVALID"),
        step("PUT", f"{M}/bad", 400, b"[" * 100_000, code="MANIFEST_INVALID"),
        step("PUT", f"{M}/.bad", 400, IMAGE, code="TAG_INVALID"),
    ),
    "a manifest that could be taken for two kinds": (
        step(
            "PUT",
            f"{M}/bad",
            400,
            json.dumps({**json.loads(IMAGE), "manifests": []}).encode(),
            code="MANIFEST_INVALID",
        ),
        step("PUT", f"{M}/bad", 400, IMAGE, sends={"Content-Type": OCI_INDEX}),
        step("PUT", f"{M}/bad", 400, IMAGE, sends={"Content-Type": DOCKER_MANIFEST}),
    ),
    "a manifest that is too long": (
        step("PUT", f"{M}/bad", 413, b" " * (4 << 20) + IMAGE, code="SIZE_INVALID"),
    ),
    "a layer that lies elsewhere": (
        step(
            "PUT",
            f"{M}/far",
            201,
            manifest(
                CONFIG,
                layers=[{"digest": NOBODY, "size": 1, "urls": ["https://example.org/layer"]}],
            ),
        ),
    ),
}

DISCOVERY: Final = {
    "all tags, in ASCII order": (step("GET", T, 200, content={"name": NAME, "tags": TAGS}),),
    "tags page by page": (
        step("GET", f"{T}?n=3", 200, content={"name": NAME, "tags": TAGS[:3]}, gets={"Link": "*"}),
        step("GET", "{next}", 200, content={"name": NAME, "tags": TAGS[3:]}, gets={"Link": ""}),
        step("GET", f"{T}?n=0", 200, content={"name": NAME, "tags": []}, gets={"Link": ""}),
        step("GET", f"{T}?last=Z", 200, content={"name": NAME, "tags": TAGS[2:]}),
        step("GET", f"{T}?n=4", 200, content={"name": NAME, "tags": TAGS}, gets={"Link": ""}),
        step("GET", f"{T}?n=-1", 400, code="PAGINATION_NUMBER_INVALID"),
    ),
    "tags of nothing": (step("GET", "/v2/nobody/tags/list", 404, code="NAME_UNKNOWN"),),
    "the catalog": (
        step("GET", "/v2/_catalog", 200, content={"repositories": [NAME]}),
        step("POST", "/v2/a/blobs/uploads/?digest={other}", 201, OTHER),
        step("GET", "/v2/_catalog?n=1", 200, content={"repositories": ["a"]}, gets={"Link": "*"}),
        step("GET", "{next}", 200, content={"repositories": [NAME]}),
    ),
    "referrers of nothing": (
        step(
            "GET",
            f"{R}/{{nobody}}",
            200,
            gets={"Content-Type": OCI_INDEX},
            content={"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []},
        ),
        step("GET", f"{R}/nothing", 400, code="DIGEST_INVALID"),
    ),
    "referrers": (step("GET", f"{R}/{{image}}", 200, gets={"OCI-Filters-Applied": ""}),),
    "referrers of one kind": (
        step(
            "GET",
            f"{R}/{{image}}?artifactType=application/x.signature",
            200,
            gets={"OCI-Filters-Applied": "artifactType"},
            content={
                "schemaVersion": 2,
                "mediaType": OCI_INDEX,
                "manifests": [
                    descriptor(
                        SIGNATURE,
                        OCI_MANIFEST,
                        artifactType="application/x.signature",
                        annotations={"by": "me"},
                    )
                ],
            },
        ),
    ),
    "a referrer that is pushed before its subject": (
        step(
            "PUT",
            f"{M}/early",
            201,
            EARLY,
            sends={"Content-Type": OCI_MANIFEST},
            gets={"OCI-Subject": digest(b"not yet")},
        ),
        step(
            "GET",
            f"{R}/{{early}}",
            200,
            content={
                "schemaVersion": 2,
                "mediaType": OCI_INDEX,
                "manifests": [
                    descriptor(
                        EARLY,
                        OCI_MANIFEST,
                        artifactType="application/vnd.oci.image.config.v1+json",
                    )
                ],
            },
        ),
    ),
}

MANAGEMENT: Final = {
    "a tag is deleted, and its manifest stays": (
        step("DELETE", f"{M}/1", 202),
        step("GET", f"{M}/1", 404, code="MANIFEST_UNKNOWN"),
        step("GET", f"{M}/{{image}}", 200),
        step("GET", T, 200, content={"name": NAME, "tags": TAGS[1:]}),
        step("DELETE", f"{M}/1", 404, code="MANIFEST_UNKNOWN"),
    ),
    "a manifest is deleted, with its tags": (
        step("DELETE", f"{M}/{{image}}", 202),
        step("GET", f"{M}/{{image}}", 404, code="MANIFEST_UNKNOWN"),
        step("GET", T, 200, content={"name": NAME, "tags": ["list"]}),
        step("DELETE", f"{M}/{{image}}", 404, code="MANIFEST_UNKNOWN"),
    ),
    "a referrer that is deleted is not listed": (
        step("DELETE", f"{M}/{digest(SIGNATURE)}", 202),
        step(
            "GET",
            f"{R}/{{image}}?artifactType=application/x.signature",
            200,
            content={"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []},
        ),
    ),
    "a blob is deleted": (
        step("DELETE", f"{B}/{{layer}}", 202),
        step("GET", f"{B}/{{layer}}", 404, code="BLOB_UNKNOWN"),
        step("DELETE", f"{B}/{{layer}}", 404, code="BLOB_UNKNOWN"),
    ),
    "what was deleted comes back": (
        step("DELETE", f"{M}/{{image}}", 202),
        step("DELETE", f"{B}/{{layer}}", 202),
        step("POST", f"{U}?digest={{layer}}", 201, LAYER),
        step("PUT", f"{M}/1", 201, IMAGE, sends={"Content-Type": OCI_MANIFEST}),
        step("GET", f"{M}/1", 200, content=IMAGE),
    ),
}
