//! Prints the manifest and what the native build renders for a JSON list of
//! arguments: `cargo run -q --release -p recipe-redis --example render-redis -- '[]'`.

fn main() -> std::process::ExitCode {
    recipe_sdk::json::main(recipe_redis::describe, recipe_redis::render)
}
