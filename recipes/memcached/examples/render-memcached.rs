//! Prints the manifest and what the native build renders for a JSON list of
//! arguments: `cargo run -q --release -p recipe-memcached --example render-memcached -- '[]'`.

fn main() -> std::process::ExitCode {
    recipe_sdk::json::main(recipe_memcached::describe, recipe_memcached::render)
}
