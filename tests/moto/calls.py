"""Names the AWS call in an HTTP request, and writes down the calls that were made."""

import json
import time
from urllib.parse import parse_qsl

# Calls that begin like this change nothing.
READS = ("Describe", "List", "Get")


def name_call(environ, body):
    """Returns the service, the operation and the parameters of a request.

    ECS speaks JSON and names its operation in a header; classic ELB and EC2 send
    a form with the operation as `Action`.
    """
    service = signed_service(environ.get("HTTP_AUTHORIZATION", ""))
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        return service, target.rpartition(".")[2], json.loads(body or b"{}")
    form = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True))
    form.pop("Version", None)
    return service, form.pop("Action", ""), form


def signed_service(authorization):
    """Returns the service (`ecs`, `elasticloadbalancing`) that a signature's scope names: `key/date/region/service/…`."""
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    return scope[3] if len(scope) == 5 else ""


class CallLog:
    """One JSON object per line and call, in the order of the answers.

    `at` is in seconds since the log was opened, `took` in seconds, and `write`
    says whether the call may change something.
    """

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8") if path else None
        self.opened = time.monotonic()

    def add(self, service, operation, parameters, status, started):
        if self.file is None:
            return
        call = {
            "operation": operation,
            "service": service,
            "write": not operation.startswith(READS),
            "status": status,
            "at": round(started - self.opened, 4),
            "took": round(time.monotonic() - started, 4),
            "parameters": parameters,
        }
        self.file.write(json.dumps(call) + "\n")
        self.file.flush()
