//! A plan's tree as text. It computes nothing but columns.

use crate::tree::{Node, Tree};

/// The column, counted from a node's symbol, where places stand.
const PLACE: usize = 58;

/// The lines below the headline.
pub fn lines(tree: &Tree) -> Vec<String> {
    let mut out = Vec::new();
    for group in &tree.groups {
        out.push(format!("{} {:<12} {}", group.symbol, group.name, group.parts.join(" · ")));
    }
    for node in &tree.nodes {
        lines_of(node, &mut out);
    }
    if tree.unchanged > 0 {
        out.push(format!("{} unchanged", tree.unchanged));
    }
    out.extend(tree.kept.iter().cloned());
    out
}

/// The whole text: the label, the headline, and the lines below it.
pub fn text(tree: &Tree) -> String {
    let mut out = format!("Plan     {}\n", tree.headline);
    for line in lines(tree) {
        out.push_str("         ");
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn lines_of(node: &Node, out: &mut Vec<String>) {
    let mut head = format!("{} {}", node.symbol, node.title);
    if let Some(place) = &node.place {
        let gap = PLACE.saturating_sub(head.chars().count()).max(2);
        head.push_str(&" ".repeat(gap));
        head.push_str(place);
    }
    out.push(head);
    if let Some(reason) = &node.reason {
        out.push(format!("    {reason}"));
    }
    let widest = node.lines.iter().map(|l| l.path.chars().count()).max().unwrap_or(0).min(44);
    for line in &node.lines {
        let gap = widest.saturating_sub(line.path.chars().count());
        out.push(format!("    {}{}  {}", line.path, " ".repeat(gap), line.text));
    }
    out.extend(node.marks.iter().map(|mark| format!("    ! {mark}")));
}
