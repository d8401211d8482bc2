//! `policy explain`: one rule as a page, for the person whose code it complains about. Knows words only.

use super::{Command, Exit, Shell, common, policy_file};
use crate::document::mistake::nearest;
use crate::formats::escape;
use crate::kinds::KINDS;
use crate::packs;
use crate::policy::builtin::BUILTINS;
use crate::policy::{Exemption, PathScope, Policy, Rule, Schedule, days_ahead};
use clap::{Arg, ArgMatches};
use jiff::civil::Date;
use std::fmt::Write as _;

/// The command.
pub(super) static COMMAND: Command = Command { name: "explain", define, run };

fn define(command: clap::Command) -> clap::Command {
    command
        .about("Tell why a rule is there, where it holds, and what to use instead")
        .arg(
            Arg::new("rule")
                .value_name("RULE")
                .required(true)
                .help("Id of a rule or of a built-in finding, `pack:NAME`, or `verb:NAME`"),
        )
        .after_help(
            "\
Examples:
  policy explain no-old-http
  policy explain deprecated-libraries/pytz
  policy explain pack:deprecated-libraries
  policy explain verb:allow-only
  policy explain policy/missing-target",
        )
}

fn run(matches: &ArgMatches, shell: &mut Shell<'_>) -> Exit {
    let id = matches.get_one::<String>("rule").map_or("", String::as_str);
    if let Some(builtin) = BUILTINS.iter().find(|builtin| builtin.id == id) {
        let short = id.trim_start_matches("policy/");
        let written = writeln!(
            shell.out,
            "{id} ({} unless the policy says otherwise)\n\n  {}\n\nTo change its level, write into the policy:\n\n  policy:\n    {short}: error",
            builtin.level, builtin.about
        );
        return common::printed(shell, written, Exit::Clean);
    }
    if let Some(name) = id.strip_prefix("pack:") {
        let Some(pack) = policy_file::pack(name) else {
            let help = "`policy rules --packs` lists all";
            return common::fail(shell, &format!("there is no pack `{name}`"), help);
        };
        return tell(&pack_page(name, &pack), shell);
    }
    if let Some(verb) = id.strip_prefix("verb:") {
        let Some(kind) = KINDS.iter().find(|kind| kind.key == verb) else {
            let known: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
            return common::fail(
                shell,
                &format!("there is no verb `{verb}`"),
                &format!("there are: {}", known.join(", ")),
            );
        };
        let text = format!("{verb}, a verb\n\n  {}\n\nFor example:\n\n  {}", kind.about, kind.example);
        return tell(&text, shell);
    }
    let (_, policy, _) = match policy_file::here(matches, shell.err_columns, shell) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    let Some(rule) = policy.rule(id) else {
        let known = policy.rules.iter().map(|rule| &*rule.id).chain(BUILTINS.iter().map(|builtin| builtin.id));
        let help = match nearest(id, known) {
            Some(near) => format!("did you mean `{near}`? `policy rules` lists all"),
            None => "`policy rules` lists all".to_owned(),
        };
        return common::fail(shell, &format!("there is no rule `{id}`"), &help);
    };
    let text = page(&policy, rule, shell.today);
    tell(&text, shell)
}

fn tell(text: &str, shell: &mut Shell<'_>) -> Exit {
    let lines: Vec<String> = text.lines().map(|line| escape::line(line).into_owned()).collect();
    let written = writeln!(shell.out, "{}", lines.join("\n"));
    common::printed(shell, written, Exit::Clean)
}

fn page(policy: &Policy, rule: &Rule, today: Date) -> String {
    let mut text = String::new();
    let place = policy.source_of(rule).line(rule.span);
    let _ = writeln!(text, "{} ({}), {}:{}", rule.id, rule.usual_level(today), place.path, place.start.line);
    origin(policy, rule, today, &mut text);
    text.push('\n');
    let _ = writeln!(text, "  {}: {}", rule.kind.key, rule.judge.entries().join(", "));
    schedule(rule.schedule.as_ref(), today, &mut text);
    if let Some(instead) = &rule.instead {
        let _ = writeln!(text, "  instead: {}", instead.text);
    }
    for (name, successor) in rule.judge.replacements() {
        let _ = writeln!(text, "    {name} -> {successor}");
    }
    for (what, value) in [("why", &rule.why), ("docs", &rule.docs), ("owner", &rule.owner)] {
        if let Some(value) = value {
            let mut lines = value.lines();
            let _ = writeln!(text, "  {what}: {}", lines.next().unwrap_or_default());
            lines.for_each(|line| {
                let _ = writeln!(text, "       {line}");
            });
        }
    }
    scope(&rule.scope, &mut text);
    if let Some((_, python)) = &rule.python {
        let target = policy.python.target;
        let here = if rule.holds_for(target) { "" } else { ", so the rule is silent" };
        let _ = writeln!(text, "  python: {python} (the target here is {}.{}{here})", target.0, target.1);
    }
    for (context, level) in &rule.contexts {
        let name = crate::context::Context::ALL.iter().find(|(_, c)| c == context).map_or("", |(name, _)| name);
        let _ = writeln!(text, "  {name}: {level}");
    }
    for (surface, level) in &rule.surfaces {
        let _ = writeln!(text, "  on {}: {level}", surface.as_str());
    }
    if !rule.groups.is_empty() {
        let _ = writeln!(text, "  groups: {}", rule.groups.join(", "));
    }
    match (rule.suppressible, rule.max_suppressions) {
        (false, _) => text.push_str("  comments cannot suppress it\n"),
        (true, Some((budget, _))) => {
            let _ = writeln!(text, "  comments may suppress it {budget} times");
        }
        (true, None) => {}
    }
    if !rule.exemptions.is_empty() {
        let _ = writeln!(text, "\nAllowed nevertheless:\n");
        rule.exemptions.iter().for_each(|exemption| describe(exemption, &mut text));
    }
    for example in &rule.examples {
        for (title, code) in [("Not so", &example.bad), ("But so", &example.good)] {
            let Some(code) = code else { continue };
            let place = example.path.as_ref().map(|path| format!(", in {}", path.text)).unwrap_or_default();
            let _ = writeln!(text, "\n{title}{place}:\n");
            code.text.lines().for_each(|line| {
                let _ = writeln!(text, "    {line}");
            });
        }
    }
    text
}

/// When a level changes.
fn schedule(schedule: Option<&Schedule>, today: Date, text: &mut String) {
    let Some(schedule) = schedule else { return };
    for (from, level) in schedule.steps() {
        let ahead = if from > today { format!(" ({})", days_ahead(today, from)) } else { String::new() };
        let _ = writeln!(text, "  {level} from {from}{ahead}");
    }
}

/// Which policies pulled a rule in, and what the root's changes of it.
fn origin(policy: &Policy, rule: &Rule, today: Date, text: &mut String) {
    let mut at = rule.source;
    while let Some(pulled) = policy.pulled_at(at) {
        let asked_by = policy.pulled_at(pulled.asked_by).map_or(&policy.source, |pulled| &pulled.source);
        let line = asked_by.line(pulled.asked);
        let _ = writeln!(text, "pulled in by {}:{}", line.path, line.start.line);
        at = pulled.asked_by;
    }
    for change in &rule.overrides {
        let line = policy.source.line(change.span);
        let _ = write!(text, "changed by {}:{}", line.path, line.start.line);
        let level = change.level.map(|level| format!("level {level}"));
        let instead = change.instead.as_ref().map(|instead| format!("instead {}", instead.text));
        let owner = change.owner.as_ref().map(|owner| format!("owner {owner}"));
        let until = change.until.map(|until| format!("until {until}"));
        let globs: Vec<&str> = change.within.iter().map(|(glob, _)| glob.as_str()).collect();
        let within = (!globs.is_empty()).then(|| format!("in {}", globs.join(", ")));
        let ended = change.is_expired(today).then(|| "which is over".to_owned());
        let parts: Vec<String> = [level, instead, owner, within, until, ended].into_iter().flatten().collect();
        let _ = write!(text, ": {}", parts.join(", "));
        match &change.why {
            Some(why) => {
                let _ = writeln!(text, " ({why})");
            }
            None => text.push('\n'),
        }
    }
}

/// A pack as a page: what it is for, and its rules.
fn pack_page(name: &str, pack: &Policy) -> String {
    let mut text = format!("pack:{name}, {} rules\n\n", pack.rules.len());
    let _ = writeln!(text, "  {}\n", packs::about(pack.source.text()));
    let _ = writeln!(text, "To pull it in, write into the policy:\n\n  extends: [pack:{name}]\n\nIts rules:\n");
    for rule in &pack.rules {
        let _ = writeln!(text, "  {name}/{} ({})", rule.id, rule.level);
    }
    text
}

fn scope(scope: &PathScope, text: &mut String) {
    for (what, globs) in [("in", &scope.within), ("not in", &scope.without)] {
        if !globs.is_empty() {
            let globs: Vec<&str> = globs.iter().map(|(glob, _)| glob.as_str()).collect();
            let _ = writeln!(text, "  {what}: {}", globs.join(", "));
        }
    }
}

fn describe(exemption: &Exemption, text: &mut String) {
    let _ = write!(text, "  {}", exemption.glob.as_str());
    if let Some(scope) = &exemption.scope {
        let _ = write!(text, "::{scope}");
    }
    if !exemption.names.is_empty() {
        let names: Vec<&str> = exemption.names.iter().map(super::super::pattern::name::NamePattern::as_str).collect();
        let _ = write!(text, " for {}", names.join(", "));
    }
    if !exemption.via.is_empty() {
        let _ = write!(text, " pulled in by nothing but {}", exemption.via.join(", "));
    }
    if let Some(max) = exemption.max {
        let _ = write!(text, ", at most {max} times");
    }
    if let Some(until) = exemption.until {
        let _ = write!(text, ", until {until}");
    }
    if let Some(owner) = &exemption.owner {
        let _ = write!(text, ", {owner}");
    }
    match &exemption.why {
        Some(why) => {
            let _ = writeln!(text, ": {why}");
        }
        None => text.push('\n'),
    }
}
