//! The binary: collects what the system hands over, runs one command line, and gives back its exit code.

use policy::cli::{Exit, Shell, run};
use std::io::{BufWriter, IsTerminal, Write, stderr, stdin, stdout};
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

fn main() -> ExitCode {
    // A panic in one file becomes a problem of that file, which is told; its own text would only be noise.
    std::panic::set_hook(Box::new(|_| {}));
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    let color = match (set("NO_COLOR") || is_dumb, set("CLICOLOR_FORCE")) {
        (true, _) => Some(false),
        (_, true) => Some(true),
        _ => None,
    };
    let columns =
        |is_terminal: bool| is_terminal.then(|| terminal_size::terminal_size().map_or(100, |(w, _)| usize::from(w.0)));
    let mut shell = Shell {
        out: &mut BufWriter::new(stdout()),
        err: &mut stderr(),
        input: &mut stdin(),
        working: std::env::current_dir().unwrap_or_default(),
        trouble: None,
        today: jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date(),
        git_index: std::env::var_os("GIT_INDEX_FILE").map(Into::into),
        out_columns: columns(stdout().is_terminal()),
        err_columns: columns(stderr().is_terminal()),
        color,
    };
    // Whatever goes wrong, it never looks like a clean run.
    let ended = std::panic::catch_unwind(AssertUnwindSafe(|| run(std::env::args_os(), &mut shell)));
    let exit = ended.unwrap_or_else(|_| {
        let _ = writeln!(stderr(), "error: the tool failed; nothing that it printed is to be trusted");
        let _ = writeln!(stderr(), "  help: report it with the command line and, where you can, the file");
        Exit::Failed
    });
    ExitCode::from(exit.code())
}
