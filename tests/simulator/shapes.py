"""Holds answers against the output shapes of botocore's service models, as they came over the wire.

botocore itself ignores members that it does not know and takes most types for each other.
"""

import json
from xml.etree import ElementTree

NAMESPACE = "{http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/}"

# Codes that no model has: those that all of AWS's services answer with.
COMMON = {
    "json": {
        "MissingAuthenticationTokenException",
        "SerializationException",
        "ThrottlingException",
        "UnknownOperationException",
    },
    "query": {
        "InternalFailure",
        "InvalidAction",
        "MalformedInput",
        "MissingAuthenticationToken",
        "Throttling",
        "ValidationError",
    },
}


class Checker:
    """Checks every answer that a client gets. `wrong` has a line for all that does not fit."""

    def __init__(self, client):
        self.wrong = []
        self.answers = 0
        client.meta.events.register(f"after-call.{client.meta.service_model.service_id.hyphenize()}", self.check)

    def check(self, http_response, model, **_):
        self.answers += 1
        found = list(answer(http_response.status_code, http_response.headers, http_response.content, model))
        self.wrong += [f"{model.name}: {line}" for line in found]


def checked(client):
    """Returns the client, with a checker as its `checker`."""
    client.checker = Checker(client)
    return client


def answer(status, headers, body, model):
    """Yields what does not fit in an answer to an operation."""
    protocol = model.service_model.protocol
    kind = {"json": "application/x-amz-json-1.1", "query": "text/xml"}[protocol]
    if headers.get("content-type") != kind:
        yield f"the content type is {headers.get('content-type')}"
    if "x-amzn-requestid" not in {name.lower() for name in headers}:
        yield "there is no request id"
    if status != 200:
        yield from (json_error if protocol == "json" else xml_error)(status, body, model)
    elif protocol == "json":
        yield from json_value(json.loads(body), model.output_shape, "$")
    else:
        yield from xml_answer(ElementTree.fromstring(body), model)


def json_error(status, body, model):
    error = json.loads(body)
    if not set(error) <= {"__type", "message", "Message"}:
        yield f"an error has the members {sorted(error)}"
    yield from code(error.get("__type", "").rpartition("#")[2], status, model, "json")


def xml_error(status, body, model):
    root = ElementTree.fromstring(body)
    names = [bare(it) for it in root.iter()]
    if names != ["ErrorResponse", "Error", "Type", "Code", "Message", "RequestId"]:
        yield f"an error has the elements {names}"
        return
    fault = root.findtext(f".//{NAMESPACE}Type")
    if fault != ("Receiver" if status >= 500 else "Sender"):
        yield f"the fault of status {status} is {fault}"
    yield from code(root.findtext(f".//{NAMESPACE}Code"), status, model, "query")


def code(said, status, model, protocol):
    """Yields what is wrong with an error's code: the operation has to have it, with that status."""
    if said in COMMON[protocol]:
        return
    for shape in model.error_shapes:
        error = shape.metadata.get("error", {})
        if error.get("code", shape.name) == said:
            # botocore keeps the status of ELB's errors, and of those of ECS only one is AWS's own fault.
            usual = 500 if said == "ServerException" else 400
            if status != error.get("httpStatusCode", usual):
                yield f"the status of {said} is {status}"
            return
    yield f"the model has no {said} for it"


def json_value(value, shape, path):
    kinds = {
        "structure": dict,
        "map": dict,
        "list": list,
        "string": str,
        "boolean": bool,
        "integer": int,
        "long": int,
        "double": (int, float),
        "float": (int, float),
        "timestamp": (int, float),
    }
    is_flag = isinstance(value, bool) and shape.type_name != "boolean"
    if is_flag or not isinstance(value, kinds[shape.type_name]):
        yield f"{path} is no {shape.type_name}: {value!r}"
    elif shape.type_name == "structure":
        yield from missing(value, shape, path)
        for name, inner in value.items():
            if name in shape.members:
                yield from json_value(inner, shape.members[name], f"{path}.{name}")
            else:
                yield f"{path} has no {name}"
    elif shape.type_name == "map":
        for name, inner in value.items():
            yield from json_value(inner, shape.value, f"{path}.{name}")
    elif shape.type_name == "list":
        for number, inner in enumerate(value):
            yield from json_value(inner, shape.member, f"{path}[{number}]")
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{path} is none of {shape.enum}: {value!r}"


def missing(names, shape, path):
    for name in shape.required_members:
        if name not in names:
            yield f"{path} lacks {name}"


def bare(element):
    return element.tag.removeprefix(NAMESPACE)


def xml_answer(root, model):
    wrapper = model.output_shape.serialization["resultWrapper"]
    names = [bare(it) for it in root]
    if bare(root) != f"{model.name}Response" or names != [wrapper, "ResponseMetadata"]:
        yield f"{bare(root)} has {names}"
        return
    if [bare(it) for it in root[1]] != ["RequestId"]:
        yield "the metadata is no request id"
    yield from xml_value(root[0], model.output_shape, wrapper)


def xml_value(element, shape, path):
    text = element.text or ""
    inside = list(element)
    if shape.type_name in ("structure", "list") and text.strip():
        yield f"{path} has text: {text!r}"
    if shape.type_name == "structure":
        names = [bare(it) for it in inside]
        yield from missing(names, shape, path)
        if len(set(names)) < len(names):
            yield f"{path} has a member twice: {names}"
        for inner in inside:
            if bare(inner) in shape.members:
                yield from xml_value(inner, shape.members[bare(inner)], f"{path}.{bare(inner)}")
            else:
                yield f"{path} has no {bare(inner)}"
    elif shape.type_name == "list":
        for number, inner in enumerate(inside):
            if bare(inner) != shape.member.serialization.get("name", "member"):
                yield f"{path} has an item called {bare(inner)}"
            yield from xml_value(inner, shape.member, f"{path}[{number}]")
    elif inside:
        yield f"{path} is no {shape.type_name} but has elements"
    elif shape.type_name == "boolean" and text not in ("true", "false"):
        yield f"{path} is no boolean: {text!r}"
    elif shape.type_name in ("integer", "long") and not text.removeprefix("-").isdigit():
        yield f"{path} is no number: {text!r}"
    elif shape.type_name == "timestamp" and not text.endswith("Z"):
        yield f"{path} is no time in UTC: {text!r}"
