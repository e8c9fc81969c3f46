//! Nested values as an indented tree: names aligned, long texts wrapped and never cut.

use super::{
    grid,
    leaf::{self, Leaf, Paint},
    node::{Limits, Node},
};

/// A value beside its name has at least this much room, or goes below it.
const ROOM: usize = 24;
/// Names are aligned up to this width.
const ALIGNED: usize = 34;

/// The text of a value.
pub fn text(node: &Node, paint: &Paint, limits: Limits) -> String {
    match node {
        Node::Leaf(leaf) => paint.leaf("", leaf.class, &leaf.text),
        Node::List(items, 0, _) if items.is_empty() => paint.remark("{}"),
        Node::Map(entries, 0) if entries.is_empty() => paint.remark("{}"),
        _ => {
            let mut lines = Vec::new();
            block(node, 0, paint, limits, &mut lines);
            lines.join("\n")
        }
    }
}

fn block(node: &Node, indent: usize, paint: &Paint, limits: Limits, lines: &mut Vec<String>) {
    let blank = " ".repeat(indent);
    match node {
        Node::Leaf(leaf) => {
            for line in wrapped(leaf, paint.width.saturating_sub(indent)) {
                lines.push(format!("{blank}{}", paint.leaf("", leaf.class, &line)));
            }
        }
        Node::List(items, 0, _) if items.is_empty() => lines.push(format!("{blank}{{}}")),
        Node::Map(entries, 0) if entries.is_empty() => lines.push(format!("{blank}{{}}")),
        Node::List(items, more, _) => {
            let narrow = Paint { width: paint.width.saturating_sub(indent), ..*paint };
            if narrow.width >= 16
                && let Some(table) = grid::text(node, &narrow, limits)
            {
                lines.extend(table.lines().map(|line| format!("{blank}{line}")));
                return;
            }
            for item in items {
                let at = lines.len();
                block(item, indent + 2, paint, limits, lines);
                // The first line of an item carries its mark.
                if let Some(first) = lines.get_mut(at) {
                    let rest = first.get(indent + 2..).unwrap_or_default().to_owned();
                    *first = format!("{blank}- {rest}");
                }
            }
            if *more > 0 {
                lines.push(paint.remark(&format!("{blank}… {more} more (:raw shows all)")));
            }
        }
        Node::Map(entries, more) => {
            let widest = entries.iter().filter(|(_, n)| inline(n).is_some());
            let widest = widest.map(|(key, _)| leaf::width(key)).filter(|w| *w <= ALIGNED);
            let column = widest.max().unwrap_or(0);
            for (key, node) in entries {
                entry(key, node, indent, column, paint, limits, lines);
            }
            if *more > 0 {
                lines.push(paint.remark(&format!("{blank}… {more} more (:raw shows all)")));
            }
        }
    }
}

fn entry(
    key: &str,
    node: &Node,
    indent: usize,
    column: usize,
    paint: &Paint,
    limits: Limits,
    lines: &mut Vec<String>,
) {
    let blank = " ".repeat(indent);
    let Some(leaf) = inline(node) else {
        lines.push(format!("{blank}{}", paint.key(key)));
        block(node, indent + 2, paint, limits, lines);
        return;
    };
    let padded = format!("{key}{}", " ".repeat(column.saturating_sub(leaf::width(key))));
    let at = indent + leaf::width(&padded) + 2;
    let room = paint.width.saturating_sub(at);
    if leaf::width(&leaf.text) > room && room < ROOM {
        lines.push(format!("{blank}{}", paint.key(key)));
        let room = paint.width.saturating_sub(indent + 2);
        for line in wrapped(&leaf, room) {
            lines.push(format!("{blank}  {}", paint.leaf(key, leaf.class, &line)));
        }
        return;
    }
    for (index, line) in wrapped(&leaf, room).into_iter().enumerate() {
        let painted = paint.leaf(key, leaf.class, &line);
        lines.push(match index {
            0 => format!("{blank}{}  {painted}", paint.key(&padded)),
            _ => format!("{}{painted}", " ".repeat(at)),
        });
    }
}

/// What fits behind its name: a leaf, nothing, or a short list of leaves.
fn inline(node: &Node) -> Option<Leaf> {
    let nothing = |text: &str| Leaf { text: text.to_owned(), class: leaf::Class::Nothing };
    match node {
        Node::Leaf(leaf) => Some(leaf.clone()),
        Node::Map(entries, 0) if entries.is_empty() => Some(nothing("{}")),
        Node::List(items, 0, _) if items.is_empty() => Some(nothing("{}")),
        Node::List(items, 0, _) => {
            let texts: Option<Vec<&str>> = items
                .iter()
                .map(|item| match item {
                    Node::Leaf(leaf) => Some(leaf.text.as_str()),
                    _ => None,
                })
                .collect();
            let text = format!("{{ {} }}", texts?.join(", "));
            (leaf::width(&text) <= 60).then_some(Leaf { text, class: leaf::Class::Text })
        }
        _ => None,
    }
}

/// The text in lines of at most this width, broken at blanks where there are some.
pub fn wrapped(leaf: &Leaf, width: usize) -> Vec<String> {
    let width = width.max(8);
    let mut lines = Vec::new();
    let mut rest = leaf.text.as_str();
    while leaf::width(rest) > width {
        let mut end = 0;
        let mut blank = None;
        let mut used = 0;
        for (at, c) in rest.char_indices() {
            used += leaf::width(c.encode_utf8(&mut [0; 4]));
            if used > width {
                break;
            }
            end = at + c.len_utf8();
            if c == ' ' && at > 0 {
                blank = Some(end);
            }
        }
        let end = blank.unwrap_or(end).max(rest.chars().next().map_or(1, char::len_utf8));
        lines.push(rest[..end].trim_end().to_owned());
        rest = &rest[end..];
    }
    lines.push(rest.to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repl::show::node::Reader;
    use mlua::Lua;

    fn shown(code: &str, width: usize) -> String {
        let lua = Lua::new();
        let value: mlua::Value = lua.load(code).eval().expect("valid");
        let limits = Limits::default();
        let node = Reader::new(&lua, None, limits).read(&value);
        let text = text(&node, &Paint { color: false, width }, limits);
        for line in text.lines() {
            assert!(leaf::width(line) <= width, "{line:?} is wider than {width}");
        }
        text
    }

    const TASKS: &str = "return {
        { replication_task_arn = 'arn:aws:dms:eu-west-1:123456789012:task:ABCDEFGHIJKLMNOP',
          replication_task_identifier = 'orders-migration', status = 'running', tables = 21 },
        { replication_task_arn = 'arn:aws:dms:eu-west-1:123456789012:task:QRSTUVWXYZABCDEF',
          replication_task_identifier = 'crm', status = 'stopped', tables = 9 },
    }";

    #[test]
    fn records_are_a_table_of_the_columns_that_fit() {
        assert_eq!(
            shown(TASKS, 60),
            "  replication_task_identifier  status   tables\n  \
             orders-migration             running      21\n  \
             crm                          stopped       9\n  \
             + 1 column not shown: replication_task_arn"
        );
    }

    #[test]
    fn twenty_columns_still_show_what_matters_most() {
        assert_eq!(
            shown(TASKS, 20),
            "  replication_task_…\n  orders-migration\n  crm\n  + 3 columns not s…"
        );
    }

    const EVENTS: &str = "return setmetatable({
        { time = 'now', source = 'orders-migration', type = 'replication-task',
          message = 'Replication task has failed: Last Error Task terminated' },
        { time = 'then', source = 'crm', type = 'replication-task' },
    }, { __columns = { 'time', 'source', 'message', 'type' } })";

    #[test]
    fn what_a_list_says_in_sentences_is_wrapped_and_not_left_out() {
        assert_eq!(
            shown(EVENTS, 60),
            "  time  source            message\n  \
             now   orders-migration  Replication task has failed: Last\n  \
             \u{20}                       Error Task terminated\n  \
             then  crm\n  \
             + 1 column not shown: type"
        );
        assert_eq!(
            shown(EVENTS, 40),
            "  time  source\n  now   orders-migration\n    message: Replication task has\n      \
             failed: Last Error Task terminated\n  then  crm\n  + 1 column not shown: type"
        );
    }

    #[test]
    fn nested_values_are_a_tree_with_cycles_marked() {
        assert_eq!(
            shown(
                "local t = { name = 'x', list = { 1, 2 }, empty = {}, deep = { a = { b = 'c' } } } \
                 t.self = t return t",
                60
            ),
            "deep\n  a\n    b  c\nempty  {}\nlist   { 1, 2 }\nname   x\nself   <cycle>"
        );
    }

    #[test]
    fn empty_tables_in_a_list_are_shown() {
        assert_eq!(shown("return { {}, { 1, {} } }", 40), "- {}\n- - 1\n  - {}");
    }

    #[test]
    fn what_is_asked_for_by_name_says_how_much_there_is() {
        let code = "return setmetatable({}, { __keys = function() return { 'a', 'b' } end })";
        assert_eq!(shown(code, 40), "<2 members, Tab lists them>");
    }

    #[test]
    fn a_long_text_is_wrapped_and_never_cut() {
        let text = shown("return { arn = ('x'):rep(50), t = 'one two three four five' }", 30);
        assert_eq!(text.matches('x').count(), 50);
        assert!(text.contains("four"), "{text}");
    }

    #[test]
    fn a_long_list_says_how_much_is_missing() {
        let text = shown("local t = {} for i = 1, 1000 do t[i] = i end return t", 40);
        assert!(text.ends_with("… 940 more (:raw shows all)"), "{text}");
    }
}
