//! mysql: a database with a data volume behind an internal load balancer.

use recipe_sdk::parameter::{integer, secret, text};
use recipe_sdk::{Arguments, Diagnostic, Draft, Edition, Secret, TcpService, tcp_service};

/// As the tutorial of 2015 has its other services; it only names this one.
const TUTORIAL: Edition = Edition {
    name: "tutorial",
    image: "mysql",
    cpu: 128,
    memory: 256,
    ..Edition::EMPTY
};

/// The newest of the 8.4 line, which has long-term support, in the Docker
/// Official Images of August 2026. With its own settings it uses about 450 MiB
/// when idle, 128 of them the buffer pool. The first start fills the data folder,
/// which takes up to a minute.
const CURRENT: Edition = Edition {
    name: "current",
    image: "mysql:8.4.11",
    cpu: 256,
    memory: 1024,
    memory_reservation: Some(640),
    grace_period: Some(120),
};

/// MiB below which no mysql since 8.0 starts with its own settings.
const LEAST_MEMORY: u32 = 512;

recipe_sdk::export!(recipe());

fn recipe() -> TcpService {
    tcp_service("mysql", 3306)
        .scheme("mysql")
        .edition(TUTORIAL)
        .edition(CURRENT)
        .data_volume("mysql-data", "/var/lib/mysql")
        .stateful()
        .parameter(
            secret("root-password")
                .required()
                .describe("the password of the user `root`"),
        )
        .parameter(
            text("database")
                .pattern("[A-Za-z0-9_$]{1,64}")
                .describe("a database to create on the first start"),
        )
        .parameter(
            text("user")
                .pattern("[A-Za-z0-9_$.-]{1,32}")
                .describe("a user to create on the first start, with `user-password`"),
        )
        .parameter(secret("user-password").describe("the password of `user`"))
        .parameter(
            text("character-set")
                .pattern("[a-z0-9]{1,32}")
                .describe("of new databases; otherwise utf8mb4"),
        )
        .parameter(
            integer("max-connections", 1, 100_000).describe("clients at once; otherwise 151"),
        )
        .adjust(adjust)
}

fn adjust(arguments: &Arguments, draft: &mut Draft) -> Result<(), Diagnostic> {
    let user: Option<&str> = arguments.get("user")?;
    let user_password: Option<Secret<'_>> = arguments.get("user-password")?;
    for (variable, value) in [
        ("MYSQL_DATABASE", arguments.get::<&str>("database")?),
        ("MYSQL_USER", user),
    ] {
        if let Some(value) = value {
            draft.container.set_variable(variable, value);
        }
    }
    draft
        .container
        .set_secret("MYSQL_ROOT_PASSWORD", arguments.need("root-password")?);
    if let Some(password) = user_password {
        draft.container.set_secret("MYSQL_PASSWORD", password);
    }
    let options = [
        (
            "--character-set-server",
            arguments.get::<&str>("character-set")?.map(str::to_owned),
        ),
        (
            "--max-connections",
            arguments
                .get::<u32>("max-connections")?
                .map(|it| it.to_string()),
        ),
    ];
    draft.set_options("mysqld", options);
    draft
        .findings
        .extend(check_user(user, user_password.is_some()));
    draft.findings.extend(check_memory(draft.memory()));
    Ok(())
}

fn check_user(user: Option<&str>, has_password: bool) -> Option<Diagnostic> {
    match (user, has_password) {
        (Some("root"), _) => Some(
            Diagnostic::error(
                "parameters.user",
                "`root` is there already, and the image refuses to create it",
            )
            .hint("leave `user` out, or take another name"),
        ),
        (Some(user), false) => Some(
            Diagnostic::error(
                "parameters.user-password",
                format!("the user `{user}` is not created without a password"),
            )
            .hint("`--set user-password=` the ARN of a secret"),
        ),
        (None, true) => Some(
            Diagnostic::error(
                "parameters.user",
                "there is a `user-password`, but no user to give it to",
            )
            .hint("set `user` too, or leave `user-password` out"),
        ),
        _ => None,
    }
}

fn check_memory(memory: u32) -> Option<Diagnostic> {
    (memory < LEAST_MEMORY).then(|| {
        Diagnostic::warning(
            "parameters.memory",
            format!("{memory} MiB is too little for mysql since 8.0: it is killed while it starts"),
        )
        .hint(format!("raise `memory` to {LEAST_MEMORY} or more; `--set edition=current` takes sizes that start today"))
    })
}

#[cfg(test)]
mod tests {
    use recipe_sdk::Argument;
    use recipe_sdk::json::Rendered;
    use serde_json::json;

    /// The current edition with what it needs, and its data kept, so that it
    /// finds nothing by itself.
    fn current<const N: usize>(arguments: [Argument; N]) -> Rendered {
        let needed = [
            Argument::secret("root-password", "root-token"),
            Argument::text(
                "execution-role",
                "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
            ),
            Argument::text("edition", "current"),
            Argument::text("data-path", "/srv/mysql"),
        ];
        Rendered::new(super::render, needed.into_iter().chain(arguments))
    }

    #[test]
    fn the_current_edition_is_pinned_and_finds_nothing() {
        let mysql = current([]);
        assert!(mysql.findings().is_empty());
        assert_eq!(mysql.container("image"), "mysql:8.4.11");
        assert_eq!(mysql.container("command"), &json!([]));
        assert_eq!(
            mysql.container("secrets"),
            &json!([["MYSQL_ROOT_PASSWORD", "root-token"]])
        );
        assert_eq!(mysql.at("/service/health-check-grace-period-seconds"), 120);
    }

    #[test]
    fn the_tutorial_warns_of_its_memory_and_of_its_data() {
        let mysql = current([Argument::integer("memory", 256)]);
        assert_eq!(mysql.findings(), [("warning", "parameters.memory")]);
        let needed = [
            Argument::secret("root-password", "root-token"),
            Argument::text(
                "execution-role",
                "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
            ),
        ];
        let warnings = ["parameters.data-path", "parameters.memory"].map(|path| ("warning", path));
        assert_eq!(Rendered::new(super::render, needed).findings(), warnings);
    }

    #[test]
    fn without_the_password_or_the_role_it_says_which() {
        assert_eq!(
            Rendered::new(super::render, []).findings(),
            [("error", "parameters.root-password")]
        );
        let mysql = Rendered::new(
            super::render,
            [Argument::secret("root-password", "root-token")],
        );
        assert!(mysql.is_refused());
        assert!(
            mysql
                .findings()
                .contains(&("error", "parameters.execution-role"))
        );
    }

    #[test]
    fn a_database_and_a_user_are_created() {
        let mysql = current([
            Argument::text("database", "search"),
            Argument::text("user", "app"),
            Argument::secret("user-password", "app-token"),
        ]);
        assert!(mysql.findings().is_empty());
        assert_eq!(
            mysql.container("environment"),
            &json!([["MYSQL_DATABASE", "search"], ["MYSQL_USER", "app"]])
        );
        assert_eq!(
            mysql.container("secrets")[1],
            json!(["MYSQL_PASSWORD", "app-token"])
        );
    }

    #[test]
    fn a_user_and_its_password_go_together() {
        let user = |name| Argument::text("user", name);
        let password = || Argument::secret("user-password", "app-token");
        assert_eq!(
            current([user("app")]).findings(),
            [("error", "parameters.user-password")]
        );
        assert_eq!(
            current([password()]).findings(),
            [("error", "parameters.user")]
        );
        assert_eq!(
            current([user("root"), password()]).findings(),
            [("error", "parameters.user")]
        );
    }

    #[test]
    fn options_become_the_command() {
        let mysql = current([
            Argument::text("character-set", "latin1"),
            Argument::integer("max-connections", 500),
        ]);
        let command = json!([
            "mysqld",
            "--character-set-server",
            "latin1",
            "--max-connections",
            "500"
        ]);
        assert_eq!(mysql.container("command"), &command);
    }

    #[test]
    fn a_secret_is_no_plain_variable() {
        let mysql = current([Argument::list("environment", ["MYSQL_ROOT_PASSWORD=plain"])]);
        assert_eq!(mysql.findings(), [("error", "parameters.environment")]);
    }
}
