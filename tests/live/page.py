"""The report of a run, as Markdown to paste."""

from ground import shown
from refusals import NOT_TRIED, assumed, is_same


def fenced(text):
    return f"```json\n{text}\n```"


def exchange_text(exchange):
    """A call word for word."""
    told = f"HTTP {exchange.status}, request {exchange.request_id}" if exchange.request_id else "no request id"
    lines = [f"**{exchange.operation}**: `{exchange.said()}` ({told})", "", "<details><summary>sent and answered</summary>", ""]
    lines += [fenced(shown(exchange.sent)), ""]
    if exchange.answer is not None:
        lines += [fenced(shown(exchange.answer)), ""]
    return "\n".join([*lines, "</details>", ""])


def question_text(number, question, exchanges, failure):
    lines = [f"## {number}. {question.title}", "", f"*Assumed:* {question.assumed}", ""]
    lines += [exchange_text(it) for it in exchanges]
    if failure:
        lines += [f"The probe itself failed: `{failure}`", ""]
    return "\n".join(lines)


def cell(text):
    return " ".join(str(text).split()).replace("|", "\\|")


def refusals_text(tried, failure):
    same = sum(is_same(text, exchange.said()) for _, text, exchange in tried)
    lines = ["## Texts of the simulator that are ours", "", f"{same} of {len(tried)} are what AWS says.", ""]
    lines += ["| rule | operation | assumed | AWS | same | request |", "| --- | --- | --- | --- | --- | --- |"]
    for rule, text, exchange in tried:
        is_so = "yes" if is_same(text, exchange.said()) else "**no**"
        parts = [f"`{rule}`", exchange.operation, text, exchange.said(), is_so, exchange.request_id or ""]
        lines.append(f"| {' | '.join(cell(it) for it in parts)} |")
    lines += ["", "Not tried:", ""]
    lines += [f"- `{rule}`: {why}" for rule, why in NOT_TRIED.items()]
    if failure:
        lines += ["", f"The rest was not tried: `{failure}`"]
    untried = sorted(set(assumed()) - {rule for rule, *_ in tried} - set(NOT_TRIED))
    if untried and not failure:
        lines += [f"- `{rule}`: it has no call yet" for rule in untried]
    return "\n".join([*lines, ""])


def page(ground, *, versions, asked, tried, failure, left):
    """Puts all together; accounts and people are masked."""
    endpoints = ", ".join(it.meta.endpoint_url for it in ground.clients.values())
    head = [
        "# What AWS answered",
        "",
        f"Run `{ground.run}` in {ground.region}, on a cluster with {ground.instances} container instances; {versions}.",
        f"Asked: {endpoints}.",
        "",
    ]
    body = [question_text(number, *one) for number, one in enumerate(asked, 1)]
    foot = ["## Removed", ""]
    foot += [f"- left behind: {it}" for it in left] or ["Everything that was made is deleted.", ""]
    return ground.masked("\n".join([*head, *body, refusals_text(tried, failure), *foot]))
