//! What stands between `${{` and `}}` in `action.yml`, as far as it is used there: paths into contexts, text in quotes,
//! `||`. Anything else is a mistake in `action.yml`.

use serde_json::Value;

/// Replaces every expression of `text`. `contexts` is an object with `inputs`, `github` and `steps`.
#[track_caller]
pub(super) fn fill(text: &str, contexts: &Value) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, behind) = after.split_once("}}").expect("an expression ends");
        filled.push_str(before);
        filled.push_str(&evaluate(expression, contexts));
        rest = behind;
    }
    filled + rest
}

fn evaluate(expression: &str, contexts: &Value) -> String {
    let operands = expression.split("||").map(|operand| operand_of(operand.trim(), contexts));
    let mut last = String::new();
    for value in operands {
        last = value;
        if !last.is_empty() {
            break;
        }
    }
    last
}

fn operand_of(operand: &str, contexts: &Value) -> String {
    if let Some(text) = operand.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        assert!(!text.contains('\''), "{operand}");
        return text.to_owned();
    }
    let mut names = operand.split('.');
    let context = names.next().unwrap_or_default();
    let mut value = contexts.get(context).unwrap_or_else(|| panic!("no context `{context}` in `{operand}`"));
    for name in names {
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        assert!(is_name, "`{operand}` is more than the model knows");
        // What an object lacks is empty; an input or a step that nobody declared is a mistake.
        let is_declared = value.get(name).is_some() || context == "github" || operand.contains(".outputs.");
        assert!(is_declared, "`{operand}`: there is no `{name}`");
        value = value.get(name).unwrap_or(&Value::Null);
    }
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn contexts_and_defaults() {
        let contexts = json!({ "inputs": { "a": "x" }, "github": {}, "steps": { "one": { "outputs": {} } } });
        assert_eq!(fill("<${{ inputs.a }}>", &contexts), "<x>");
        assert_eq!(fill("${{ github.event.nothing.here }}", &contexts), "");
        assert_eq!(fill("${{ steps.one.outputs.b || 'c' }}", &contexts), "c");
    }

    #[test]
    #[should_panic(expected = "there is no `b`")]
    fn nobody_declared_it() {
        fill("${{ inputs.b }}", &json!({ "inputs": {} }));
    }
}
