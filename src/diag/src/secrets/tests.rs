#![allow(clippy::unwrap_used)]
use super::*;

const PLANTED: &str = "PLANTED-9137";

fn shown(source: &str) -> String {
    let secrets = Secrets::of(source);
    let lines = source.lines().count();
    (1..=lines)
        .map(|line| secrets.line(source, u32::try_from(line).unwrap(), None, 1).unwrap().text)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_text_behind_the_name_of_a_secret_is_never_shown() {
    for source in [
        r#"{"source_db_config":{"user_name":"u","password":"PLANTED-9137",,}}"#,
        r#"{"passwort": "PLANTED-9137"}"#,
        r#"{"pasword": "PLANTED-9137", "x": 1}"#,
        r#"{"sourcePasswd": {"a": ["PLANTED-9137"]}}"#,
        r#"{'password': 'PLANTED-9137'}"#,
        r#"{"password: "PLANTED-9137", "x": 1}"#,
        r#"{"password": "PLANTED-9137"#,
        r#"{"password" "PLANTED-9137"}"#,
        r#"{password: PLANTED-9137}"#,
        "{\"password\":\n  \"PLANTED-9137\"}",
        r#"[[1, 2], {"secret_string": "PLANTED-9137"}]"#,
        r#"local e = { password="PLANTED-9137", port = 1 "#,
        "local e = { password = 'PLANTED-9137",
        r#"aws.dms.create_endpoint{pasword="PLANTED-9137"}"#,
        r#"aws.secretsmanager.create_secret { secret_strng = [[PLANTED-9137]] }"#,
        "x = { [\"passwrd\"] = \"PLANTED-9137\" }",
        r#"if password == "PLANTED-9137" then end"#,
        r#"password = os.getenv "PW" or "PLANTED-9137""#,
        r#"password = ("x" .. "PLANTED-9137")"#,
        r#"local s = secret.new "PLANTED-9137""#,
        r#"local s = secret.new("PLANTED-9137")"#,
        r#"url = "mysql://root:PLANTED-9137@db/x""#,
        r#"extra = 'user=a;password=PLANTED-9137'"#,
        r#"body = '{"password":"PLANTED-9137"}'"#,
        r#"-- password = "PLANTED-9137""#,
        "private_key = [[\n-----BEGIN\nPLANTED-9137\n]]",
        r#"password "PLANTED-9137" "x""#,
        r#"local db_pw = "a"PLANTED-9137"#,
        "password: PLANTED-9137",
        "x = 1\npassword: 9137-PLANTED-9137\ny = 2",
    ] {
        let text = shown(source);
        assert!(!text.contains("PLANTED"), "{source}\n{text}");
    }
}

#[test]
fn what_only_speaks_of_secrets_is_shown() {
    for source in [
        r#"local secret = require "secret""#,
        r#"password = secret.env "DB_PASSWORD""#,
        r#"password = secret.aws { name = name }"#,
        r#"{"password": {"env": "DB_PASSWORD"}, "server_name": "db1"}"#,
        r#"secret_id = "orders/source", secret_role_arn = "arn:aws:iam::1:role/r""#,
        r#"print(password, "hello")"#,
        "local text = password:reveal()",
        "local password = read()\nprint(\"hello\")",
        r#"engine = "mysql", mode = "secretary""#,
    ] {
        let text = shown(source);
        assert!(!text.contains(MASK) || source.contains("secretary"), "{source}\n{text}");
    }
    assert_eq!(
        shown("local password = \"geheim\"\nprint(\"hello\")"),
        "local password = \"***\"\nprint(\"hello\")"
    );
    assert_eq!(
        shown(r#"{"password":"geheim","port":3306,"engine":"mysql"}"#),
        r#"{"password":"***","port":3306,"engine":"mysql"}"#
    );
}

#[test]
fn the_mark_stays_where_it_belongs() {
    let source = r#"x{ password="a-long-secret", prot=1 }"#;
    let column = u32::try_from(source.find("prot").unwrap() + 1).unwrap();
    let line = Secrets::of(source).line(source, 1, Some(column), 4).unwrap();
    assert_eq!(line.text, r#"x{ password="***", prot=1 }"#);
    assert_eq!((line.column, line.width), (Some(20), 4));
    // The secret itself is marked: neither its length nor its place in it is told.
    let inside = u32::try_from(source.find("long").unwrap() + 1).unwrap();
    let line = Secrets::of(source).line(source, 1, Some(inside), 11).unwrap();
    assert_eq!((line.column, line.width), (Some(14), 3));
    let line = Secrets::of(source).line(source, 1, Some(60), 1).unwrap();
    assert_eq!(line.column, Some(50));
}

#[test]
fn a_message_is_scrubbed_also_of_a_beginning() {
    let source = format!("password = \"{PLANTED}-and-much-more\"\"x\"");
    let secrets = Secrets::of(&source);
    let whole = format!("syntax error near '\"{PLANTED}-and-much-more\"'");
    assert_eq!(secrets.scrub(&whole), "syntax error near '\"***\"'");
    let cut = format!("syntax error near '\"{PLANTED}-and…");
    assert_eq!(secrets.scrub(&cut), "syntax error near '\"***…");
}

#[test]
fn names_are_known_by_their_words_and_when_misspelt() {
    for name in [
        "password",
        "sourcePassword",
        "DB_PASSWORD",
        "pasword",
        "passwort",
        "passwrd",
        "pwd",
        "secret_string",
        "secret_strng",
        "secret_access_key",
        "auth_token",
        "sasl_pasword",
        "Passwd",
        "db-pass",
        "sercet",
    ] {
        assert!(names_secret(name), "{name}");
    }
    for name in [
        "",
        "secret_id",
        "secrets_manager_secret_arn",
        "port",
        "engine",
        "server_name",
        "forward",
        "source",
        "path",
        "assword_count_names",
        "auth_type",
        "token_format",
        "compare",
    ] {
        assert!(!names_secret(name), "{name}");
    }
}

#[test]
fn broken_texts_and_large_ones_are_read_to_their_end() {
    for source in [
        "",
        "\"",
        "'",
        "[",
        "[[",
        "[==[",
        "{",
        "{\"",
        "password",
        "password=",
        "password:",
        "--",
        "--[[",
    ] {
        for more in ["", "\n", "é", "\r\n", "\"é", "]]"] {
            let source = format!("{source}{more}");
            let secrets = Secrets::of(&source);
            let _ = (secrets.scrub(&source), secrets.line(&source, 1, Some(3), 9));
        }
    }
    let began = std::time::Instant::now();
    let long = format!("x = {}password=\"{PLANTED}\"", "é".repeat(4 << 20));
    let column = u32::try_from(5 + (4 << 20)).unwrap();
    let secrets = Secrets::around(&long, 1, Some(column));
    let text = secrets.line(&long, 1, Some(column), 3).unwrap().text;
    assert!(!text.contains(PLANTED) && text.ends_with("password=\"***\""));
    let names = "local some_name, another_name = some_name\n".repeat(20_000);
    let _ = Secrets::of(&names);
    assert!(began.elapsed() < std::time::Duration::from_secs(20));
}
