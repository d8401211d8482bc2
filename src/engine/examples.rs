//! A rule's own examples, judged. Knows what an example promises; must not know how failures are shown.

use super::{Engine, Follow, Keep};
use crate::document::fields::Spanned;
use crate::policy::Rule;
use crate::readers;
use crate::repo_path::RepoPath;
use crate::source::Source;

/// An example that does not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The rule.
    pub rule: String,
    /// Which policy it stands in, as [`Rule::source`] counts.
    pub source: usize,
    /// The code, with its place in the policy.
    pub code: Spanned,
    /// What is wrong.
    pub message: String,
}

/// Judges the examples of all rules: how many pieces of code there are in the root's policy and in all, and which do not
/// hold.
#[must_use]
pub fn run_examples(engine: &Engine<'_>) -> (usize, usize, Vec<Failure>) {
    let mut own = 0;
    let mut count = 0;
    let mut failures = Vec::new();
    for rule in &engine.policy.rules {
        for example in &rule.examples {
            let path = example.path.as_ref().map(|path| path.text.as_str());
            for (code, must_fire) in [(&example.bad, true), (&example.good, false)] {
                let Some(code) = code else { continue };
                count += 1;
                own += usize::from(rule.source == 0);
                if let Err(message) = judge(engine, rule, path, &code.text, must_fire) {
                    failures.push(Failure {
                        rule: rule.id.to_string(),
                        source: rule.source,
                        code: code.clone(),
                        message,
                    });
                }
            }
        }
    }
    (own, count, failures)
}

fn judge(engine: &Engine<'_>, rule: &Rule, path: Option<&str>, code: &str, must_fire: bool) -> Result<(), String> {
    let name = RepoPath::from_bytes(path.unwrap_or("example.py").as_bytes());
    // An example is Python, also under the name of a script.
    let claim = readers::by_path(&name);
    let is_script = claim.is_none() && readers::needs_head(name.file_name());
    let claim = if is_script { readers::by_name(b"", b"example.py") } else { claim };
    let Some((reader, surface)) = claim else {
        return Err(format!("nothing reads a file called `{name}`"));
    };
    let mut engine = Engine::new(engine.policy, engine.project, engine.today, Keep::Findings);
    engine.anywhere = path.is_none();
    engine.overridden = false;
    if let Some((versions, _)) = &rule.python {
        engine.target = versions.nearest(engine.target);
    }
    let report = engine.check(&Source { path: &name, bytes: code.as_bytes() }, reader, surface, Follow::No);
    if let Some(problem) = report.problems.first() {
        return Err(problem.message.to_string());
    }
    let found = report.findings.iter().filter(|finding| finding.rule == rule.id).count();
    match (must_fire, found) {
        (true, 0) => Err("this `bad` code is no finding of the rule".to_owned()),
        (false, 1..) => Err("this `good` code is a finding of the rule".to_owned()),
        _ => Ok(()),
    }
}
