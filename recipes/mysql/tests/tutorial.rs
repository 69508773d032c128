//! The tutorial only names its mysql service: it has the shape of the others,
//! with a data volume, and with a secret for the password.

#[path = "../../sdk/tests/shared/readme.rs"]
mod readme;
#[path = "../../sdk/tests/shared/tutorial.rs"]
mod tutorial;

use recipe_sdk::Argument;

#[test]
fn the_secret_alone_gives_the_shape_of_the_tutorial() {
    let arguments = vec![
        Argument::secret(
            "root-password",
            "arn:aws:ssm:us-east-1:123456789012:parameter/mysql",
        ),
        Argument::text(
            "execution-role",
            "arn:aws:iam::123456789012:role/ecsTaskExecutionRole",
        ),
    ];
    tutorial::check(
        recipe_mysql::render,
        arguments,
        &tutorial::Tutorial {
            task_definition: include_str!("tutorial/task-definition.json"),
            load_balancer: include_str!("tutorial/load-balancer.json"),
            service: include_str!("tutorial/service.json"),
        },
    );
}

#[test]
fn the_readme_has_every_parameter() {
    readme::check(&recipe_mysql::describe());
}
