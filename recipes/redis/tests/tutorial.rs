//! Without parameters the recipe says exactly what the tutorial says.

#[path = "../../sdk/tests/shared/readme.rs"]
mod readme;
#[path = "../../sdk/tests/shared/tutorial.rs"]
mod tutorial;

#[test]
fn no_parameters_say_what_the_tutorial_says() {
    tutorial::check(
        recipe_redis::render,
        Vec::new(),
        &tutorial::Tutorial {
            task_definition: include_str!("tutorial/task-definition.json"),
            load_balancer: include_str!("tutorial/load-balancer.json"),
            service: include_str!("tutorial/service.json"),
        },
    );
}

#[test]
fn the_readme_has_every_parameter() {
    readme::check(&recipe_redis::describe());
}
