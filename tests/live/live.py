"""Puts the open questions about AWS to AWS itself: see README.md."""

import argparse
import importlib.metadata
import os
import pathlib
import signal
import subprocess
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

import refusals
from ground import PREFIX, TAG, Ground
from page import page
from questions import QUESTIONS

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

COSTS = f"""\
This asks real AWS, with your credentials, and so it runs with HOST_LIVE_AWS=1 only.
It makes, in a cluster and a subnet that you name, and deletes at the end in any case, Ctrl-C included:
  8 internal classic load balancers, 8 services and 8 task definitions, and what AWS takes of some 60 wrong calls.
Each is called {PREFIX}RUN-… and has the tag {TAG}. No task is ever started: no instance fits.
It takes about five minutes. A classic load balancer costs about 0.025 USD for each hour begun: 0.20 USD in all.
Rights, of a policy of its own:
  ecs: Describe*, List*, RegisterTaskDefinition, DeregisterTaskDefinition, DeleteTaskDefinitions, CreateService,
    UpdateService, DeleteService, StopServiceDeployment, TagResource
  ecs, only to be refused: UpdateContainerInstancesState, PutAttributes, PutAccountSetting
  elasticloadbalancing: Describe*, CreateLoadBalancer, DeleteLoadBalancer, ConfigureHealthCheck, AddTags,
    ModifyLoadBalancerAttributes, ApplySecurityGroupsToLoadBalancer, CreateLoadBalancerPolicy,
    CreateLBCookieStickinessPolicy
  iam: SimulateCustomPolicy; CreateServiceLinkedRole where ECS or ELB is new to the account
What is not allowed is an answer too: the report says so.
"""


def told(message, hint, status=1):
    print(f"error: {message}\nhint: {hint}", file=sys.stderr)
    return status


def note(text):
    print(text, file=sys.stderr, flush=True)


def arguments(given):
    parser = argparse.ArgumentParser(prog="tests/live/run", description=COSTS, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--cluster", required=True, help="an existing cluster with at least one EC2 container instance")
    parser.add_argument("--subnet", help="a subnet of its instances, for load balancers")
    parser.add_argument("--security-group", help="a security group of the subnet's VPC")
    parser.add_argument("--region", help="otherwise that of the profile or of AWS_DEFAULT_REGION")
    parser.add_argument("--profile", help="otherwise AWS_PROFILE, or the usual way of the `aws` command")
    parser.add_argument("--report", type=pathlib.Path, help="where the report goes; otherwise stdout")
    parser.add_argument("--pace", type=float, default=1.0, help="seconds between two calls (1)")
    parser.add_argument("--clean", action="store_true", help="only delete what earlier runs left behind, by name and tag")
    return parser.parse_args(given)


def versions():
    revision = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return f"host at {revision.stdout.strip() or 'no revision'}, botocore {importlib.metadata.version('botocore')}"


def interrupted(*_):
    # Only once: what cleans up is not interrupted.
    for it in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(it, lambda *_: note("deleting what was made; this cannot be interrupted"))
    raise KeyboardInterrupt


def ask(ground):
    """Puts every question; returns each with its exchanges and why the probe failed, if it did."""
    asked = []
    for number, question in enumerate(QUESTIONS, 1):
        note(f"{number} of {len(QUESTIONS)}: {question.title}")
        first, failure = len(ground.exchanges), None
        try:
            question.probe(ground)
        except Exception as error:  # The other questions are asked all the same, and what was made is deleted.
            failure = f"{type(error).__name__}: {error}"
        asked.append((question, ground.exchanges[first:], failure))
    return asked


def attempt(ground):
    """Tries every text that is ours; returns what was tried, and why the rest was not."""
    tried = []
    note(f"{len(refusals.assumed()) - len(refusals.NOT_TRIED)} calls that should be refused")
    try:
        tried.extend(refusals.attempts(ground))
    except Exception as error:  # As above.
        return tried, f"{type(error).__name__}: {error}"
    return tried, None


def main(given):
    options = arguments(given)
    if os.environ.get("HOST_LIVE_AWS") != "1":
        print(COSTS, file=sys.stderr)
        return told("this would make things at AWS", "set HOST_LIVE_AWS=1 if that is what you want")
    if not options.clean and not (options.subnet and options.security_group):
        return told("no place for load balancers is named", "give `--subnet` and `--security-group`", 64)
    try:
        session = boto3.Session(profile_name=options.profile, region_name=options.region)
        place = {"cluster": options.cluster, "subnet": options.subnet, "group": options.security_group}
        ground = Ground(session, **place, pace=options.pace, note=note)
        problem = None if options.clean else ground.check()
    except (BotoCoreError, ClientError) as error:
        problem = str(error)
    if problem:
        return told(problem, "check `--cluster`, `--region` and `--profile`: `aws ecs describe-clusters`")
    return clean(ground) if options.clean else probe(ground, options)


def clean(ground):
    left = ground.clean(every_run=True)
    if left:
        return told("not everything could be deleted:\n  " + "\n  ".join(left), "run it again, or delete these by hand")
    note("nothing of earlier runs is left")
    return 0


def probe(ground, options):
    for it in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(it, interrupted)
    asked, tried, failure, is_stopped = [], [], "the run ended before", False
    note(f"run {ground.run}: everything that it makes is called so")
    try:
        asked = ask(ground)
        tried, failure = attempt(ground)
    except KeyboardInterrupt:
        is_stopped = True
        note("interrupted")
    finally:
        try:
            left = ground.clean()
        except Exception as error:  # Whatever it is, it must be told that something may be left.
            left = [f"cleaning failed: {type(error).__name__}: {error}"]
    text = page(ground, versions=versions(), asked=asked, tried=tried, failure=failure, left=left)
    if options.report:
        options.report.write_text(text, encoding="utf-8")
        note(f"the report is in {options.report}")
    else:
        print(text)
    if left:
        hint = f"HOST_LIVE_AWS=1 tests/live/run --clean --cluster {ground.cluster} --region {ground.region}"
        return told("something is left behind:\n  " + "\n  ".join(left), hint)
    if is_stopped:
        return 130
    return 1 if failure or any(it[2] for it in asked) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
