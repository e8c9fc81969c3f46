//! The codes of what can be said of a script without running it.

use dmsrun_diag::Severity;
use dmsrun_dms::Code;

macro_rules! table {
    ($($code:ident $severity:ident $title:literal $text:literal;)+) => {
        $(
            #[doc = $title]
            pub const $code: Code = Code {
                code: stringify!($code),
                severity: Severity::$severity,
                title: $title,
                text: $text,
            };
        )+

        /// Every code of scripts, in order.
        pub const CODES: &[Code] = &[$($code),+];
    };
}

table! {
L001 Error "Syntax error"
"Lua can't read the script; nothing in it runs. The place is where Lua gave up, which may lie after the slip: a string or a bracket that was never closed, an `end` too few.";
L002 Error "The script ends with an error"
"In a check the script is evaluated without AWS, files written or processes. It raised an error, and would raise it in a real run as well.";
L003 Note "Checked as far as it goes without AWS"
"The script asks AWS at this line, and a check sends no call. What stands before it was checked, what comes after it only by reading. `host.checking()` is true in a check.";
L004 Note "Checked as far as its limits allow"
"A check evaluates the script within limits of instructions, memory and time, and at this line they were used up. What it built before was checked, the rest only by reading. A loop that waits for something never ends in a check: ask `host.checking()` before it, or read only, with `--static`.";
L101 Error "Undefined global"
"Nothing in the script, in Lua or in dmsrun defines this name, so it is nil: calling or indexing it raises an error. Where it is only read, it is a warning. A global that another file defines may be silenced with `-- check: allow L101` on the line, or on the one before.";
L102 Error "Unknown module"
"There is no module of this name in dmsrun, beside the script, or on LUA_PATH. Inside `pcall(require, …)` it is not said.";
L103 Warning "A new global with a name near a known one"
"An assignment to a misspelt name makes a new global, and the value that was meant stays as it was. Declare what is meant with `local`.";
L104 Error "Unknown name"
"The module, the AWS service or the library of Lua has no field of this name.";
L105 Error "Unknown method"
"What is called here has no method of this name.";
L106 Error "Unknown output"
"A resource of this kind has no such output: `dmsrun doc KIND` lists them.";
L201 Error "Unknown parameter"
"The operation or function takes no parameter of this name. The path names where: `filters[1].values`. DMS would never see it, and dmsrun refuses to send it.";
L202 Error "Not one of the values"
"The parameter takes one of a fixed list of words.";
L203 Error "Wrong type of value"
"The constant that stands here is of another type than the parameter takes.";
L204 Error "Missing parameter"
"The operation or the kind of resource needs the parameter, and the table does not give it.";
L301 Error "Unknown option"
"The function takes no option of this name.";
L401 Error "Unknown kind"
"There is no kind of resource of this name, neither ours nor beside the script in `kinds/`.";
L402 Error "Unknown property"
"The kind of resource has no property of this name.";
L501 Warning "A reference is compared"
"An output of a resource is a reference until the stack is applied: it stands for a value that is not known yet, so comparing it, or asking whether it is there, says nothing about the value.";
L901 Note "The script is too large to be read closely"
"Its syntax is checked, names and parameters are not.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_in_order_and_explained() {
        assert!(CODES.windows(2).all(|w| w[0].code < w[1].code));
        for code in CODES {
            assert!(code.code.starts_with('L') && code.text.ends_with('.'), "{}", code.code);
            assert!(!code.title.ends_with('.'), "{}", code.code);
        }
    }
}
