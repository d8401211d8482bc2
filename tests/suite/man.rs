//! Pages for man: each command has one, it names every option, and it asks man for nothing odd.

use super::harness::run;
use policy::cli::{COMMANDS, command_line};

/// What a page may ask for at the start of a line.
const REQUESTS: &[&str] = &[".TH", ".SH", ".TP", ".PP", ".RS", ".RE", ".IP", ".br", ".sp", ".nf", ".fi", ".ie", ".el"];
/// What may follow a backslash.
const ESCAPES: &[&str] = &["-", "fB", "fI", "fR", "(bu", "(aq", "n(.g", "*(Aq", "e", "&"];

#[test]
fn every_command_has_a_page_that_names_every_option() {
    let place = tempfile::tempdir().unwrap();
    let all = run(place.path(), &["man", "--output", "pages/man1"]);
    assert_eq!((all.code, all.stdout.as_str(), all.stderr.as_str()), (0, "", ""));
    let line = command_line();
    let names = std::iter::once(None).chain(COMMANDS.iter().map(|command| Some(command.name)));
    for name in names {
        let page = run(place.path(), &["man"].into_iter().chain(name).collect::<Vec<_>>());
        assert_eq!((page.code, page.stderr.as_str()), (0, ""), "{name:?}");
        let page = page.stdout;
        let title = name.map_or("policy".to_owned(), |name| format!("policy-{name}"));
        let written = std::fs::read_to_string(place.path().join(format!("pages/man1/{title}.1"))).unwrap();
        assert_eq!(page, written, "{title}: the same page either way");
        asks_for_nothing_odd(&title, &page);
        let command = name.map_or(&line, |name| line.find_subcommand(name).unwrap());
        let longs = command.get_arguments().filter_map(|own| own.get_long());
        for long in longs {
            let shown = format!("\n\\fB\\-\\-{}\\fR", long.replace('-', "\\-"));
            let with_short = format!(", {}", shown.trim_start());
            assert!(page.contains(&shown) || page.contains(&with_short), "{title} does not tell --{long}");
        }
        // What the help says, the page says.
        let plain = page.replace("\\-", "-").replace("\\*(Aq", "'");
        assert!(plain.contains(&command.get_about().unwrap().to_string()), "{title} does not say what it is");
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        for example in help.lines().filter_map(|line| line.strip_prefix("  ")) {
            assert!(plain.contains(example), "{title} has no example {example}");
        }
        assert!(page.contains("\n.nf\n"), "{title} has no examples");
    }
    assert_eq!(std::fs::read_dir(place.path().join("pages/man1")).unwrap().count(), COMMANDS.len() + 1);
}

fn asks_for_nothing_odd(title: &str, page: &str) {
    for line in page.lines() {
        let request = line.split(' ').next().unwrap_or_default();
        let is_request = line.starts_with('.');
        assert!(!is_request || REQUESTS.contains(&request), "{title}: {line}");
        assert!(!line.starts_with('\'') && !line.is_empty() && line.trim_end() == line, "{title}: {line:?}");
        let mut rest = line;
        while let Some((_, behind)) = rest.split_once('\\') {
            let escape = ESCAPES.iter().find(|own| behind.starts_with(**own));
            let escape = escape.unwrap_or_else(|| panic!("{title}: an escape in {line}"));
            rest = &behind[escape.len()..];
        }
    }
    assert_eq!(page.matches(".nf\n").count(), page.matches(".fi\n").count(), "{title}");
}
