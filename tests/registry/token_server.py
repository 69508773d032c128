"""The server of tokens that registries send their clients to: <https://distribution.github.io/distribution/spec/auth/token/>.

It says yes to whoever logs in, and without a name to reading what lies below `public/`. What it was asked is written down.
"""

import base64
import json
import time
import typing
import urllib.parse
import uuid

from loopback import Handler, Server
from registries import PASSWORD, USER

ISSUER = "tokens of the tests"
SERVICE = "a registry of the tests"
# In place of a name and a password, for those who have logged in elsewhere.
IDENTITY = "identity-token-of-the-tests"
# Seconds that a token holds: the least that the specification allows.
LIFE = 60


class Asked(typing.NamedTuple):
    """One request for a token."""

    method: str
    # As they came: `repository:a/b:pull`.
    scopes: tuple
    # Nothing for nobody.
    user: str | None
    status: int


class TokenServer(Server):
    """A server that lives as long as the `with` block. `address` is where it answers, `asked` what it was asked."""

    def __init__(self, authority):
        super().__init__(self.handler_of())
        self.authority = authority
        self.asked = []

    @property
    def address(self):
        """Where tokens are to be had."""
        return f"{self.root}/token"

    def handler_of(self):
        """Returns what answers both forms of the request."""
        owner = self

        class Both(Handler):
            """Of the specification, and of OAuth2."""

            def do_GET(self):
                query = urllib.parse.urlsplit(self.path).query
                owner.give(self, urllib.parse.parse_qs(query), basic_user(self.headers.get("Authorization")))

            def do_POST(self):
                fields = urllib.parse.parse_qs(self.body().decode())
                owner.give(self, fields, form_user(fields))

        return Both

    def give(self, request, fields, who):
        """Answers with a token for as much of what is asked for as there is a right to."""
        scopes = tuple(scope for text in fields.get("scope", []) for scope in text.split())
        user, known = who
        status = 200 if known else 401
        self.asked.append(Asked(request.command, scopes, user, status))
        body = {"details": "incorrect username or password"}
        if known:
            token = self.token(user, scopes)
            body = {"token": token, "access_token": token, "expires_in": LIFE, "scope": " ".join(scopes)}
        request.answer(status, [("Content-Type", "application/json")], json.dumps(body).encode())

    def token(self, user, scopes):
        """Returns a token of these scopes, or what a user may have of them."""
        access = []
        for scope in scopes:
            # A name may hold the port of a registry.
            kind, _, rest = scope.partition(":")
            name, _, actions = rest.rpartition(":")
            wanted = actions.split(",")
            granted = wanted if user else [action for action in wanted if action == "pull" and name.startswith("public/")]
            access.append({"type": kind, "name": name, "actions": granted})
        now = int(time.time())
        times = {"iat": now, "nbf": now - 10, "exp": now + LIFE}
        subject = {"iss": ISSUER, "aud": SERVICE, "sub": user or "", "jti": uuid.uuid4().hex}
        return self.authority.web_token({**subject, **times, "access": access})


def basic_user(header):
    """Returns who sent a header `Authorization`, and whether that is so."""
    if header is None:
        return None, True
    kind, _, text = header.partition(" ")
    user, _, password = base64.b64decode(text).decode().partition(":")
    return user, (kind, user, password) == ("Basic", USER, PASSWORD)


def form_user(fields):
    """Returns who filled in a form of OAuth2, and whether that is so."""
    one = {name: values[0] for name, values in fields.items()}
    if one.get("grant_type") == "refresh_token":
        return USER, one.get("refresh_token") == IDENTITY
    return one.get("username"), (one.get("username"), one.get("password")) == (USER, PASSWORD)
