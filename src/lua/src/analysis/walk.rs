//! Reads a script line by line, with the names that are in scope and what is known of each.

use super::{
    Finding, Script, Vocabulary,
    calls::{self, Sink},
    codes,
    facts::Facts,
    literal,
};
use dmsrun_aws::registry::{Operation, Service};
use full_moon::{
    ast::{
        Ast, BinOp, Block, Expression, Field, FunctionBody, If, Index, LastStmt, Parameter, Stmt,
        Suffix, TableConstructor, UnOp, Var,
    },
    tokenizer::TokenReference,
};
use std::{collections::BTreeMap, rc::Rc};

mod chain;

/// Functions that call what they are given and keep its errors: inside them a slip may be meant.
pub(super) const PROTECT: &[&str] = &[
    "pcall",
    "xpcall",
    "capture",
    "has_error",
    "has_errors",
    "error",
    "errors",
    "raises",
    "fails",
    "failure",
    "refused",
];

/// What is known of a value by reading.
#[derive(Clone)]
enum Known {
    /// Nothing.
    Unknown,
    /// A global function or value of Lua or the host.
    Global(String),
    /// A module, by the name it is required by.
    Module(String),
    /// A service of AWS.
    Service(&'static Service),
    /// An operation of it.
    Operation(&'static Service, &'static Operation),
    /// A function of a module.
    Function(String, String),
    /// Something of a class of ours.
    Object(String),
    /// A resource of a stack, by its kind.
    Resource(String),
    /// An output of one.
    Reference(String),
    /// A table that is written here, and held by a variable.
    Table(Rc<Held>),
}

/// A table that a variable holds.
struct Held {
    table: TableConstructor,
    /// What is known of its fields.
    fields: BTreeMap<String, Known>,
}

pub(super) fn walk(
    vocabulary: &Vocabulary,
    script: Script<'_>,
    facts: &Facts,
    ast: &Ast,
) -> Vec<Finding> {
    let sink = Sink { file: script.file, found: Vec::new(), partial: false };
    let mut walk =
        Walk { vocabulary, script, facts, sink, scopes: vec![BTreeMap::new()], guard: 0 };
    walk.block(ast.nodes());
    walk.sink.found
}

struct Walk<'a> {
    vocabulary: &'a Vocabulary,
    script: Script<'a>,
    facts: &'a Facts,
    sink: Sink<'a>,
    scopes: Vec<BTreeMap<String, Known>>,
    /// How many protected calls we are in.
    guard: u32,
}

impl Walk<'_> {
    fn quiet(&self) -> bool {
        self.guard > 0
    }

    fn bind(&mut self, name: &TokenReference, known: Known) {
        let name = literal::name(name);
        // A local that is assigned again may be anything.
        let known = if self.facts.assigned.contains(&name) { Known::Unknown } else { known };
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name, known);
        }
    }

    fn local(&self, name: &str) -> Option<&Known> {
        self.scopes.iter().rev().find_map(|s| s.get(name))
    }

    fn scoped(&mut self, work: impl FnOnce(&mut Self)) {
        self.scopes.push(BTreeMap::new());
        work(self);
        self.scopes.pop();
    }

    fn block(&mut self, block: &Block) {
        for stmt in block.stmts() {
            self.stmt(stmt);
        }
        if let Some(LastStmt::Return(last)) = block.last_stmt() {
            for expression in last.returns() {
                self.expression(expression);
            }
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::LocalAssignment(local) => {
                let known: Vec<Known> = local.expressions().iter().map(|e| self.held(e)).collect();
                for (index, name) in local.names().iter().enumerate() {
                    self.bind(name, known.get(index).cloned().unwrap_or(Known::Unknown));
                }
            }
            Stmt::Assignment(assignment) => {
                for expression in assignment.expressions() {
                    self.expression(expression);
                }
                for var in assignment.variables() {
                    self.target(var);
                }
            }
            Stmt::FunctionCall(call) => {
                self.call_chain(call);
            }
            Stmt::FunctionDeclaration(function) => {
                let mut names = function.name().names().iter();
                let first = names.next();
                if let Some(first) = first.filter(|_| function.name().names().len() > 1) {
                    self.name(first, true);
                }
                self.function(function.body(), function.name().method_name().is_some(), &[]);
            }
            Stmt::LocalFunction(function) => {
                self.bind(function.name(), Known::Unknown);
                self.function(function.body(), false, &[]);
            }
            Stmt::Do(inner) => self.scoped(|w| w.block(inner.block())),
            Stmt::While(inner) => {
                self.condition(inner.condition());
                self.scoped(|w| w.block(inner.block()));
            }
            Stmt::Repeat(inner) => self.scoped(|w| {
                w.block(inner.block());
                w.condition(inner.until());
            }),
            Stmt::If(inner) => self.branches(inner),
            Stmt::NumericFor(inner) => {
                self.expression(inner.start());
                self.expression(inner.end());
                if let Some(step) = inner.step() {
                    self.expression(step);
                }
                self.scoped(|w| {
                    w.bind(inner.index_variable(), Known::Unknown);
                    w.block(inner.block());
                });
            }
            Stmt::GenericFor(inner) => {
                for expression in inner.expressions() {
                    self.expression(expression);
                }
                self.scoped(|w| {
                    for name in inner.names() {
                        w.bind(name, Known::Unknown);
                    }
                    w.block(inner.block());
                });
            }
            _ => {}
        }
    }

    fn branches(&mut self, inner: &If) {
        self.condition(inner.condition());
        self.scoped(|w| w.block(inner.block()));
        for branch in inner.else_if().into_iter().flatten() {
            self.condition(branch.condition());
            self.scoped(|w| w.block(branch.block()));
        }
        if let Some(block) = inner.else_block() {
            self.scoped(|w| w.block(block));
        }
    }

    fn target(&mut self, var: &Var) {
        match var {
            Var::Name(token) => {
                let name = literal::name(token);
                let globals = self.vocabulary.globals(self.script.spec);
                if self.local(&name).is_some() || globals.contains(&name) {
                    return;
                }
                let locals = self.scopes.iter().flat_map(|s| s.keys()).map(String::as_str);
                let near = calls::slip(&name, locals.chain(globals.iter().map(String::as_str)));
                if let Some(near) = near.map(str::to_owned) {
                    let message = format!("\"{name}\" is a new global");
                    self.sink.report(&codes::L103, literal::spot(token), message).hint = Some(
                        format!("Did you mean \"{near}\"? A new one is declared with `local`."),
                    );
                }
            }
            Var::Expression(expression) => {
                // Only what stands before the field that is assigned is read.
                let suffixes: Vec<&Suffix> = expression.suffixes().collect();
                let before = suffixes.len().saturating_sub(1);
                self.chain(expression.prefix(), &suffixes[..before], true);
                if let Some(Suffix::Index(Index::Brackets { expression, .. })) = suffixes.last() {
                    self.expression(expression);
                }
            }
            _ => {}
        }
    }

    /// A function; `given` is what its first parameters are known to be.
    fn function(&mut self, body: &FunctionBody, method: bool, given: &[Known]) {
        self.scoped(|w| {
            if method && let Some(scope) = w.scopes.last_mut() {
                scope.insert("self".to_owned(), Known::Unknown);
            }
            for (index, parameter) in body.parameters().iter().enumerate() {
                if let Parameter::Name(name) = parameter {
                    w.bind(name, given.get(index).cloned().unwrap_or(Known::Unknown));
                }
            }
            w.block(body.block());
        });
    }

    /// What a variable is given.
    fn held(&mut self, expression: &Expression) -> Known {
        let Expression::TableConstructor(table) = expression else {
            return self.expression(expression);
        };
        let fields = self.table(table, &[]);
        Known::Table(Rc::new(Held { table: (**table).clone(), fields }))
    }

    fn condition(&mut self, expression: &Expression) {
        let known = self.expression(expression);
        if let Known::Reference(what) = known {
            self.compared(expression, &what, "is always true");
        }
    }

    fn compared(&mut self, expression: &Expression, what: &str, result: &str) {
        if self.quiet() {
            return;
        }
        let message = format!("{what} is known after apply: comparing it {result}");
        self.sink.report(&codes::L501, literal::spot_of(expression), message).hint = Some(
            "decide by what the script knows beforehand, or read the output after `apply`"
                .to_owned(),
        );
    }

    fn expression(&mut self, expression: &Expression) -> Known {
        match expression {
            Expression::BinaryOperator { .. } => return self.binary(expression),
            Expression::Parentheses { expression, .. } => return self.expression(expression),
            Expression::UnaryOperator { unop, expression } => {
                let known = self.expression(expression);
                if let (UnOp::Not(_), Known::Reference(what)) = (unop, known) {
                    self.compared(expression, &what, "is always true");
                }
            }
            Expression::Function(function) => self.function(function.body(), false, &[]),
            Expression::FunctionCall(call) => return self.call_chain(call),
            Expression::TableConstructor(table) => {
                self.table(table, &[]);
            }
            Expression::Var(Var::Name(name)) => return self.name(name, false),
            Expression::Var(Var::Expression(inner)) => {
                let suffixes: Vec<&Suffix> = inner.suffixes().collect();
                return self.chain(inner.prefix(), &suffixes, false);
            }
            _ => {}
        }
        Known::Unknown
    }

    /// Operators of the same rank lean to the left: their chain is walked without recursion.
    fn binary(&mut self, expression: &Expression) -> Known {
        let mut chain = Vec::new();
        let mut left = expression;
        while let Expression::BinaryOperator { lhs, binop, rhs } = left {
            chain.push((binop, &**lhs, &**rhs));
            left = lhs;
        }
        let mut known = self.expression(left);
        let mut first = left;
        for (op, lhs, rhs) in chain.into_iter().rev() {
            let right = self.expression(rhs);
            let logic = matches!(op, BinOp::And(_) | BinOp::Or(_));
            let compares = matches!(
                op,
                BinOp::TwoEqual(_)
                    | BinOp::TildeEqual(_)
                    | BinOp::LessThan(_)
                    | BinOp::LessThanEqual(_)
                    | BinOp::GreaterThan(_)
                    | BinOp::GreaterThanEqual(_)
            );
            let result = match op {
                BinOp::TwoEqual(_) => "is always false",
                BinOp::TildeEqual(_) => "is always true",
                _ => "is an error",
            };
            if let Known::Reference(what) = &known
                && (compares || logic)
            {
                let result = if logic { "is always true" } else { result };
                self.compared(first, what, result);
            }
            if let Known::Reference(what) = &right
                && compares
            {
                self.compared(rhs, what, result);
            }
            known = Known::Unknown;
            first = lhs;
        }
        Known::Unknown
    }

    /// Reads a table; what is known of its fields.
    fn table(
        &mut self,
        table: &TableConstructor,
        with: &[(&str, Vec<Known>)],
    ) -> BTreeMap<String, Known> {
        let mut fields = BTreeMap::new();
        for field in table.fields() {
            match field {
                Field::NameKey { key, value, .. } => {
                    let name = literal::name(key);
                    match (&**value, with.iter().find(|(n, _)| *n == name)) {
                        (Expression::Function(function), Some((_, given))) => {
                            self.function(function.body(), false, given);
                        }
                        (value, _) => {
                            let known = self.expression(value);
                            if !matches!(known, Known::Unknown) {
                                fields.insert(name, known);
                            }
                        }
                    }
                }
                Field::ExpressionKey { key, value, .. } => {
                    self.expression(key);
                    self.expression(value);
                }
                Field::NoKey(value) => {
                    self.expression(value);
                }
                _ => {}
            }
        }
        fields
    }

    /// A name; `used` where it is called or indexed.
    fn name(&mut self, token: &TokenReference, used: bool) -> Known {
        let name = literal::name(token);
        if name == "..." {
            return Known::Unknown;
        }
        if let Some(known) = self.local(&name) {
            return known.clone();
        }
        let globals = self.vocabulary.globals(self.script.spec);
        if globals.contains(&name) {
            let taken = self.facts.assigned.contains(&name);
            return if taken { Known::Unknown } else { Known::Global(name) };
        }
        if self.facts.assigned.contains(&name) || self.facts.open_globals {
            return Known::Unknown;
        }
        let locals: Vec<&str> =
            self.scopes.iter().flat_map(|s| s.keys()).map(String::as_str).collect();
        let names = locals.into_iter().chain(globals.iter().map(String::as_str));
        let hint = lua51(&name).map(str::to_owned).or_else(|| {
            let modules = self.vocabulary.module_names();
            let module = modules.contains(&name);
            if module {
                return Some(format!("local {name} = require \"{name}\""));
            }
            dmsrun_diag::did_you_mean(&name, names)
        });
        let message = format!("nothing defines \"{name}\"");
        let finding = self.sink.report(&codes::L101, literal::spot(token), message);
        finding.hint = hint;
        if !used {
            finding.severity = dmsrun_diag::Severity::Warning;
        }
        Known::Unknown
    }
}

/// Names of Lua 5.1 that 5.4 has under another.
fn lua51(name: &str) -> Option<&'static str> {
    Some(match name {
        "null" | "undefined" | "None" => "Lua calls it nil; for AWS and JSON there is json.null",
        "unpack" => "Lua 5.4 calls it table.unpack",
        "loadstring" => "Lua 5.4 calls it load",
        "setfenv" | "getfenv" => "Lua 5.4 has _ENV in its place",
        "module" => "Lua 5.4 has no module(): a module returns its table",
        "table.getn" => "Lua 5.4 writes #list",
        "table.maxn" => "Lua 5.4 has no table.maxn",
        "math.pow" => "Lua 5.4 writes x ^ y",
        "math.mod" => "Lua 5.4 calls it math.fmod, or writes x % y",
        "string.gfind" => "Lua 5.4 calls it string.gmatch",
        _ => return None,
    })
}
