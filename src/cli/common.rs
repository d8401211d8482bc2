//! What every command shares: `--policy`, `--root`, `--color`, `--threads`, and telling trouble. Knows arguments and
//! streams only.

use super::{Exit, Shell};
use crate::disk::{Place, PlaceError, Request, absolute, locate, plain};
use crate::formats::{Style, escape};
use crate::level::Level;
use crate::policy::parse_date;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use jiff::civil::Date;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Arguments of every command. Each command's help names them; that of the tool tells what they do.
fn shared() -> [Arg; 5] {
    [
        Arg::new("policy")
            .long("policy")
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .help("The policy to use, instead of the one that is found"),
        Arg::new("root")
            .long("root")
            .value_name("DIR")
            .value_parser(value_parser!(PathBuf))
            .help("The folder that paths and patterns start from"),
        Arg::new("color")
            .long("color")
            .value_name("WHEN")
            .value_parser(PossibleValuesParser::new(["auto", "always", "never"]))
            .default_value("auto")
            .help("Colours: auto, always or never"),
        Arg::new("threads")
            .long("threads")
            .value_name("N")
            .value_parser(value_parser!(u16).range(1..=256))
            .help("Threads; one for each core by default"),
        Arg::new("today")
            .long("today")
            .value_name("DATE")
            .value_parser(read_date)
            .help("The day for which dates in the policy are judged; today (UTC) by default"),
    ]
}

/// Adds the shared arguments.
pub(super) fn arguments(command: clap::Command) -> clap::Command {
    let names: Vec<String> = shared().iter().map(spelt).collect();
    let everywhere = format!("Everywhere: {}; see `policy --help`", names.join(", "));
    let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let help = Arg::new("help").short('h').long("help").action(ArgAction::HelpShort).help("Print help");
    let shared = shared().into_iter().map(|arg| arg.help_heading("Everywhere")).chain([help]);
    let shared = shared.map(|arg| arg.hide_short_help(true).hide_long_help(true));
    command.disable_help_flag(true).args(shared).after_help(format!("{}\n\n{everywhere}", after.trim_end()))
}

/// What the shared arguments do, for the help of the tool.
#[must_use]
pub(super) fn everywhere() -> String {
    let mut text = "Everywhere:\n".to_owned();
    for arg in shared() {
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "  {:<18}{help}", spelt(&arg));
    }
    text
}

/// An argument and its value as they are typed.
fn spelt(arg: &Arg) -> String {
    let value = arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    format!("--{} {value}", arg.get_id())
}

/// The `PATH...` argument.
#[must_use]
pub(super) fn paths() -> Arg {
    Arg::new("paths")
        .value_name("PATH")
        .num_args(0..)
        .value_parser(value_parser!(PathBuf))
        .help("Files and folders; the working folder by default")
}

/// How to draw on a stream with these columns.
#[must_use]
pub(super) fn style(matches: &ArgMatches, columns: Option<usize>, environment: Option<bool>) -> Style {
    let color = match matches.get_one::<String>("color").map(String::as_str) {
        Some("always") => true,
        Some("never") => false,
        _ => environment.unwrap_or(columns.is_some()),
    };
    Style { color, width: columns.unwrap_or(100), limit: usize::MAX, fail_level: Level::Error, group_by: None }
}

fn read_date(text: &str) -> Result<Date, String> {
    parse_date(text).ok_or_else(|| "write it as `2026-12-31`".to_owned())
}

/// `--today`.
#[must_use]
pub(super) fn today(matches: &ArgMatches) -> Option<Date> {
    matches.get_one::<Date>("today").copied()
}

/// `--threads`; 0 for one on each core.
#[must_use]
pub(super) fn threads(matches: &ArgMatches) -> usize {
    matches.get_one::<u16>("threads").copied().map_or(0, usize::from)
}

/// Root and policy for a command whose first path is `first`.
///
/// # Errors
/// When there is none; it has been told.
pub(super) fn place(matches: &ArgMatches, first: PathBuf, shell: &mut Shell<'_>) -> Result<Place, Exit> {
    let path = |name: &str| matches.get_one::<PathBuf>(name).map(|path| absolute(&shell.working, path));
    let request = Request { root: path("root"), policy: path("policy"), first };
    locate(&request).map_err(|error| {
        let working = shell.working.clone();
        let show = |path: &Path| path.strip_prefix(&working).unwrap_or(path).display().to_string();
        let (what, help) = match &error {
            PlaceError::Missing(path) => (format!("`{}` does not exist", show(path)), "correct the path".to_owned()),
            PlaceError::NoFolder(path) => {
                (format!("`{}` is no folder", show(path)), "`--root` names a folder".to_owned())
            }
            PlaceError::TwoPolicies(path) => (
                format!("both `policy.yaml` and `.policy.yaml` lie in `{}`", path.display()),
                "keep one of them, or name one with `--policy`".to_owned(),
            ),
        };
        fail(shell, &what, &help)
    })
}

/// Tells why a command cannot do its job.
pub(super) fn fail(shell: &mut Shell<'_>, what: &str, help: &str) -> Exit {
    shell.trouble = Some((what.to_owned(), help.to_owned()));
    let what = escape::line(what);
    let _ = writeln!(shell.err, "error: {what}");
    for line in help.lines() {
        let _ = writeln!(shell.err, "  help: {}", escape::line(line));
    }
    Exit::Failed
}

/// Ends a command that only prints: a line that was not written is a failure, and a closed pipe says nothing more.
pub(super) fn printed(shell: &mut Shell<'_>, written: std::io::Result<()>, exit: Exit) -> Exit {
    match written.and_then(|()| shell.out.flush()) {
        Ok(()) => exit,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Failed,
        Err(error) => {
            let what = format!("the output could not be written: {}", plain(&error));
            fail(shell, &what, "free the place behind standard output, or send it elsewhere")
        }
    }
}
