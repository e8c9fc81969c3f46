//! Constants that the compiler puts in where they are used: they are no variables of a frame, and a
//! breakpoint knows them from the text of the script all the same.

use super::lexer::{self, Kind};
use full_moon::{
    ast::{Block, Stmt},
    node::Node,
    visitors::Visitor,
};

/// The constants that can be seen on a line, the outermost first: each name with its expression.
pub fn on_line(source: &str, line: u32) -> Vec<(String, String)> {
    let source = super::session::strip_shebang(source);
    let Ok(tree) = full_moon::parse(&source) else { return Vec::new() };
    let mut seen = Seen { line: line as usize, found: Vec::new() };
    seen.block(tree.nodes(), true);
    seen.visit_ast(&tree);
    seen.found
}

struct Seen {
    line: usize,
    found: Vec<(String, String)>,
}

impl Seen {
    fn block(&mut self, block: &Block, whole: bool) {
        let here = block
            .range()
            .is_some_and(|(start, end)| (start.line()..=end.line()).contains(&self.line));
        if !here && !whole {
            return;
        }
        for statement in block.stmts() {
            let Stmt::LocalAssignment(local) = statement else { continue };
            let before = statement.range().is_some_and(|(_, end)| end.line() < self.line);
            if !before {
                continue;
            }
            let pairs = local.names().iter().zip(local.attributes()).zip(local.expressions());
            for ((name, attribute), value) in pairs {
                let constant = attribute.is_some_and(|a| a.name().token().to_string() == "const");
                let text = value.to_string();
                if constant && is_plain(&text) {
                    self.found.push((name.token().to_string(), text.trim().to_owned()));
                }
            }
        }
    }
}

impl Visitor for Seen {
    fn visit_block(&mut self, block: &Block) {
        self.block(block, false);
    }
}

/// Whether an expression is made of literals, so that nothing happens where it is computed.
fn is_plain(text: &str) -> bool {
    lexer::tokens(text).iter().all(|token| match token.kind {
        Kind::Number | Kind::Text | Kind::Blank | Kind::Comment => true,
        Kind::Keyword => matches!(token.text(text), "nil" | "true" | "false"),
        Kind::Symbol => "+-*/%^()".contains(token.text(text)),
        Kind::Name | Kind::Other => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_seen_where_they_stand_above_in_a_block_around_the_line() {
        let source = "#!/usr/bin/env dmsrun\nlocal A <const>, b = 1, 2\nlocal function f()\n\
                      local C <const> = \"x\"\nbreakpoint()\nlocal D <const> = 4\nend\n\
                      do\nlocal E <const> = 5\nend\nlocal F <const> = g()\nbreakpoint()\n";
        let on = |line| -> Vec<String> {
            let mut names: Vec<String> =
                on_line(source, line).into_iter().map(|(name, value)| name + &value).collect();
            names.dedup();
            names
        };
        assert_eq!(on(5), ["A1", "C\"x\""]);
        assert_eq!(on(12), ["A1"]);
        assert_eq!(on(2), Vec::<String>::new());
    }
}
