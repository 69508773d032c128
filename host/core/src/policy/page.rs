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
         ```toml\n[services.redis]\nrecipe = \"redis.wasm\"\ngrants = [\"host-path:/data:rw\", \"log-driver:awslogs\"]\n```\n\n\
         Manifests say in the same words, as `capabilities`, what their recipes may ask for; there the scope may be left out, and `{parameter}` \
         stands for the value of a parameter. What counts is what is sent: typed fields and `extra` are one. \
         A secret that the user gives by a secret parameter, and an execution role or certificate given as an argument, need no grant more.\n\n\
         A grant holds for the bytes of a recipe. A changed recipe that asks for the same or less goes on; one that asks for more stops with the \
         difference, until `granted-to = \"sha256:…\"` of the service names it.\n\n\
         This page is made from the tables in `host/core/src/policy`. **No command asks for grants yet**: until one does, read \
         what a recipe emits with `host render`.\n\n## Grants\n\n\
         A scope goes as far as it says and to what lies below it; `*` stands for any letters in names, settings and ARNs.\n\n\
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
         | load balancers of a stack | {} | `load-balancers` in `[limits]` |\n\
         | host ports | from {} on | `host-port:N` |\n",
        limits::TASKS,
        limits::CPU,
        limits::MEMORY,
        limits::LOAD_BALANCERS,
        limits::HOST_PORT
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
