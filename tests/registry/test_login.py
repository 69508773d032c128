"""`host login` and `host logout` at real registries: what is tried, where it is kept, and what other programs make of it."""

import json
import os
import stat
import threading

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


class Kept(LoginCase):
    """What becomes of docker's configuration, whoever else writes to it, and of what its programs say."""

    @classmethod
    def setUpClass(cls):
        cls.registry = cls.enterClassContext(Registry())

    def logout(self):
        return self.machine.host("logout", self.registry.place)

    def refuses(self, *told, given=PASSWORD):
        """Logs in, which must be refused with these words before a registry is asked, or the file changed."""
        before, file = self.registry.requests(), self.machine.credentials.read_bytes()
        login = ("login", self.registry.place, "--username", USER, "--password-stdin")
        said = self.refused("H0811", *login, given=given)
        for each in told:
            self.assertIn(each, said)
        self.assertEqual(self.machine.credentials.read_bytes(), file)
        return self.registry.since(before)

    def test_a_program_that_repeats_what_it_is_told_and_fails_is_not_repeated(self):
        self.machine.add_program("loud", "store) cat; exit 3;;", "get) echo 'credentials not found in native keychain'; exit 1;;")
        self.machine.configure(credsStore="loud")
        for password in ('pass"w\\ord', "abc", "x", SECRET):
            finished = self.login(given=password)
            self.assertEqual((finished.returncode, finished.stdout), (1, ""), finished.stderr)
            self.assertIn("`docker-credential-loud`, which", finished.stderr)
            self.assertIn("failed (exit status: 3", finished.stderr)
            for told in ("Secret", "ServerURL", foreign.base64_of(f"{USER}:{password}"), json.dumps(password), SECRET):
                self.assertNotIn(told, finished.stderr)

    def test_a_program_that_repeats_what_it_is_to_forget_is_masked(self):
        for name, password in (("short", "abc"), ("odd", 'pass"w\\ord')):
            answer = json.dumps({"ServerURL": self.registry.place, "Username": USER, "Secret": password})
            self.machine.write("answer", answer)
            file = self.machine.folder / "answer"
            self.machine.add_program(name, f"get) cat '{file}';;", f"erase) echo no; cat '{file}'; exit 1;;")
            self.machine.configure(credsStore=name)
            finished = self.logout()
            self.assertEqual(finished.returncode, 1, finished.stderr)
            self.assertIn("failed (no", finished.stderr)
            self.assertIn("(password)", finished.stderr)
            self.assertNotIn(f'"{password}"', finished.stderr)
            self.assertNotIn(json.dumps(password), finished.stderr)
            self.machine.add_program(name, f"get) cat '{file}'; exit 1;;")
            finished = self.logout()
            self.assertIn("failed (exit status: 1", finished.stderr)
            self.assertNotIn("Secret", finished.stderr)

    def test_what_others_write_while_a_program_keeps_it_stays(self):
        proxies, entry = {"default": {"httpProxy": "http://127.0.0.1:1"}}, {self.registry.place: {}}
        for verb, theirs, after in (("store", {}, entry), ("erase", entry, {})):
            meanwhile = {"credsStore": "slow", "auths": {"other.io": {"auth": "eDp5"}} | theirs, "proxies": proxies}
            others = self.machine.write("others.json", json.dumps(meanwhile))
            copy = f"cat >/dev/null; cp '{others}' '{self.machine.credentials}'"
            answer = json.dumps({"Username": USER, "Secret": PASSWORD})
            self.machine.add_program("slow", f"{verb}) {copy};;", f"get) echo '{answer}';;")
            self.machine.configure(credsStore="slow", auths={self.registry.place: {}})
            finished = self.login() if verb == "store" else self.logout()
            self.assertEqual(finished.returncode, 0, finished.stderr)
            written = self.written()
            self.assertEqual(written["proxies"], proxies, verb)
            self.assertEqual(written["auths"], {"other.io": {"auth": "eDp5"}} | after, verb)

    def test_of_logins_at_once_none_is_lost(self):
        _, port = self.registry.place.rsplit(":", 1)
        names = [self.registry.place, f"localhost:{port}"]
        for _ in range(12):
            ended = []
            self.machine.configure()

            def login(name, ended=ended):
                ended.append(self.machine.host("login", name, "--username", USER, "--password-stdin", given=PASSWORD))

            threads = [threading.Thread(target=login, args=(name,)) for name in names]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
            self.assertEqual([each.returncode for each in ended], [0, 0], ended)
            self.assertEqual(sorted(self.written()["auths"]), sorted(names))
        self.assertEqual([path.name for path in self.machine.docker.iterdir()], ["config.json"])

    def test_null_is_nothing(self):
        for members in (
            {"auths": None},
            {"credHelpers": None, "credsStore": None},
            {"auths": {"other.io": {"auth": None}, "another.io": None}},
        ):
            self.machine.configure(**members)
            finished = self.login()
            self.assertEqual(finished.returncode, 0, finished.stderr)
            self.assertIn(self.registry.place, self.written()["auths"])
            self.assertEqual(self.logout().returncode, 0)

    def test_it_stays_its_owners_and_nobody_elses(self):
        self.machine.configure()
        self.machine.credentials.chmod(0o640)
        if os.geteuid() == 0:
            os.chown(self.machine.credentials, 1234, 2345)
        before = self.machine.credentials.stat()
        for change in (self.login, self.logout):
            finished = change()
            self.assertEqual(finished.returncode, 0, finished.stderr)
            after = self.machine.credentials.stat()
            self.assertEqual((after.st_uid, after.st_gid), (before.st_uid, before.st_gid))
            self.assertEqual(stat.S_IMODE(after.st_mode), 0o600)

    def test_what_is_no_name_of_a_program_is_told(self):
        self.machine.configure(credsStore="/opt/keeper")
        self.assertEqual(self.refuses("`credsStore` names `/opt/keeper`", "no plain name"), [])
        self.machine.configure(credHelpers={self.registry.place: "../keeper"})
        self.assertEqual(self.refuses("`credHelpers` names `../keeper`"), [])

    def test_a_number_that_would_be_another_one_is_left_alone(self):
        self.machine.credentials.write_text('{"auths": {},\n"number": 123456789012345678901234567890}', encoding="utf-8")
        self.assertEqual(self.refuses("config.json`", "the number in line 2"), [])
        self.assertEqual(self.logout().returncode, 0)
