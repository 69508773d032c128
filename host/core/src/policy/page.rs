//! The page of all permissions, `host/PERMISSIONS.md`.

use std::fmt::Write as _;

use crate::model::OPERATIONS;
use crate::policy::kind::Kind;
use crate::policy::limits;
use crate::policy::rules::{Rule, Verdict, rules};

/// Every grant, every limit, and what each field of AWS asks for.
pub fn page() -> String {
    let mut page = String::from(
        "# Permissions\n\nA recipe runs in a sandbox; what it *emits* does not. A plain container on the target's network needs nothing. \
         Everything that reaches further needs a grant, and none is given by itself:\n\n\
         ```toml\n[services.redis]\nrecipe = \"redis.wasm\"\ngrants = [\"host-path:/data:rw\", \"log-driver:awslogs\"]\ngranted-to = \"sha256:…\"\n```\n\n\
         Manifests say in the same words, as `capabilities`, what their recipes may ask for; there the scope may be left out, and `{parameter}` \
         stands for the value of a parameter. What counts is what is sent: typed fields and `extra` are one. \
         What is asked for and not declared is an error, granted or not.\n\n\
         **What you type is granted by that**, in three cases: a secret given by a secret parameter, as its token; the ARN of an execution \
         role or certificate given as an argument; and an argument for a parameter that a capability names and whose own name says what it is, \
         which is exactly what was typed and nothing else: `host-path:{data-path}:rw` and `--set data-path=/srv/redis`. So it is with host paths \
         (`path` in the name and as the format; no folder of the system, such as `/etc` or `/var`), shared docker volumes (`volume`) and their drivers (`driver`), \
         EFS (`efs`), images (`image`), host ports (`port`), and how much (`count`, `cpu`, `memory`). A parameter whose name \
         says `http`, `url`, `health`, `check`, `container`, `mount`, `inside`, `retry`, `connections` or the like, or begins with `load-balancer`, is about something else. A default is the recipe's own and \
         takes a grant. `--set`, `--params` and `parameters` of `host.toml` are all typed by you.\n\n\
         Grants are for the recipe whose file the service of `host.toml` names: another file that calls itself the same has none. \
         A grant holds for the bytes of a recipe, which `granted-to` names; without it for whatever bytes lie there, and a warning says so. A changed recipe that asks for the same or less than what runs goes on; one that asks for more \
         stops with the difference, until `granted-to = \"sha256:…\"` of the service names it. What an argument lets through counts, too, where \
         what runs asks for nothing of that kind: the same `data-path` may have been a folder of the container before. Another value of an \
         argument goes on, and so does more of tasks, CPU and memory that you typed. What runs is told by the tags of services and \
         load balancers, not by their names, which are the recipe's to choose. Where nothing of the service runs yet, a \
         `granted-to` that names other bytes grants these nothing.\n\n\
         `host render`, `plan` and `run` refuse what is not granted, saved plans too, and every call of a plan is checked once more just before \
         it is sent. `host rollback` refuses a revision that asks for what neither what runs asks for nor a grant of today gives; what an argument may \
         have let through back then is a warning, and secrets are not looked at. Where a run fails and is turned back by itself, it goes to the \
         revision that was seen steady before, and no grant is asked for: it was let through when it was made, also where a grant was taken back \
         since (`--on-failure keep` leaves the service as it is). `host inspect` lists what a recipe may ask for, `plan` and `run` tell what it did ask for and what let it through \
         (`permissions` in JSON).\n\n\
         This page is made from the tables in `host/core/src/policy`.\n\n## Grants\n\n\
         A scope goes as far as it says and to what lies below it; `*` stands for any letters in names, settings and ARNs; in the parts of an ARN before its last, and in the registry of an image, for letters of that part alone.\n\n\
         | grant | allows |\n|---|---|\n",
    );
    for kind in Kind::ALL {
        let _ = writeln!(
            page,
            "| `{}{}` | {} |",
            kind.word(),
            cell(kind.form().sample()),
            kind.allows()
        );
    }
    let _ = write!(
        page,
        "\n## Limits\n\n| what | free | more by |\n|---|---|---|\n\
         | tasks of a service | {} | `tasks:N` |\n\
         | CPU units of all its tasks | {} | `cpu:N` |\n\
         | MiB of all its tasks | {} | `memory:N` |\n\
         | load balancers of the stack | {} | `load-balancers` in `[limits]` of `host.toml` |\n\
         | host ports | from {} on | `host-port:N` |\n",
        limits::TASKS,
        limits::CPU,
        limits::MEMORY,
        limits::LOAD_BALANCERS,
        limits::HOST_PORT
    );
    page.push_str(
        "\n`digest-only = true` in `[limits]` takes only images that are named by digest.\n",
    );
    page.push_str(
        "\n## Fields\n\n*free* asks for nothing; *target* must be what the target says, *own* the blueprint's own load balancer; *host* is filled by the host, and no recipe can say it; \
         *never* is given by no grant. A field or value that is not in this table asks for `raw-json`.\n",
    );
    for operation in OPERATIONS {
        let _ = write!(
            page,
            "\n### {operation}\n\n| field | asks for | |\n|---|---|---|\n"
        );
        rules()
            .iter()
            .filter(|it| it.operation == operation)
            .for_each(|it| page += &row(it));
    }
    page
}

fn row(rule: &Rule) -> String {
    let asks = match rule.verdict {
        Verdict::Free => "free".to_owned(),
        Verdict::Grant(kind) => format!("`{}`", kind.word()),
        Verdict::Target => "target".to_owned(),
        Verdict::Own => "own".to_owned(),
        Verdict::Host => "host".to_owned(),
        Verdict::Never => "never".to_owned(),
    };
    format!("| `{}` | {asks} | {} |\n", rule.path, rule.note)
}

/// Text that does not end the cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
