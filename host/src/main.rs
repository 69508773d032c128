//! The program: arguments in, an exit status out.

fn main() -> std::process::ExitCode {
    host::commands::main(std::env::args_os()).into()
}
