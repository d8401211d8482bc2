//! What people do to a project, and which code stays what it was. Knows no baseline.

use super::model::{FILLERS, Line, Project, Scope, Tape};

impl Project {
    fn place(&self, tape: &mut Tape) -> (usize, usize) {
        let file = tape.below(self.files.len());
        (file, tape.below(self.files[file].scopes.len()))
    }

    fn lines_of(&mut self, (file, scope): (usize, usize)) -> &mut Vec<Line> {
        &mut self.files[file].scopes[scope].lines
    }

    /// A place with something forbidden, and where in it.
    fn bad(&self, tape: &mut Tape) -> Option<((usize, usize), usize, String)> {
        let mut all = Vec::new();
        for (at, file) in self.files.iter().enumerate() {
            for (scope, own) in file.scopes.iter().enumerate() {
                for (line, own) in own.lines.iter().enumerate() {
                    if let Line::Bad(name, _) = own {
                        all.push(((at, scope), line, name));
                    }
                }
            }
        }
        let chosen = tape.below(all.len());
        all.get(chosen).map(|(place, line, name)| (*place, *line, (*name).clone()))
    }

    fn insert(&mut self, place: (usize, usize), line: Line, tape: &mut Tape) {
        let lines = self.lines_of(place);
        lines.insert(tape.below(lines.len() + 1), line);
    }

    /// A class or function that holds no other.
    fn leaf(&self, tape: &mut Tape) -> Option<(usize, usize)> {
        let all: Vec<(usize, usize)> = (self.files.iter().enumerate())
            .flat_map(|(at, file)| {
                (0..file.scopes.len()).filter(|scope| file.is_leaf(*scope)).map(move |scope| (at, scope))
            })
            .collect();
        let chosen = tape.below(all.len());
        all.get(chosen).copied()
    }
}

/// What people do, by name. An edit that finds nothing to do does nothing.
pub(super) type Edit = (&'static str, fn(&mut Project, &mut Tape, &[String]));

pub(super) const EDITS: &[Edit] = &[
    ("insert a line", |p, t, _| {
        let (place, line) = (p.place(t), Line::Filler(t.below(FILLERS.len())));
        p.insert(place, line, t);
    }),
    ("delete lines that nobody minds", |p, t, _| {
        let place = p.place(t);
        p.lines_of(place).retain(|line| matches!(line, Line::Bad(..)));
    }),
    ("move lines inside of a scope", |p, t, _| {
        let place = p.place(t);
        t.shuffle(p.lines_of(place));
    }),
    ("format", |p, t, _| {
        let style = t.below(144);
        p.files.iter_mut().for_each(|file| file.style = style);
    }),
    ("reorder functions", |p, t, _| {
        let file = t.below(p.files.len());
        t.shuffle(&mut p.files[file].scopes[1..]);
    }),
    ("rename a class or function", rename),
    ("rename another", rename),
    ("move a function to another class", |p, t, _| {
        let Some((file, scope)) = p.leaf(t) else { return };
        let other = t.below(p.files[file].scopes.len());
        if other != scope {
            p.files[file].scopes[scope].inside = p.files[file].scopes[other].id;
        }
    }),
    ("write a function anew, with what the old one held", |p, t, _| {
        let Some((file, scope)) = p.leaf(t) else { return };
        let old = p.files[file].scopes.remove(scope);
        p.add_scope(file, t);
        if let Some(new) = p.files[file].scopes.last_mut() {
            (new.lines, new.from) = (old.lines, old.from);
        }
    }),
    ("dissolve a function into another", |p, t, _| {
        let Some((file, scope)) = p.leaf(t) else { return };
        let old = p.files[file].scopes.remove(scope);
        let other = t.below(p.files[file].scopes.len());
        let other = if other > 0 { &mut p.files[file].scopes[other] } else { return };
        other.lines.extend(old.lines);
        other.from.extend(old.from);
    }),
    ("move a function to another file", |p, t, _| {
        let (Some((file, scope)), other) = (p.leaf(t), t.below(p.files.len())) else { return };
        let id = p.files[file].scopes[scope].id;
        // A copy of the file may hold it already.
        if p.files[other].scopes.iter().all(|own| own.id != id) {
            let mut moved = p.files[file].scopes.remove(scope);
            (moved.inside, moved.from) = (0, Vec::new());
            make_new(&mut moved);
            p.files[other].scopes.push(moved);
        }
    }),
    ("delete a function", |p, t, _| {
        if let Some((file, scope)) = p.leaf(t) {
            p.files[file].scopes.remove(scope);
        }
    }),
    ("add a function", |p, t, _| {
        let file = t.below(p.files.len());
        p.add_scope(file, t);
    }),
    ("fix", fix),
    ("fix another", fix),
    ("violate", |p, t, _| {
        let (place, line) = (p.place(t), p.bad_line(t));
        p.insert(place, line, t);
    }),
    ("fix one and violate elsewhere", |p, t, _| {
        let (Some((place, line, name)), other) = (p.bad(t), p.place(t)) else { return };
        p.lines_of(place).remove(line);
        p.insert(other, Line::Bad(name, true), t);
    }),
    ("duplicate", |p, t, _| {
        let Some((place, _, name)) = p.bad(t) else { return };
        p.insert(place, Line::Bad(name, true), t);
    }),
    ("move a file", |p, t, _| {
        let (file, folder) = (t.below(p.files.len()), p.number());
        p.files[file].path = format!("d{folder}/{}", p.files[file].named());
        p.files[file].is_told = t.chance(20);
    }),
    ("give a file another name", |p, t, _| {
        let (file, number) = (t.below(p.files.len()), p.number());
        p.files[file].path = format!("a/k{number}.py");
        p.files[file].is_told = t.chance(20);
    }),
    ("move a folder", |p, _, _| {
        let (from, to) = ("a/", format!("e{}/", p.number()));
        for file in &mut p.files {
            if let Some(rest) = file.path.strip_prefix(from) {
                file.path = format!("{to}{rest}");
            }
        }
    }),
    ("give a file the name of one that was deleted", |p, t, deleted| {
        let (file, old) = (t.below(p.files.len()), t.below(deleted.len()));
        if let Some(old) = deleted.get(old) {
            p.files[file].path.clone_from(old);
        }
    }),
    ("delete a file", |p, t, _| {
        let file = t.below(p.files.len());
        if p.files.len() > 1 {
            p.files.remove(file);
        }
    }),
    ("add a file", |p, t, _| {
        let path = format!("b/k{}.py", p.number());
        p.add_file(path, t);
    }),
    ("copy a file", |p, t, _| {
        let (mut copy, number) = (p.files[t.below(p.files.len())].clone(), p.number());
        copy.path = if t.chance(50) { format!("c{number}/{}", copy.named()) } else { format!("c/k{number}.py") };
        (copy.was, copy.is_told) = (None, false);
        copy.scopes.iter_mut().for_each(make_new);
        p.files.push(copy);
    }),
];

fn fix(project: &mut Project, tape: &mut Tape, _: &[String]) {
    if let Some((place, line, _)) = project.bad(tape) {
        project.lines_of(place).remove(line);
    }
}

fn rename(project: &mut Project, tape: &mut Tape, _: &[String]) {
    let ((file, scope), number) = (project.place(tape), project.number());
    let scope = &mut project.files[file].scopes[scope];
    if scope.id != 0 {
        scope.name = format!("{}{number}", if tape.chance(50) { "a" } else { "z" });
    }
}

fn make_new(scope: &mut Scope) {
    scope.from.clear();
    for line in &mut scope.lines {
        if let Line::Bad(_, is_new) = line {
            *is_new = true;
        }
    }
}
