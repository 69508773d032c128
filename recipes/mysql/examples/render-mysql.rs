//! Prints the manifest and what the native build renders for a JSON list of
//! arguments: `cargo run -q --release -p recipe-mysql --example render-mysql -- '[]'`.

fn main() -> std::process::ExitCode {
    recipe_sdk::json::main(recipe_mysql::describe, recipe_mysql::render)
}
