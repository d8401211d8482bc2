//! Levels that come into force on days: `level: { note: 2026-01-01, error: 2026-06-01 }`. Knows dates and levels only; what day
//! it is, the caller says.

use super::exemption::date_of;
use crate::document::fields::{Field, Reading, field};
use crate::document::shape::{self, Shape};
use crate::document::yaml::{Node, Value};
use crate::level::Level;
use jiff::civil::Date;

/// Levels by the first day on which each holds (UTC), earliest first. Before the first one, the level is `none`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule(Vec<(Date, Level)>);

impl Schedule {
    /// The level on a day; the first day itself counts.
    #[must_use]
    pub fn on(&self, today: Date) -> Level {
        self.0.iter().rev().find(|(from, _)| *from <= today).map_or(Level::None, |(_, level)| *level)
    }

    /// The next change after a day.
    #[must_use]
    pub fn next(&self, today: Date) -> Option<(Date, Level)> {
        self.0.iter().find(|(from, _)| *from > today).copied()
    }

    /// All steps, earliest first.
    pub fn steps(&self) -> impl Iterator<Item = (Date, Level)> + '_ {
        self.0.iter().copied()
    }
}

/// `in 12 days`, `tomorrow`.
#[must_use]
pub fn days_ahead(today: Date, then: Date) -> String {
    match today.until(then).map(|span| span.get_days()) {
        Ok(1) => "tomorrow".to_owned(),
        Ok(days) => format!("in {days} days"),
        Err(_) => format!("on {then}"),
    }
}

/// A level.
pub(super) fn level_shape() -> Shape {
    shape::words(&Level::ALL.map(|(name, level)| (name, level.about())))
}

/// A level, or a map of level to the first day on which it holds.
pub(super) fn shape() -> Shape {
    let mut shape = level_shape();
    let days = shape::filled(shape::map(&keys()));
    shape = serde_json::json!({ "if": { "type": "object" }, "then": days, "else": shape });
    shape::like(shape, serde_json::json!(["warn", { "note": "2026-01-01", "error": "2026-06-01" }]))
}

fn keys() -> [Field; 4] {
    Level::ALL
        .map(|(name, _)| field(name, "the first day (UTC) on which this level holds", super::exemption::date_shape))
}

/// Reads a level or a schedule: the level of the last step, and the schedule.
pub(super) fn read(node: &Node, what: &str, reading: &mut Reading<'_>) -> Option<(Level, Option<Schedule>)> {
    let Value::Map(entries) = &node.value else {
        return reading.choice(node, what, &Level::ALL).map(|level| (level, None));
    };
    let fields = reading.map(node, what, &keys());
    if entries.is_empty() {
        reading.wrong(node.span, format!("{what} is an empty schedule"), "write `level: { warn: 2026-06-01 }`");
        return None;
    }
    let mut steps: Vec<(Date, Level)> = Vec::new();
    for (name, level) in Level::ALL {
        let Some(value) = fields.get(name) else { continue };
        let help = format!("write the first day on which it holds: `{name}: 2026-06-01`");
        let Some((date, span)) = date_of(value, &format!("`{name}`"), &help, reading) else { continue };
        if let Some((_, other)) = steps.iter().find(|(known, _)| *known == date) {
            let message = format!("`{other}` and `{name}` would begin on the same day");
            reading.wrong(span, message, "keep one of the two");
        }
        steps.push((date, level));
    }
    steps.sort_unstable();
    let last = steps.last().map(|(_, level)| *level)?;
    Some((last, Some(Schedule(steps))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_first_day_counts_and_before_it_there_is_nothing() {
        let schedule = Schedule(vec![(date(2026, 1, 1), Level::Note), (date(2026, 6, 1), Level::Error)]);
        assert_eq!(schedule.on(date(2025, 12, 31)), Level::None);
        assert_eq!(schedule.on(date(2026, 1, 1)), Level::Note);
        assert_eq!(schedule.on(date(2026, 5, 31)), Level::Note);
        assert_eq!(schedule.on(date(2026, 6, 1)), Level::Error);
        assert_eq!(schedule.next(date(2026, 5, 31)), Some((date(2026, 6, 1), Level::Error)));
        assert_eq!(schedule.next(date(2026, 6, 1)), None);
        assert_eq!(days_ahead(date(2026, 5, 20), date(2026, 6, 1)), "in 12 days");
        assert_eq!(days_ahead(date(2026, 5, 31), date(2026, 6, 1)), "tomorrow");
    }
}
