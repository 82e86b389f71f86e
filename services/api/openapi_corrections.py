"""The OpenAPI document as it is true of a listener: errors as problems, and where no login is needed."""

from typing import Any

from services.api.problems import ProblemBody, responses

_SCHEMA = "#/components/schemas/{model}"
_NOT_OURS = ("HTTPValidationError", "ValidationError")
_METHODS = ("get", "post", "delete")
# `gate.known` stands before these:
_NAMES_PEOPLE = {"listAudit", "verifyAudit", "listRequests", "getRequest", "getConfig", "getCheck", "getMaintenance"}


def described(document: dict[str, Any]) -> dict[str, Any]:
    """The document, changed in place. May be called again on the same."""
    schemas = document["components"]["schemas"]
    own = ProblemBody.model_json_schema(ref_template=_SCHEMA)
    schemas.update({**own.pop("$defs", {}), "ProblemBody": own})
    for name in _NOT_OURS:
        schemas.pop(name, None)
    is_debug = any(path.startswith("/api/debug/") for path in document["paths"])
    for item in document["paths"].values():
        for method in set(item) & set(_METHODS):
            _describe(item[method], is_open=is_debug or (method == "get" and item[method]["operationId"] not in _NAMES_PEOPLE))
    return document


def _describe(operation: dict[str, Any], *, is_open: bool) -> None:
    if "422" in operation["responses"]:  # the framework's own body, which no route of ours gives
        operation["responses"]["422"] = responses(422)[422]
    if is_open and {} not in operation.get("security", [{}]):
        # The debug listener asks nobody; who may look without a login says `view` of [API].
        operation["security"] = [{}, *operation["security"]]
