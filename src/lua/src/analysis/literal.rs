//! Constants in a script: what an expression is without running anything.

use super::Spot;
use full_moon::{
    ast::{Expression, Field, TableConstructor, UnOp},
    node::Node,
    tokenizer::{TokenReference, TokenType},
};

/// An expression, as far as it is known by reading.
#[derive(Clone, Debug)]
pub(super) enum Literal<'a> {
    /// `nil`.
    Nil,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction, or beyond the whole numbers.
    Number(f64),
    /// Text; `None` where it is not known which.
    Text(Option<String>),
    /// A table that is written here.
    Table(&'a TableConstructor),
    /// A function that is written here.
    Function,
    /// Anything else: a variable, a call.
    Open,
}

impl Literal<'_> {
    /// The type in a word, as messages say it; `None` where it is not known.
    pub fn type_name(&self) -> Option<&'static str> {
        Some(match self {
            Self::Nil | Self::Open => return None,
            Self::Boolean(_) => "a boolean",
            Self::Integer(_) | Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::Table(_) => "a table",
            Self::Function => "a function",
        })
    }
}

/// What an expression is.
pub(super) fn of(expression: &Expression) -> Literal<'_> {
    match expression {
        Expression::Parentheses { expression, .. } => of(expression),
        Expression::String(token) => Literal::Text(text(token)),
        Expression::Number(token) => number(token),
        Expression::TableConstructor(table) => Literal::Table(table),
        Expression::Function(_) => Literal::Function,
        Expression::Symbol(token) => match token.token().to_string().as_str() {
            "nil" => Literal::Nil,
            "true" => Literal::Boolean(true),
            "false" => Literal::Boolean(false),
            _ => Literal::Open,
        },
        Expression::UnaryOperator { unop: UnOp::Minus(_), expression } => match of(expression) {
            Literal::Integer(n) => Literal::Integer(n.wrapping_neg()),
            Literal::Number(n) => Literal::Number(-n),
            _ => Literal::Open,
        },
        Expression::BinaryOperator { binop: full_moon::ast::BinOp::TwoDots(_), lhs, rhs } => {
            // A reference joined with text is no text.
            let known = |e: &Expression| matches!(of(e), Literal::Text(_) | Literal::Integer(_));
            if known(lhs) && known(rhs) { Literal::Text(None) } else { Literal::Open }
        }
        _ => Literal::Open,
    }
}

/// The text of a string token; `None` where it has escapes.
pub(super) fn text(token: &TokenReference) -> Option<String> {
    use full_moon::tokenizer::StringLiteralQuoteType::{Double, Single};
    match token.token_type() {
        TokenType::StringLiteral { literal, quote_type: Double | Single, .. } => {
            (!literal.contains('\\')).then(|| literal.to_string())
        }
        _ => None,
    }
}

fn number(token: &TokenReference) -> Literal<'static> {
    let text = token.token().to_string();
    let lower = text.to_ascii_lowercase();
    if let Some(hex) = lower.strip_prefix("0x") {
        return i64::from_str_radix(hex, 16).map_or(Literal::Open, Literal::Integer);
    }
    if let Ok(n) = lower.parse::<i64>() {
        return Literal::Integer(n);
    }
    lower.parse::<f64>().map_or(Literal::Open, Literal::Number)
}

/// The name of an identifier or symbol.
pub(super) fn name(token: &TokenReference) -> String {
    match token.token_type() {
        TokenType::Identifier { identifier } => identifier.to_string(),
        _ => token.token().to_string(),
    }
}

/// The place of a token.
pub(super) fn spot(token: &TokenReference) -> Spot {
    let (start, end) = (token.token().start_position(), token.token().end_position());
    let width = if start.line() == end.line() {
        end.character().saturating_sub(start.character()).max(1)
    } else {
        1
    };
    Spot {
        line: u32::try_from(start.line()).unwrap_or(u32::MAX),
        column: u32::try_from(start.character()).ok(),
        width: u32::try_from(width).unwrap_or(1),
    }
}

/// The place of anything: its first token; the whole of it where it stands on one line.
pub(super) fn spot_of(node: &impl Node) -> Spot {
    let Some((start, end)) = node.range() else {
        return Spot { line: 1, column: None, width: 1 };
    };
    let width = if start.line() == end.line() {
        end.character().saturating_sub(start.character()).max(1)
    } else {
        1
    };
    Spot {
        line: u32::try_from(start.line()).unwrap_or(u32::MAX),
        column: u32::try_from(start.character()).ok(),
        width: u32::try_from(width).unwrap_or(1),
    }
}

/// A field of a table that is written down.
pub(super) struct Entry<'a> {
    /// Its name; for an item of a list its number, from 1.
    pub key: Key,
    /// Where the name stands, or the item.
    pub at: Spot,
    /// Its value.
    pub value: &'a Expression,
}

/// The key of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// `name = …`, `["name"] = …`.
    Name(String),
    /// An item of a list.
    Item(usize),
    /// `[expression] = …`: not known.
    Open,
}

/// The fields of a table in their order.
pub(super) fn entries(table: &TableConstructor) -> Vec<Entry<'_>> {
    let mut item = 0;
    let mut out = Vec::new();
    for field in table.fields() {
        match field {
            Field::NameKey { key, value, .. } => {
                out.push(Entry { key: Key::Name(name(key)), at: spot(key), value });
            }
            Field::ExpressionKey { key, value, .. } => {
                let name = match of(key) {
                    Literal::Text(Some(text)) => Key::Name(text),
                    _ => Key::Open,
                };
                out.push(Entry { key: name, at: spot_of(&**key), value });
            }
            Field::NoKey(value) => {
                item += 1;
                out.push(Entry { key: Key::Item(item), at: spot_of(value), value });
            }
            _ => {}
        }
    }
    out
}
