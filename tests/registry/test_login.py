"""`host login` and `host logout` at real registries: what is tried, where it is kept, and what other programs make of it."""

import json
import stat

import foreign
from authority import Authority
from machine import HostCase, recipe
from registries import PASSWORD, USER, Registry
from token_server import TokenServer

SECRET = "wrong-and-secret"


class LoginCase(HostCase):
    """What every registry that wants a login has in common."""

    def login(self, given=f"{PASSWORD}\n", user=USER, **more):
        """Logs in by `host`, and returns how it ended."""
        return self.machine.host("login", self.registry.place, "--username", user, "--password-stdin", given=given, **more)

    def written(self):
        """Returns docker's configuration."""
        return json.loads(self.machine.credentials.read_text(encoding="utf-8"))


class Both:
    """The same at a registry with a password and at one with tokens."""

    def test_a_right_one_is_kept_for_host_and_for_others(self):
        finished = self.login()
        self.assertEqual((finished.returncode, finished.stdout), (0, ""), finished.stderr)
        self.assertIn("config.json`, and is not encrypted", finished.stderr)
        self.assertNotIn(PASSWORD, finished.stderr)
        self.assertEqual(self.written(), {"auths": {self.registry.place: {"auth": foreign.base64_of(f"{USER}:{PASSWORD}")}}})
        self.assertEqual(stat.S_IMODE(self.machine.credentials.stat().st_mode), 0o600)
        self.pushed(recipe("redis"), f"{self.registry.place}/acme/{self._testMethodName.replace('_', '-')}:0.1.0")
        reference = f"{self.registry.place}/acme/{self._testMethodName.replace('_', '-')}:0.1.0"
        self.assertEqual(self.pulled(reference), recipe("redis"))
        self.assertIn(foreign.CONFIG, foreign.raw_manifest(reference, credentials=self.machine.credentials).decode())

    def test_a_wrong_one_is_refused_and_not_kept(self):
        for user, password in ((USER, SECRET), ("nobody", PASSWORD)):
            finished = self.login(given=password, user=user)
            self.assertEqual((finished.returncode, finished.stdout), (1, ""), finished.stderr)
            self.assertIn("error[H0811]", finished.stderr)
            self.assertIn(f"`{self.registry.place}` does not take this login", finished.stderr)
            self.assertIn("hint:", finished.stderr)
            self.assertNotIn(password, finished.stderr)
            self.assertFalse(self.machine.credentials.exists())

    def test_a_new_one_takes_the_place_of_the_old_one_and_logout_of_both(self):
        self.machine.configure(auths={self.registry.place: {"auth": "eDp5"}, "other.io": {"auth": "eDp5"}}, psFormat="{{.ID}}")
        self.assertEqual(self.login().returncode, 0)
        self.assertEqual(list(self.written()["auths"]), [self.registry.place, "other.io"])
        self.assertEqual(self.written()["psFormat"], "{{.ID}}")
        finished = self.machine.host("logout", self.registry.place)
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertIn("logged out of", finished.stderr)
        self.assertEqual(self.written(), {"auths": {"other.io": {"auth": "eDp5"}}, "psFormat": "{{.ID}}"})
        before = self.machine.credentials.read_bytes()
        finished = self.machine.host("logout", self.registry.place)
        self.assertEqual((finished.returncode, finished.stdout), (0, ""))
        self.assertIn("nobody was logged in", finished.stderr)
        self.assertEqual(self.machine.credentials.read_bytes(), before)

    def test_a_program_keeps_it_and_gives_it_back(self):
        kept = self.machine.add_keeper("kept")
        self.machine.configure(credsStore="kept", auths={self.registry.place: {"auth": "eDp5"}})
        finished = self.login()
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertIn("`docker-credential-kept` keeps it", finished.stderr)
        self.assertNotIn("not encrypted", finished.stderr)
        self.assertEqual(
            json.loads(kept.read_text(encoding="utf-8")),
            {"ServerURL": self.registry.place, "Username": USER, "Secret": PASSWORD},
        )
        self.assertEqual(self.written(), {"credsStore": "kept", "auths": {self.registry.place: {}}})
        self.refused("H0812", "pull", f"oci://{self.registry.place}/acme/no-such-recipe:0.1.0")
        finished = self.machine.host("logout", self.registry.place, "--output", "json")
        self.assertEqual(finished.returncode, 0, finished.stderr)
        self.assertEqual(json.loads(finished.stdout)["logout"]["keepers"], ["docker-credential-kept"])
        self.assertFalse(kept.exists())
        self.assertIn("nobody was logged in", self.machine.host("logout", self.registry.place).stderr)

    def test_nothing_is_lost_over_a_file_that_is_none(self):
        self.machine.credentials.write_text('{"auths": sesame', encoding="utf-8")
        before = self.registry.requests()
        for verb in (("login", self.registry.place, "--username", USER, "--password-stdin"), ("logout", self.registry.place)):
            said = self.refused("H0811", *verb, given=PASSWORD)
            self.assertNotIn("sesame", said)
        self.assertEqual(self.registry.since(before), [])
        self.assertEqual(self.machine.credentials.read_text(encoding="utf-8"), '{"auths": sesame')


class Password(Both, LoginCase):
    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry(password=True))

    def test_it_is_asked_for_the_root_alone(self):
        before = self.registry.requests()
        self.assertEqual(self.login().returncode, 0)
        self.assert_asked(self.registry.since(before), "GET /v2/ 401", "GET /v2/ 200")


class Token(Both, LoginCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(foreign.scratch())
        cls.tokens = cls.enterClassContext(TokenServer(Authority(folder)))
        cls.registry = cls.enterClassContext(Registry(tokens=cls.tokens))

    def test_a_token_of_nothing_is_enough(self):
        self.tokens.asked.clear()
        self.assertEqual(self.login().returncode, 0)
        (asked,) = self.tokens.asked
        self.assertEqual((asked.scopes, asked.user, asked.status), ((), USER, 200))


class Anyone(LoginCase):
    def test_that_it_cannot_be_told_is_said(self):
        with Registry() as self.registry:
            finished = self.login()
            self.assertEqual(finished.returncode, 0, finished.stderr)
            self.assertIn("lets anybody in", finished.stderr)
