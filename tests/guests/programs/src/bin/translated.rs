//! The cases that need a translator of shaders, and all others.

fn main() -> std::process::ExitCode {
    programs::entry::main()
}
