//! Every case but those that need a translator of shaders.

fn main() -> std::process::ExitCode {
    programs::entry::main()
}
