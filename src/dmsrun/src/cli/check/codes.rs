//! The codes of files as such, and the list of all codes.

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

        const FILES: &[Code] = &[$($code),+];
    };
}

table! {
F001 Error "The file can't be read"
"There is no such file, or it is a folder, or the system does not let us read it.";
F002 Error "There is nothing in it"
"An empty file is no document. An empty script does nothing.";
F003 Error "The text is not UTF-8"
"JSON and Lua are read as UTF-8. Windows tools often write UTF-16: save the file as UTF-8 without a byte order mark.";
F004 Error "The file is too large"
"Documents of DMS and scripts are far smaller. A file of this size is something else, such as a log or data.";
F005 Error "The text is not JSON"
"DMS answers such a document with \"Invalid Table Mappings document\" or \"Invalid task settings JSON\".";
F006 Error "Not a document of DMS"
"It is JSON, but neither table mappings (an object with the list `rules`) nor task settings (an object of sections such as FullLoadSettings).";
F007 Warning "Byte order mark"
"The text begins with the three bytes EF BB BF. dmsrun passes over them; other tools send them to DMS, which then does not read the document.";
}

/// Every code, in order: files, scripts, mappings, settings, tasks.
pub fn all() -> impl Iterator<Item = &'static Code> {
    FILES.iter().chain(dmsrun_lua::analysis::CODES).chain(dmsrun_dms::codes())
}

/// The code of this name, in any case.
pub fn find(name: &str) -> Option<&'static Code> {
    all().find(|c| c.code.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_code_is_there_twice_and_each_is_explained() {
        let names: Vec<&str> = all().map(|c| c.code).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert!(names.len() > 100, "{}", names.len());
        for code in all() {
            assert!(code.text.len() > 20 && code.text.ends_with('.'), "{}", code.code);
        }
    }
}
