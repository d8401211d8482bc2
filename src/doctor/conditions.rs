//! Conditions of jobs and steps: whether they hold on a pull request (GitHub docs, "Evaluate expressions in workflows and actions").
//! Knows what is certain there; everything else is unknown.

/// A condition nested deeper than this is unknown.
const DEEPEST: usize = 50;

/// A condition without its braces.
pub(super) fn bare(condition: &str) -> &str {
    let own = condition.trim();
    own.strip_prefix("${{").and_then(|own| own.strip_suffix("}}")).unwrap_or(own).trim()
}

/// Whether a condition holds on every pull request; `None` where that is not certain.
pub(super) fn holds(condition: &str) -> Option<bool> {
    let mut parser = Parser { rest: condition, depth: 0 };
    let value = parser.either()?;
    parser.rest.trim().is_empty().then(|| value.truth()).flatten()
}

/// What is known of a value.
#[derive(Clone, PartialEq)]
enum Value {
    Text(String),
    Truth(bool),
    Unknown,
}

impl Value {
    fn truth(&self) -> Option<bool> {
        match self {
            Value::Text(text) => Some(!text.is_empty()),
            Value::Truth(truth) => Some(*truth),
            Value::Unknown => None,
        }
    }

    fn of(truth: Option<bool>) -> Self {
        truth.map_or(Value::Unknown, Value::Truth)
    }
}

struct Parser<'c> {
    rest: &'c str,
    depth: usize,
}

impl Parser<'_> {
    fn takes(&mut self, sign: &str) -> bool {
        match self.rest.trim_start().strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// `a || b`. `None` where this is no expression that is read here.
    fn either(&mut self) -> Option<Value> {
        let mut value = self.both()?;
        while self.takes("||") {
            let other = self.both()?;
            value = Value::of(match (value.truth(), other.truth()) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            });
        }
        Some(value)
    }

    fn both(&mut self) -> Option<Value> {
        let mut value = self.compared()?;
        while self.takes("&&") {
            let other = self.compared()?;
            value = Value::of(match (value.truth(), other.truth()) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            });
        }
        Some(value)
    }

    fn compared(&mut self) -> Option<Value> {
        let one = self.single()?;
        let is_same = match () {
            () if self.takes("==") => true,
            () if self.takes("!=") => false,
            () if self.rest.trim_start().starts_with(['<', '>']) => return None,
            () => return Some(one),
        };
        let other = self.single()?;
        Some(match (one, other) {
            (Value::Text(a), Value::Text(b)) => Value::Truth(a.eq_ignore_ascii_case(&b) == is_same),
            _ => Value::Unknown,
        })
    }

    fn single(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let value = self.value();
        self.depth -= 1;
        value
    }

    fn value(&mut self) -> Option<Value> {
        if self.takes("!") {
            return Some(Value::of(self.single()?.truth().map(|truth| !truth)));
        }
        if self.takes("(") {
            let value = self.either()?;
            return self.takes(")").then_some(value);
        }
        if self.takes("'") {
            let (text, rest) = self.rest.split_once('\'')?;
            self.rest = rest;
            // A quote in a text is written twice.
            return (!rest.starts_with('\'')).then(|| Value::Text(text.to_owned()));
        }
        let rest = self.rest.trim_start();
        let len = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"._-*".contains(c)).unwrap_or(rest.len());
        let (name, rest) = rest.split_at_checked(len)?;
        self.rest = rest;
        if name.is_empty() {
            return None;
        }
        if self.takes("(") {
            return self.called(name);
        }
        let mut value = match name {
            "true" => Value::Truth(true),
            "false" => Value::Truth(false),
            "github.event_name" => Value::Text("pull_request".to_owned()),
            _ => Value::Unknown,
        };
        while self.takes("[") {
            self.either()?;
            value = Value::Unknown;
            let is_closed = self.takes("]");
            let rest = self.rest;
            self.rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "._-*".contains(c));
            is_closed.then_some(())?;
        }
        Some(value)
    }

    /// A call, of which the bracket is open.
    fn called(&mut self, name: &str) -> Option<Value> {
        if self.takes(")") {
            return Some(match name {
                "always" | "success" => Value::Truth(true),
                "failure" | "cancelled" => Value::Truth(false),
                _ => Value::Unknown,
            });
        }
        loop {
            self.depth += 1;
            if self.depth > DEEPEST {
                return None;
            }
            self.either()?;
            self.depth -= 1;
            if !self.takes(",") {
                return self.takes(")").then_some(Value::Unknown);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_certain_on_a_pull_request() {
        for (condition, is) in [
            ("always()", Some(true)),
            ("success() || failure()", Some(true)),
            ("!cancelled()", Some(true)),
            ("github.event_name == 'pull_request'", Some(true)),
            ("github.event_name == 'pull_request' || github.event_name == 'merge_group'", Some(true)),
            ("false || github.event_name=='Pull_Request'", Some(true)),
            ("github.actor == 'a' || always()", Some(true)),
            ("github.event_name != 'push'", Some(true)),
            ("github.event_name == 'push'", Some(false)),
            ("github.event_name=='push' && always() || github.event_name=='x'", Some(false)),
            ("!always()", Some(false)),
            ("always() && false", Some(false)),
            ("false && (true || github.event_name == 'pull_request' || true)", Some(false)),
            ("!(github.actor == 'a' || github.event_name == 'pull_request' || false)", Some(false)),
            ("failure()", Some(false)),
            ("always() && github.actor != 'x'", None),
            ("github.event_name == 'pull_request' && github.base_ref == 'x'", None),
            ("contains(github.event.pull_request.labels.*.name, 'x')", None),
            ("github.event.labels[0].name == 'a || always()'", None),
            ("vars.GATE", None),
            ("always() }} && ${{ false", None),
            ("'a' 'b'", None),
            ("1 < 2", None),
            ("", None),
        ] {
            assert_eq!(holds(condition), is, "{condition}");
        }
        assert_eq!(holds(&"!".repeat(10_000)), None);
        assert_eq!(holds(&"(".repeat(10_000)), None);
        assert_eq!(holds(&"a(".repeat(10_000)), None);
        assert_eq!(holds(&"a[".repeat(10_000)), None);
    }
}
