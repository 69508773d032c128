//! The program: arguments in, an exit status out.

fn main() -> std::process::ExitCode {
    // It starts itself once more to compile what is large, within limits of the system.
    if let Some(status) = host::component::serve(std::env::args_os()) {
        return status;
    }
    host::commands::main(std::env::args_os()).into()
}
