"""The description of the API."""

import json

from services.api.openapi import document


def test_the_document_of_the_api_needs_no_settings_and_describes_every_error() -> None:
    found = document()
    assert "/api/debug/emergency-shutdown" in found["paths"]
    ids = [operation["operationId"] for path in found["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    assert "ProblemBody" in found["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(found)
