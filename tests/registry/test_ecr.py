"""ECR, as far as a machine can have it: the login of moto, which looks at the signature, and a real registry that takes it."""

import os
import subprocess
import sys

from gateway import Gateway
from machine import HostCase, recipe
from registries import Registry

ACCOUNT = "123456789012"
REGION = "eu-west-1"
NAME = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"

# What moto's login says, `AWS` and the account with `-auth-token`, as `htpasswd -B` has it.
LOGIN = "AWS:$2b$04$6hTs00FtZgyL3/CWSn9lsO9df.V1f3znFErZyqwQ7aDyHpN3ovjhm\n"
POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}]}'


class Moto:
    """moto's server, which looks at signatures and policies once `key` is there, as long as the `with` block."""

    def __enter__(self):
        # So many calls are let through: a user, a key, a policy. Every later one has to be signed by somebody who may.
        environment = os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": "3", "PYTHONUNBUFFERED": "1"}
        command = ["setpriv", "--pdeathsig", "TERM", sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        for line in self.process.stderr:
            if "Running on http" in line:
                self.address = line.split()[-1]
                break
        self.key = self.make_key()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()

    def make_key(self):
        """Returns the key of a user who may ask for a login to ECR, and nothing else."""
        import boto3

        iam = boto3.client("iam", endpoint_url=self.address, region_name=REGION, aws_access_key_id="a", aws_secret_access_key="b")
        iam.create_user(UserName="tester")
        iam.put_user_policy(UserName="tester", PolicyName="ecr", PolicyDocument=POLICY)
        key = iam.create_access_key(UserName="tester")["AccessKey"]
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


class Ecr(HostCase):
    @classmethod
    def setUpClass(cls):
        cls.moto = cls.enterClassContext(Moto())
        cls.registry = cls.enterClassContext(Registry(password=LOGIN))
        cls.gateway = cls.enterClassContext(Gateway({NAME: cls.registry.port}))
        cls.redis = recipe("redis")

    def variables(self, **more):
        """Returns what leads to the stand-ins."""
        where = {"HTTP_PROXY": self.gateway.root, "NO_PROXY": "127.0.0.1", "AWS_ENDPOINT_URL": self.moto.address}
        return where | {"RECIPE_HOST_PLAIN_HTTP": "1"} | more

    def test_the_signature_is_right_and_the_login_opens_the_registry(self):
        with_key = self.variables(**self.moto.key)
        self.pushed(self.redis, f"{NAME}/acme/redis:0.1.0", **with_key)
        self.assertEqual(self.pulled(f"{NAME}/acme/redis:0.1.0", **with_key), self.redis)
        self.assertFalse(self.machine.credentials.exists())

    def test_a_wrong_signature_is_refused_in_the_words_of_aws(self):
        wrong = self.variables(**self.moto.key | {"AWS_SECRET_ACCESS_KEY": "wrong-and-secret"})
        said = self.refused("H0811", "pull", f"oci://{NAME}/acme/redis:0.1.0", **wrong)
        self.assertIn("signature", said.lower())
        self.assertNotIn("wrong-and-secret", said)

    def test_nobody_is_told_of_both_ways(self):
        said = self.refused("H0811", "pull", f"oci://{NAME}/acme/redis:0.1.0", **self.variables())
        self.assertIn("`aws configure`", said)
        self.assertIn(f"`host login {NAME}`", said)
