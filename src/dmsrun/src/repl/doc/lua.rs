//! Lua's own functions: their calls and what they do, in our own words. They are C, so there is no
//! comment to read.

use crate::repl::session::Session;
use mlua::{Function, Table, Value};

/// Path, arguments, and what it does.
type Line = (&'static str, &'static str, &'static str);

/// The one global that is the host's.
const BREAKPOINT: &str = "breakpoint";

const FUNCTIONS: &[Line] = &[
    (
        BREAKPOINT,
        "",
        "Opens a session at this place of a script, with its locals; :continue goes on. A real account is read-only there until :unlock.",
    ),
    (
        "assert",
        "value, message?, ...",
        "Gives its arguments; raises the message where the value is nil or false.",
    ),
    (
        "collectgarbage",
        "what?, argument?",
        "Collects garbage, or tells and tunes how: \"count\" gives the KB in use.",
    ),
    ("dofile", "file?", "Runs a file and gives what it returns."),
    ("error", "message, level?", "Raises an error; level 2 blames the caller, 0 names no place."),
    ("getmetatable", "value", "Gives the metatable of a value, or nil."),
    (
        "ipairs",
        "list",
        "Goes through the items 1, 2, … of a list up to the first nil: for i, v in ipairs(list) do.",
    ),
    (
        "load",
        "text, name?, mode?, env?",
        "Compiles a text or what a function gives piece by piece; nil and the complaint where it can't.",
    ),
    ("loadfile", "file?, mode?, env?", "Compiles a file and does not run it."),
    ("next", "table, key?", "Gives the key behind this one and its value; nil behind the last."),
    ("pairs", "table", "Goes through all keys and values, in no order: for k, v in pairs(t) do."),
    ("pcall", "f, ...", "Calls and catches: true and the results, or false and the error."),
    ("print", "...", "Writes the values as texts with tabs between them, and a line end."),
    ("rawequal", "a, b", "Whether two values are the same, without asking __eq."),
    ("rawget", "table, key", "Reads a key without asking __index."),
    ("rawlen", "value", "The length of a table or text without asking __len."),
    ("rawset", "table, key, value", "Writes a key without asking __newindex, and gives the table."),
    ("require", "name", "Gives a module; it is loaded the first time."),
    ("select", "n, ...", "Gives the arguments from the nth on; select(\"#\", ...) counts them."),
    ("setmetatable", "table, metatable", "Gives a table a metatable, and returns the table."),
    ("tonumber", "value, base?", "The number of a text, or nil where it is none."),
    ("tostring", "value", "The text of a value, by __tostring where there is one."),
    (
        "type",
        "value",
        "The type as a text: \"nil\", \"number\", \"string\", \"table\", \"function\" …",
    ),
    ("warn", "message, ...", "Writes a warning; \"@on\" and \"@off\" switch warnings."),
    (
        "xpcall",
        "f, handler, ...",
        "Calls and catches as pcall; the handler sees the error where it happens.",
    ),
    ("coroutine.close", "co", "Ends a suspended coroutine and closes its variables."),
    ("coroutine.create", "f", "Makes a coroutine of a function; resume starts it."),
    ("coroutine.isyieldable", "co?", "Whether a coroutine may yield."),
    (
        "coroutine.resume",
        "co, ...",
        "Goes on with a coroutine: true and what it yields, or false and the error.",
    ),
    ("coroutine.running", "", "The running coroutine, and whether it is the main one."),
    ("coroutine.status", "co", "\"running\", \"suspended\", \"normal\" or \"dead\"."),
    ("coroutine.wrap", "f", "Makes a coroutine as a function that goes on with it at each call."),
    ("coroutine.yield", "...", "Suspends the running coroutine and gives these values to resume."),
    (
        "debug.debug",
        "",
        "Reads and runs lines until one says cont; breakpoint() is the better one.",
    ),
    ("debug.gethook", "thread?", "The hook that is set, its mask and its count."),
    ("debug.getinfo", "thread?, f, what?", "A table about a function or a level of the stack."),
    ("debug.getlocal", "thread?, level, n", "Name and value of a local variable of a level."),
    ("debug.getmetatable", "value", "The metatable, whatever it says of itself."),
    ("debug.getregistry", "", "The registry table."),
    ("debug.getupvalue", "f, n", "Name and value of an upvalue of a function."),
    ("debug.getuservalue", "userdata, n?", "A value that belongs to a userdata."),
    (
        "debug.sethook",
        "thread?, hook?, mask, count?",
        "Calls a function at calls, returns, lines or every so many instructions.",
    ),
    ("debug.setlocal", "thread?, level, n, value", "Changes a local variable of a level."),
    ("debug.setmetatable", "value, metatable", "Sets the metatable of any value."),
    ("debug.setupvalue", "f, n, value", "Changes an upvalue of a function."),
    ("debug.setuservalue", "userdata, value, n?", "Sets a value that belongs to a userdata."),
    ("debug.traceback", "thread?, message?, level?", "The stack as a text."),
    ("debug.upvalueid", "f, n", "What tells whether two functions share an upvalue."),
    ("debug.upvaluejoin", "f1, n1, f2, n2", "Lets a function share an upvalue of another one."),
    ("io.close", "file?", "Closes a file, or the default output."),
    ("io.flush", "", "Writes out what the default output holds back."),
    ("io.input", "file?", "The default input, or another one from now on."),
    ("io.lines", "file?, ...", "Goes through the lines of a file: for line in io.lines(\"f\") do."),
    (
        "io.open",
        "file, mode?",
        "Opens a file (\"r\", \"w\", \"a\", each with \"+\" and \"b\"); nil and the reason where it can't.",
    ),
    ("io.output", "file?", "The default output, or another one from now on."),
    (
        "io.popen",
        "command, mode?",
        "Starts a command of the shell and gives its output or input as a file.",
    ),
    (
        "io.read",
        "...",
        "Reads from the default input: \"l\" a line, \"n\" a number, \"a\" all, or so many bytes.",
    ),
    ("io.tmpfile", "", "A file that is gone when the program ends."),
    ("io.type", "value", "\"file\", \"closed file\", or nil for what is no file."),
    (
        "io.write",
        "...",
        "Writes texts and numbers to the default output, with nothing between them.",
    ),
    ("math.abs", "x", "The value without its sign."),
    ("math.acos", "x", "The arc cosine, in radians."),
    ("math.asin", "x", "The arc sine, in radians."),
    ("math.atan", "y, x?", "The arc tangent of y/x, in radians."),
    ("math.ceil", "x", "The least integer that is not below x."),
    ("math.cos", "x", "The cosine of radians."),
    ("math.deg", "x", "Degrees of radians."),
    ("math.exp", "x", "e to the power of x."),
    ("math.floor", "x", "The greatest integer that is not above x."),
    ("math.fmod", "x, y", "The rest of a division that rounds towards zero."),
    ("math.log", "x, base?", "The logarithm, natural without a base."),
    ("math.max", "x, ...", "The greatest of its arguments."),
    ("math.min", "x, ...", "The least of its arguments."),
    ("math.modf", "x", "The whole part of a number, and the fraction."),
    ("math.rad", "x", "Radians of degrees."),
    (
        "math.random",
        "m?, n?",
        "A number from 0 up to 1, or an integer from 1 to m, or from m to n.",
    ),
    ("math.randomseed", "x?, y?", "Begins another sequence of random numbers."),
    ("math.sin", "x", "The sine of radians."),
    ("math.sqrt", "x", "The square root."),
    ("math.tan", "x", "The tangent of radians."),
    ("math.tointeger", "x", "The integer that x is, or nil."),
    ("math.type", "x", "\"integer\", \"float\", or nil for what is no number."),
    ("math.ult", "a, b", "Whether a is below b, both taken as unsigned integers."),
    ("math.atan2", "y, x", "The arc tangent of y/x, as atan; kept from older versions."),
    ("math.cosh", "x", "The hyperbolic cosine; kept from older versions."),
    ("math.frexp", "x", "m and e of x = m × 2^e; kept from older versions."),
    ("math.ldexp", "m, e", "m × 2^e; kept from older versions."),
    ("math.log10", "x", "The logarithm to base 10, as log(x, 10); kept from older versions."),
    ("math.pow", "x, y", "x to the power of y, as x ^ y; kept from older versions."),
    ("math.sinh", "x", "The hyperbolic sine; kept from older versions."),
    ("math.tanh", "x", "The hyperbolic tangent; kept from older versions."),
    ("os.clock", "", "Seconds of processor time that the program used."),
    (
        "os.date",
        "format?, time?",
        "A time as text, by strftime's letters; \"*t\" gives a table, \"!\" in front means UTC.",
    ),
    ("os.difftime", "a, b", "Seconds from b to a."),
    (
        "os.execute",
        "command?",
        "Runs a command in the shell: whether it went well, how it ended, and its code.",
    ),
    ("os.exit", "code?, close?", "Ends the program, after what is to be cleaned up."),
    ("os.getenv", "name", "The value of an environment variable, or nil."),
    ("os.remove", "file", "Deletes a file or an empty folder; nil and the reason where it can't."),
    ("os.rename", "from, to", "Renames a file; nil and the reason where it can't."),
    (
        "os.setlocale",
        "locale?, category?",
        "The locale of the program, or another one from now on.",
    ),
    ("os.time", "table?", "Seconds since 1970, now or of a table with year, month, day …"),
    ("os.tmpname", "", "A name for a temporary file."),
    ("package.loadlib", "file, function", "Loads a function of a C library."),
    (
        "package.searchpath",
        "name, path, separator?, replacement?",
        "The file that a name has on a path; nil and where it was looked for.",
    ),
    ("string.byte", "text, from?, to?", "The codes of bytes of a text."),
    ("string.char", "...", "The text of these byte codes."),
    ("string.dump", "f, strip?", "A function as binary text that load takes."),
    (
        "string.find",
        "text, pattern, from?, plain?",
        "Where a pattern matches first: from, to, and its captures; nil where it does not.",
    ),
    ("string.format", "format, ...", "Puts values into a format: %d, %s, %q, %5.2f, %x …"),
    (
        "string.gmatch",
        "text, pattern, from?",
        "Goes through all matches: for word in text:gmatch(\"%a+\") do.",
    ),
    (
        "string.gsub",
        "text, pattern, replacement, n?",
        "Replaces matches by a text, a table's values or a function's results; gives the count as well.",
    ),
    ("string.len", "text", "The length in bytes."),
    ("string.lower", "text", "The text in small letters."),
    (
        "string.match",
        "text, pattern, from?",
        "The captures of the first match, or all of it; nil where there is none.",
    ),
    ("string.pack", "format, ...", "Values as binary text."),
    ("string.packsize", "format", "The length of what pack makes of a format."),
    ("string.rep", "text, n, separator?", "The text n times, with the separator between."),
    ("string.reverse", "text", "The bytes of the text from the last to the first."),
    (
        "string.sub",
        "text, from, to?",
        "The bytes from one place to another; negative places count from the end.",
    ),
    (
        "string.unpack",
        "format, text, from?",
        "The values in binary text, and where the next ones begin.",
    ),
    ("string.upper", "text", "The text in capital letters."),
    (
        "table.concat",
        "list, separator?, from?, to?",
        "The texts and numbers of a list as one text.",
    ),
    ("table.insert", "list, at?, value", "Puts a value into a list, at its end without a place."),
    (
        "table.move",
        "a, from, to, at, b?",
        "Copies items of a list to another place, or into the list b.",
    ),
    ("table.pack", "...", "A list of its arguments, with their number as n."),
    (
        "table.remove",
        "list, at?",
        "Takes an item out of a list and gives it, the last one without a place.",
    ),
    (
        "table.sort",
        "list, less?",
        "Sorts a list in place, by < or by a function that says whether a comes before b.",
    ),
    ("table.unpack", "list, from?, to?", "The items of a list as separate values."),
    ("utf8.char", "...", "The text of these code points."),
    ("utf8.codepoint", "text, from?, to?, lax?", "The code points of a text."),
    (
        "utf8.codes",
        "text, lax?",
        "Goes through the characters: for at, code in utf8.codes(text) do.",
    ),
    (
        "utf8.len",
        "text, from?, to?, lax?",
        "How many characters a text has; nil and the place of a byte that is none.",
    ),
    ("utf8.offset", "text, n, from?", "The byte at which the nth character begins."),
];

/// The text on a function of Lua.
pub(super) fn about(session: &Session<'_>, f: &Function) -> Option<String> {
    let (path, arguments, words) = line_of(session, f)?;
    let owner = if *path == BREAKPOINT { "the host" } else { "Lua" };
    Some(format!("{path}({arguments})\n  {words}\n  a function of {owner}"))
}

/// Its call without its name.
pub(super) fn signature(session: &Session<'_>, f: &Function) -> Option<String> {
    line_of(session, f).map(|(_, arguments, _)| format!("({arguments})"))
}

/// It on one line.
pub(super) fn summary(session: &Session<'_>, f: &Function) -> Option<String> {
    let (path, arguments, words) = line_of(session, f)?;
    Some(format!("  {:<36} {words}", format!("{path}({arguments})")))
}

fn line_of(session: &Session<'_>, f: &Function) -> Option<&'static Line> {
    let globals = session.host().lua().globals();
    FUNCTIONS.iter().find(|(path, ..)| {
        let value = match path.split_once('.') {
            Some((table, name)) => {
                globals.raw_get::<Table>(table).and_then(|table| table.raw_get::<Value>(name))
            }
            None => globals.raw_get::<Value>(*path),
        };
        value.is_ok_and(|value| {
            value.as_function().is_some_and(|g| g.to_pointer() == f.to_pointer())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlua::Lua;

    #[test]
    fn every_function_of_lua_is_told_and_nothing_else() {
        let lua = Lua::new();
        let globals = lua.globals();
        let mut names = Vec::new();
        for (name, value) in globals.pairs::<String, Value>().flatten() {
            match value {
                Value::Function(_) => names.push(name),
                Value::Table(table) if name != "_G" => {
                    for (member, value) in table.pairs::<String, Value>().flatten() {
                        if value.is_function() {
                            names.push(format!("{name}.{member}"));
                        }
                    }
                }
                _ => {}
            }
        }
        let told: Vec<&str> = FUNCTIONS.iter().map(|(path, ..)| *path).collect();
        names.sort();
        for name in &names {
            assert!(told.contains(&name.as_str()), "{name} is not told");
        }
        for path in told.iter().filter(|path| {
            !path.starts_with("debug.") && **path != BREAKPOINT && **path != "package.loadlib"
        }) {
            assert!(names.iter().any(|name| name == path), "{path} is no function of Lua");
        }
    }
}
