#!/usr/bin/env python3
"""Print the names-only tables of the AWS door from the source of the aws-sdk crates.

The tables (`src/tables/<service>.rs`) name operations, structures, enumerations and unions with
their members; the macros in `src/shape/macros.rs` make both directions from them and the compiler
infers every type. What the SDK does not tell (required lists, more secrets, odd pagination) stands in
`tables.toml`.

usage: generate.py [--check] [SERVICE...]

Without a service all tables are written. With --check nothing is written: the exit code is 1 where
a committed table differs from what would be printed.
"""

import glob
import os
import re
import sys
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH = 100
KEYWORDS = set(
    "as async await break const continue dyn else enum extern false final fn for if impl in let loop"
    " match mod move mut override pub ref return static struct trait true try type typeof unsafe use"
    " virtual where while yield".split()
)
# Members that carry the token of the next page, for operations without a paginator in the SDK.
TOKENS = ["next_token", "marker", "next_marker", "next_continuation_token"]


def ident(name):
    """A member's name as a Rust identifier."""
    return "r#" + name if name in KEYWORDS else name


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def fields_of(text, name):
    """The members of a structure: [(name, type)]. Private ones (`_request_id`) are left out."""
    body = re.search(r"pub struct %s\s*\{(.*?)\n\}" % name, text, re.S)
    if not body:
        return []
    return re.findall(r"^    pub (?:r#)?(\w+): (.*),$", body.group(1), re.M)


def required_of(text, builder):
    """The members that the builder's documentation calls required or that `build` insists on."""
    body = re.search(r"impl %s \{(.*)" % builder, text, re.S)
    if not body:
        return set()
    mark = r"/// This field is required\.\n(?:\s*///.*\n|\s*#\[.*\n)*\s*pub fn (?:r#)?(\w+)\("
    found = re.findall(mark, body.group(1))
    insisted = re.findall(r"^    /// - \[`(?:r#)?(\w+)`\]", body.group(1), re.M)
    return set(found) | set(insisted)


def sensitive_of(text):
    return set(re.findall(r'formatter\.field\("(\w+)", &"\*\*\* Sensitive', text))


class Crate:
    """What is known of one SDK crate."""

    def __init__(self, name):
        pattern = os.path.expanduser(f"~/.cargo/registry/src/*/{name}-[0-9]*")
        lock = read(os.path.join(HERE, "../../Cargo.lock"))
        version = re.search(r'name = "%s"\nversion = "([^"]+)"' % name, lock)
        found = [f for f in glob.glob(pattern) if not version or f.endswith("-" + version.group(1))]
        if not found:
            sys.exit(f"{name} is not in the cargo registry: run `cargo fetch` first")
        self.folder = sorted(found)[-1] + "/src"
        self.version = os.path.basename(sorted(found)[-1])[len(name) + 1 :]
        self.structures, self.enumerations, self.unions = {}, set(), {}
        self.read_types()

    def read_types(self):
        for path in sorted(glob.glob(self.folder + "/types/_*.rs")):
            text = read(path)
            structure = re.search(r"pub struct (\w+)", text)
            choice = re.search(r"pub enum (\w+) \{(.*?)\n\}", text, re.S)
            if choice and (not structure or choice.start() < structure.start()):
                if "impl ::std::convert::From<&str> for" in text:
                    self.enumerations.add(choice.group(1))
                else:
                    getter = r"into \[`(\w+)`\].*\n.*\n    pub fn as_(\w+)\(&self\)"
                    names = dict(re.findall(getter, text))
                    variants = re.findall(r"^    (\w+)\((.+)\),$", choice.group(2), re.M)
                    self.unions[choice.group(1)] = [(v, kind, names[v]) for v, kind in variants]
            elif structure:
                name = structure.group(1)
                self.structures[name] = {
                    "fields": fields_of(text, name),
                    "required": required_of(text, name + "Builder"),
                    "sensitive": sensitive_of(text),
                }

    def operations(self):
        paths = glob.glob(self.folder + "/operation/*/builders.rs")
        folders = sorted(os.path.basename(os.path.dirname(path)) for path in paths)
        return [f for f in folders if os.path.exists(f"{self.folder}/operation/{f}/_{f}_input.rs")]

    def operation(self, name):
        folder = f"{self.folder}/operation/{name}"
        taken, given = read(f"{folder}/_{name}_input.rs"), read(f"{folder}/_{name}_output.rs")
        camel = re.search(r"pub struct (\w+)Input\b", taken).group(1)
        body = read(f"{self.folder}/operation/{name}.rs")
        return {
            "camel": camel,
            "in": fields_of(taken, camel + "Input"),
            "out": fields_of(given, camel + "Output"),
            "required": required_of(taken, camel + "InputBuilder"),
            "sensitive": sensitive_of(taken) | sensitive_of(given),
            "token": re.findall(r"input\.(\w+) = \S+Some\(token_provider\.make", body),
            "pages": self.pages(name, folder),
        }

    def pages(self, name, folder):
        """The SDK's own knowledge of pagination: (input token, output token, items or None)."""
        path = folder + "/paginator.rs"
        if not os.path.exists(path):
            return None
        text = read(path)
        taken = re.search(r"input\.(\w+) = new_token", text)
        given = re.search(r"lens::reflens_\w+?_output_output_(\w+)\(", text)
        items = re.search(r"lens::lens_\w+?_output_output_(\w+)\(", text)
        if not taken or not given:
            return None
        return taken.group(1), given.group(1), items.group(1) if items else None


def names_in(kind):
    """The crate's own types that a Rust type mentions."""
    return re.findall(r"crate::types::(\w+)", kind)


def closure(crate, seeds):
    """Every shape reachable from the seeds."""
    seen, stack = set(), list(seeds)
    while stack:
        name = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        members = crate.structures.get(name, {}).get("fields") or crate.unions.get(name) or []
        for _, kind, *_ in members:
            stack += names_in(kind)
    return seen


def wrap(head, names, tail, indent):
    """One entry of a table, broken at the width."""
    lines, current = [], head
    for index, name in enumerate(names):
        word = name + ("" if index == len(names) - 1 or name.endswith(";") else ",")
        glue = "" if current.endswith("(") or current.strip() == "" else " "
        if len(current) + len(glue) + len(word) > WIDTH - 1:
            lines.append(current)
            current, glue = " " * indent, ""
        current += glue + word
    if len(current) + len(tail) > WIDTH and " " in tail.strip():
        lines.append(current + tail.split(" ")[0])
        return lines + [" " * indent + tail.split(" ", 1)[1]]
    return lines + [current + tail]


def split(fields, required):
    """Members as the macros want them: required ones, a semicolon, the others."""
    must = [ident(f) for f, _ in fields if f in required]
    may = [ident(f) for f, _ in fields if f not in required]
    return (must[:-1] + [must[-1] + ";"] if must else [";"]) + may


class Table:
    """One service's table."""

    def __init__(self, service, settings, common):
        self.service, self.settings = service, settings
        self.crate = Crate(settings["crate"])
        self.hidden = set(common["secrets"]) | set(settings.get("secrets", []))
        self.shown = set(common["not_secrets"]) | set(settings.get("not_secrets", []))
        self.required = settings.get("required", {})
        every = self.crate.operations()
        wanted = settings.get("operations") or every
        missing = [o for o in wanted if o not in every]
        if missing:
            sys.exit(f"{service}: the SDK has no operation {', '.join(missing)}")
        wanted = [o for o in wanted if o not in settings.get("without", [])]
        self.operations = {name: self.crate.operation(name) for name in sorted(set(wanted))}

    def secrets(self, fields, sensitive):
        """Which members are secret: what the SDK marks and what tables.toml adds or excepts."""
        marked = (sensitive | self.hidden) - self.shown
        return sorted(f for f, _ in fields if f in marked)

    def pages(self, name, op):
        hand = self.settings.get("pages", {}).get(name)
        if hand == "":
            return ""
        if hand:
            return f" pages({hand})"
        is_list = re.compile(r"(::std::option::Option<)?::std::vec::Vec")
        lists = [f for f, kind in op["out"] if is_list.match(kind)]
        if op["pages"]:
            taken, given, items = op["pages"]
        else:
            names = {f for f, _ in op["out"]} & {f for f, _ in op["in"]}
            both = [token for token in TOKENS if token in names]
            if not both:
                return ""
            taken = given = both[0]
            items = None
        if not items and len(lists) != 1:
            sys.exit(f"{self.service}.{name}: which of {lists} are the items? Say so in the toml")
        return f" pages({ident(taken)}, {ident(given)}: {ident(items or lists[0])})"

    def print_operations(self):
        out = ["operations! {"]
        for name, op in self.operations.items():
            required = (op["required"] | set(self.required.get(op["camel"], []))) - set(op["token"])
            stream = [f for f, kind in op["out"] if kind.endswith("ByteStream")]
            given = [ident(f) for f, _ in op["out"] if f not in stream]
            secret = self.secrets(dict(op["in"] + op["out"]).items(), op["sensitive"])
            tail = self.pages(name, op)
            tail += f" secret({', '.join(secret)})" if secret else ""
            tail += f" token({op['token'][0]})" if op["token"] else ""
            tail += f" streams({stream[0]})" if stream else ""
            out += wrap(f"    {name} {op['camel']}(", split(op["in"], required), ") -> (", 8)
            if len(out[-1]) + sum(len(g) + 2 for g in given) + len(tail) + 2 <= WIDTH:
                out[-1] += ", ".join(given) + ")" + tail + ";"
            else:
                out += wrap(" " * 8, given, ")" + tail + ";", 8)
        return out + ["}"]

    def print_structures(self, macro, names):
        if not names:
            return []
        out = ["", macro + "! {"]
        for name in sorted(names):
            it = self.crate.structures[name]
            required = it["required"] | set(self.required.get(name, []))
            secret = self.secrets(it["fields"], it["sensitive"])
            tail = ")" + (f" secret({', '.join(secret)})" if secret else "") + ";"
            out += wrap(f"    {name}(", split(it["fields"], required), tail, 8)
        return out + ["}"]

    def print_unions(self, macro, names):
        out = []
        for name in sorted(names):
            variants = [f"{v} {key}" for v, _, key in self.crate.unions[name]]
            out += ["", macro + "! {"] + wrap(f"    {name}(", variants, ");", 8) + ["}"]
        return out

    def text(self):
        crate, ops = self.crate, self.operations.values()
        taken = closure(crate, [n for op in ops for _, kind in op["in"] for n in names_in(kind)])
        given = closure(crate, [n for op in ops for _, kind in op["out"] for n in names_in(kind)])
        have = set(crate.structures)
        title = self.settings["title"]
        head = [
            f"//! The table of `{self.service}` ({title}): printed by `generate.py` from",
            f"//! {self.settings['crate']} {crate.version}. Change `tables.toml` and print it again.",
            "",
            "#![cfg_attr(rustfmt, rustfmt_skip)]",
            "",
            f"use {self.settings['crate'].replace('-', '_')} as sdk;",
            "",
            "use crate::shape::macros::*;",
            "",
        ]
        body = self.print_operations()
        body += self.print_structures("structures_both", taken & given & have)
        body += self.print_structures("structures_in", (taken - given) & have)
        body += self.print_structures("structures_out", (given - taken) & have)
        choices = sorted((taken | given) & crate.enumerations)
        if choices:
            body += ["", "enumerations! {"] + wrap("    ", choices, "", 4) + ["}"]
        unions = set(crate.unions)
        body += self.print_unions("union_both", taken & given & unions)
        body += self.print_unions("union_in", (taken - given) & unions)
        body += self.print_unions("union_out", (given - taken) & unions)
        rows = sorted((taken | given) & have)
        body += ["", "completeness! {"] + wrap("    ", rows, "", 4) + ["}"]
        return "\n".join(line.rstrip() for line in head + body) + "\n"


def main():
    arguments = [a for a in sys.argv[1:] if a != "--check"]
    check = "--check" in sys.argv[1:]
    with open(os.path.join(HERE, "tables.toml"), "rb") as file:
        settings = tomllib.load(file)
    stale = []
    for service, one in settings["service"].items():
        if arguments and service not in arguments:
            continue
        path = os.path.join(HERE, "src/tables", service + ".rs")
        table = Table(service, one, settings)
        text = table.text()
        if check:
            if not os.path.exists(path) or read(path) != text:
                stale.append(service)
            continue
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        print(f"{service}: {len(table.operations)} operations, {len(text.splitlines())} lines")
    if stale:
        sys.exit(f"out of date: {', '.join(stale)}; run src/aws/generate.py")


main()
