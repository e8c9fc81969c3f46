//! What a script does anywhere in it, gathered before it is read line by line: names that it assigns, kinds
//! that it defines, findings that its comments allow.

use super::literal::{self, Key, Literal};
use full_moon::{
    ast::{
        Assignment, Ast, Block, Call, FunctionArgs, FunctionBody, FunctionCall,
        FunctionDeclaration, GenericFor, Index, LocalAssignment, LocalFunction, Parameter, Prefix,
        Suffix, Var,
    },
    tokenizer::TokenReference,
    visitors::Visitor,
};
use std::collections::{BTreeMap, BTreeSet};

/// What was gathered.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Names that are assigned as variables, locals and globals alike.
    pub assigned: BTreeSet<String>,
    /// Names that are assigned as fields of anything.
    pub fields: BTreeSet<String>,
    /// Kinds that the script defines.
    pub kinds: BTreeSet<String>,
    /// Whether it defines kinds whose names can't be read here.
    pub open_kinds: bool,
    /// The modules that it names in `require`.
    pub requires: BTreeSet<String>,
    /// Functions that call what they are given in protected mode.
    pub guards: BTreeSet<String>,
    /// Whether globals may come from anywhere: `_ENV`, `setmetatable(_G, …)`, `load`, `dofile`.
    pub open_globals: bool,
    /// Whether `package.path`, `package.preload` or the searchers are changed.
    pub open_modules: bool,
    /// What comments allow, by line.
    allowed: BTreeMap<u32, Vec<String>>,
}

impl Facts {
    pub fn of(ast: &Ast, text: &str) -> Self {
        let mut facts = Self::default();
        facts.visit_ast(ast);
        for (index, line) in text.lines().enumerate() {
            if let Some((_, list)) = line.split_once("-- check: allow") {
                let codes = list.split([' ', ',']).map(str::trim).filter(|c| !c.is_empty());
                let line = u32::try_from(index + 1).unwrap_or(u32::MAX);
                facts.allowed.insert(line, codes.map(str::to_ascii_uppercase).collect());
            }
        }
        facts
    }

    /// Whether a comment on the line, or on the one before it, allows the finding.
    pub fn allows(&self, line: u32, code: &str) -> bool {
        [line, line.saturating_sub(1)]
            .iter()
            .filter_map(|l| self.allowed.get(l))
            .any(|codes| codes.iter().any(|c| c == code))
    }

    fn variable(&mut self, name: &TokenReference) {
        let name = literal::name(name);
        self.open_globals |= name == "_ENV";
        self.assigned.insert(name);
    }

    fn field(&mut self, prefix: &Prefix, suffixes: &[&Suffix]) {
        let Some(Suffix::Index(index)) = suffixes.last() else { return };
        let name = match index {
            Index::Dot { name, .. } => Some(literal::name(name)),
            Index::Brackets { expression, .. } => match literal::of(expression) {
                Literal::Text(text) => text,
                _ => None,
            },
            _ => None,
        };
        let base = match prefix {
            Prefix::Name(name) => literal::name(name),
            _ => String::new(),
        };
        if base == "package" {
            self.open_modules = true;
        }
        match name {
            // `_G.name = …` defines a global.
            Some(name) if base == "_G" || base == "_ENV" => {
                self.assigned.insert(name);
            }
            Some(name) => {
                self.fields.insert(name);
            }
            None if base == "_G" || base == "_ENV" => self.open_globals = true,
            None => {}
        }
    }
}

fn parameters(body: &FunctionBody) -> BTreeSet<String> {
    let names = body.parameters().iter().filter_map(|p| match p {
        Parameter::Name(name) => Some(literal::name(name)),
        _ => None,
    });
    names.collect()
}

/// Finds `pcall(f, …)` of one of the given names, or of what a loop over one of them gives.
struct Protected {
    names: BTreeSet<String>,
    found: bool,
}

impl Visitor for Protected {
    fn visit_generic_for(&mut self, node: &GenericFor) {
        let over = node.expressions().to_string();
        let words = over.split(|c: char| !c.is_alphanumeric() && c != '_');
        if words.into_iter().any(|word| self.names.contains(word)) {
            self.names.extend(node.names().iter().map(literal::name));
        }
    }

    fn visit_function_call(&mut self, call: &FunctionCall) {
        let Prefix::Name(name) = call.prefix() else { return };
        let name = literal::name(name);
        let mut words = vec![name];
        for suffix in call.suffixes() {
            match suffix {
                Suffix::Index(Index::Dot { name, .. }) => words.push(literal::name(name)),
                Suffix::Call(Call::AnonymousCall(args)) => {
                    let last = words.last().map(String::as_str).unwrap_or_default();
                    let first = match &**args {
                        FunctionArgs::Parentheses { arguments, .. } => arguments.iter().next(),
                        _ => None,
                    };
                    if let Some(full_moon::ast::Expression::Var(Var::Name(given))) = first {
                        self.found |= super::walk::PROTECT.contains(&last)
                            && self.names.contains(&literal::name(given));
                    }
                }
                _ => {}
            }
        }
    }
}

fn protects(body: &FunctionBody) -> bool {
    let mut search = Protected { names: parameters(body), found: false };
    if !search.names.is_empty() {
        search_block(&mut search, body.block());
    }
    search.found
}

fn search_block(search: &mut Protected, block: &Block) {
    use full_moon::visitors::Visit as _;
    block.visit(search);
}

impl Visitor for Facts {
    fn visit_assignment(&mut self, node: &Assignment) {
        for var in node.variables() {
            match var {
                Var::Name(name) => self.variable(name),
                Var::Expression(expression) => {
                    let suffixes: Vec<&Suffix> = expression.suffixes().collect();
                    self.field(expression.prefix(), &suffixes);
                }
                _ => {}
            }
        }
    }

    fn visit_local_assignment(&mut self, node: &LocalAssignment) {
        self.open_globals |= node.names().iter().any(|name| literal::name(name) == "_ENV");
    }

    fn visit_function_body(&mut self, node: &FunctionBody) {
        self.open_globals |= parameters(node).contains("_ENV");
    }

    fn visit_function_declaration(&mut self, node: &FunctionDeclaration) {
        let names: Vec<String> = node.name().names().iter().map(literal::name).collect();
        let method = node.name().method_name().map(literal::name);
        match (names.as_slice(), &method) {
            ([name], None) => {
                self.assigned.insert(name.clone());
                if protects(node.body()) {
                    self.guards.insert(name.clone());
                }
            }
            _ => {
                self.fields.extend(method.or_else(|| names.last().cloned()));
            }
        }
    }

    fn visit_local_function(&mut self, node: &LocalFunction) {
        if protects(node.body()) {
            self.guards.insert(literal::name(node.name()));
        }
    }

    fn visit_function_call(&mut self, node: &FunctionCall) {
        let base = match node.prefix() {
            Prefix::Name(name) => literal::name(name),
            _ => String::new(),
        };
        self.open_globals |= matches!(base.as_str(), "dofile" | "load" | "loadfile");
        let mut field = String::new();
        for suffix in node.suffixes() {
            match suffix {
                Suffix::Index(Index::Dot { name, .. }) => field = literal::name(name),
                Suffix::Call(Call::AnonymousCall(args)) => self.arguments(&base, &field, args),
                _ => {}
            }
        }
    }
}

impl Facts {
    fn arguments(&mut self, base: &str, field: &str, args: &FunctionArgs) {
        match args {
            FunctionArgs::Parentheses { arguments, .. } => {
                let mut arguments = arguments.iter();
                let first = arguments.next();
                let first_is_globals = first.is_some_and(|e| e.to_string().trim() == "_G");
                if first_is_globals && matches!(base, "setmetatable" | "rawset") {
                    match arguments.next().map(literal::of) {
                        Some(Literal::Text(Some(name))) if base == "rawset" => {
                            self.assigned.insert(name);
                        }
                        _ => self.open_globals = true,
                    }
                }
                match first.map(literal::of) {
                    Some(Literal::Table(table)) if field == "define" => self.kind(table),
                    Some(_) if field == "define" => self.open_kinds = true,
                    Some(Literal::Text(Some(name))) if base == "require" && field.is_empty() => {
                        self.requires.insert(name);
                    }
                    _ => {}
                }
            }
            FunctionArgs::String(name) if base == "require" && field.is_empty() => {
                self.requires.extend(literal::text(name));
            }
            FunctionArgs::TableConstructor(table) if field == "define" => self.kind(table),
            _ => {}
        }
    }

    fn kind(&mut self, table: &full_moon::ast::TableConstructor) {
        for entry in literal::entries(table) {
            if entry.key == Key::Name("name".to_owned())
                && let Literal::Text(Some(name)) = literal::of(entry.value)
            {
                self.kinds.insert(name);
            }
        }
    }
}
