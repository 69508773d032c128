//! Prints the manifest and what the native build renders for a JSON list of
//! arguments: `cargo run -q --release -p recipe-elasticsearch --example render-elasticsearch -- '[]'`.

fn main() -> std::process::ExitCode {
    recipe_sdk::json::main(recipe_elasticsearch::describe, recipe_elasticsearch::render)
}
