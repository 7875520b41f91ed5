"""Manifests: `/v2/NAME/manifests/TAG-OR-DIGEST`, and `/v2/NAME/referrers/DIGEST`."""

from __future__ import annotations

import json
from typing import Final

from tui.distribution.exchange import Answer, Request
from tui.distribution.manifests import MANIFEST_MAX, OCI_INDEX
from tui.distribution.names import checked_digest, checked_name, is_digest, is_tag
from tui.distribution.refusals import Refused, manifest_unknown
from tui.distribution.registry import Registry

_ANY: Final = frozenset({"*/*", "application/*", "application/json"})


def get_manifest(registry: Registry, request: Request) -> Answer:
    """Send a manifest as it was pushed."""
    name, reference = checked_name(request.name), _reference(request)
    digest = registry.resolve(name, reference)
    data, manifest = registry.manifest(digest)
    accepted = _accepted(request)
    if accepted and not accepted & {manifest.media_type, *_ANY}:
        text = f"the manifest is a {manifest.media_type}, which the Accept header does not name"
        raise Refused(404, "MANIFEST_UNKNOWN", text)
    headers = {
        "Content-Type": manifest.media_type,
        "Docker-Content-Digest": digest,
        "ETag": f'"{digest}"',
    }
    return Answer(200, headers, data)


def put_manifest(registry: Registry, request: Request) -> Answer:
    """Keep a manifest, and let a tag name it."""
    name, reference = checked_name(request.name), request.reference
    by_digest = is_digest(reference)
    if not by_digest and ":" in reference:
        checked_digest(reference)
    if not by_digest and not is_tag(reference):
        raise Refused(400, "TAG_INVALID", "invalid tag")
    digest, manifest = registry.put_manifest(
        name,
        request.body.whole(MANIFEST_MAX),
        request.headers.get("Content-Type", ""),
        tag="" if by_digest else reference,
        digest=reference if by_digest else "",
    )
    headers = {"Location": f"/v2/{name}/manifests/{digest}", "Docker-Content-Digest": digest}
    if manifest.subject:
        headers["OCI-Subject"] = manifest.subject
    return Answer(201, headers)


def delete_manifest(registry: Registry, request: Request) -> Answer:
    """Remove a tag; or by digest a manifest, with all tags that name it."""
    registry.delete_manifest(checked_name(request.name), _reference(request))
    return Answer(202)


def get_referrers(registry: Registry, request: Request) -> Answer:
    """List the manifests that are about another one, as an index."""
    repository = registry.repository(checked_name(request.name))
    wanted = request.query.get("artifactType", "")
    listed = []
    for digest in repository.referrers(checked_digest(request.reference)):
        data, manifest = registry.manifest(digest)
        if wanted and manifest.artifact_type != wanted:
            continue
        descriptor: dict[str, object] = {
            "mediaType": manifest.media_type,
            "digest": digest,
            "size": len(data),
        }
        if manifest.artifact_type:
            descriptor["artifactType"] = manifest.artifact_type
        if manifest.annotations:
            descriptor["annotations"] = manifest.annotations
        listed.append(descriptor)
    headers = {"Content-Type": OCI_INDEX}
    if wanted:
        headers["OCI-Filters-Applied"] = "artifactType"
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}
    return Answer(200, headers, json.dumps(index).encode())


def _reference(request: Request) -> str:
    """Return a tag or a digest; what is neither names nothing."""
    if not is_digest(request.reference) and not is_tag(request.reference):
        raise manifest_unknown("invalid reference")
    return request.reference


def _accepted(request: Request) -> set[str]:
    """Return the media types that a client wants; none if it does not say."""
    given = ",".join(request.headers.get_all("Accept", []))
    return {each.partition(";")[0].strip().lower() for each in given.split(",")} - {""}
