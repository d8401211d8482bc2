//! Shapes that take other tools minutes, gigabytes or their life. Each ends in a forbidden import behind the hazard: it is
//! found, or a problem is told, in linear time.

use super::harness::{FORBID_REQUESTS, folder, run, write};
use std::time::Duration;

/// Name, and the text for a size.
type Shape = (&'static str, usize, fn(usize) -> String);

const SHAPES: &[Shape] = &[
    ("comment lines", 64_000, |n| format!("if 1:\n  pass\n{}", "# c\n".repeat(n))),
    ("continuations", 100_000, |n| "\\\n".repeat(n)),
    ("one long literal", 10_000_000, |n| format!("x = '{}'\n", "a".repeat(n))),
    ("brackets", 1_000_000, |n| format!("x = {}{}\n", "(".repeat(n / 2), ")".repeat(n / 2))),
    ("brackets that never close", 1_000_000, |n| format!("x = {}\n", "[".repeat(n))),
    ("nested blocks", 600, |n| {
        (0..n).map(|i| format!("{}if x:\n", " ".repeat(i))).collect::<String>() + &" ".repeat(n) + "'s'\n"
    }),
    ("nested f-strings", 1_000, |n| format!("x = {}1{}\n", "f'{".repeat(n), "}'".repeat(n))),
    ("f-strings that never close", 100_000, |n| "f\"{\n".repeat(n)),
    ("f-string openers in subscripts", 100_000, |n| "x[\"f\"] = {\n".repeat(n)),
    ("dotted imports", 200_000, |n| format!("x = {}y\n", "a.import.".repeat(n))),
    ("long module name", 1_000_000, |n| format!("from {}b import c\n", "a.".repeat(n / 2))),
    ("many names", 200_000, |n| format!("from a import ({})\n", "b, ".repeat(n))),
    ("imports on one line", 100_000, |n| "import os; ".repeat(n) + "\n"),
    ("type-checking blocks", 20_000, |n| {
        format!("from typing import TYPE_CHECKING\n{}", "if TYPE_CHECKING:\n    import requests\n".repeat(n))
    }),
    ("tries", 50_000, |n| "try:\n    import requests\nexcept ImportError:\n    pass\n".repeat(n)),
    ("carriage returns", 500_000, |n| "x\r".repeat(n)),
    ("broken imports", 100_000, |n| "import {{x}}\n".repeat(n)),
];

fn time(shape: &Shape, size: usize) -> (Duration, String) {
    let (name, _, text) = shape;
    let tree = folder(&[("policy.yaml", FORBID_REQUESTS)]);
    write(tree.path(), "a.py", format!("{}\nimport requests\n", text(size)).as_bytes());
    let run = run(tree.path(), &["check", "--format", "json", "--limit", "1"]);
    assert!(run.code == 1 || run.code == 2, "{name}: exit {} {}", run.code, run.stderr);
    assert!(run.stdout.contains("\"name\": \"requests") || run.stdout.contains("\"kind\": "), "{name}: nothing told");
    (run.elapsed, run.stdout)
}

#[test]
fn hazards_end_in_time_and_hide_nothing() {
    // An unoptimised build is about ten times slower; the promise of one second is for the released one.
    let limit = if cfg!(debug_assertions) { Duration::from_secs(15) } else { Duration::from_secs(1) };
    for shape in SHAPES {
        let (elapsed, _) = time(shape, shape.1);
        assert!(elapsed < limit, "{} took {elapsed:?}", shape.0);
    }
}

#[test]
fn the_named_hazards_lose_no_import() {
    for name in ["comment lines", "continuations", "one long literal", "brackets", "nested blocks", "nested f-strings"]
    {
        let shape = SHAPES.iter().find(|shape| shape.0 == name).unwrap();
        let (_, told) = time(shape, shape.1);
        assert!(told.contains("\"name\": \"requests\""), "{name}");
    }
}

/// `t(2n) / t(n)` where `t(n)` is long enough to be measured. Slow, and of interest for the released build only.
#[test]
fn hazards_grow_in_line_with_their_size() {
    if cfg!(debug_assertions) {
        return;
    }
    for shape in SHAPES {
        let (name, mut size, _) = *shape;
        if name == "nested blocks" {
            // Its text is quadratic in its depth.
            continue;
        }
        let best = |size| (0..3).map(|_| time(shape, size).0).min().unwrap();
        let mut once = best(size);
        while once < Duration::from_millis(100) && size < 60_000_000 {
            size *= 2;
            once = best(size);
        }
        let ratio = best(size * 2).as_secs_f64() / once.as_secs_f64();
        println!("{name}: t({size}) = {once:?}, t(2n)/t(n) = {ratio:.2}");
        assert!(ratio <= 2.5, "{name}: {ratio:.2} at {size}");
    }
}
