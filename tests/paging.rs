//! Pages of records against a server that notes what it is asked and when: the next page is on its way
//! while a script walks through the one before, and what went wrong ahead of time is asked again.

use crate::common::{Env, Output};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

const PAGES: usize = 3;
const ROWS: usize = 4;

/// What was asked, in its order: `page 1`, or the path of another request.
type Asked = Arc<Mutex<Vec<String>>>;

/// A server of three pages of statistics. The pages named here fail the first time that they are asked.
fn server(failing: &'static [usize]) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let log = Arc::clone(&log);
            std::thread::spawn(move || converse(stream, &log, failing));
        }
    });
    (url, asked)
}

fn converse(stream: TcpStream, log: &Asked, failing: &[usize]) {
    let mut write = stream.try_clone().unwrap();
    let mut read = BufReader::new(stream);
    while let Some((path, body)) = request(&mut read) {
        let (status, answer) = if path == "/" {
            let number = body
                .split("\"Marker\":\"")
                .nth(1)
                .map_or(1, |rest| rest.split('"').next().unwrap().parse().unwrap());
            let name = format!("page {number}");
            let mut log = log.lock().unwrap();
            let first = !log.contains(&name);
            log.push(name);
            if first && failing.contains(&number) {
                let fault = r#"{"__type":"AccessDeniedFault","message":"not yet"}"#;
                ("403 Forbidden", fault.to_owned())
            } else {
                ("200 OK", page(number))
            }
        } else {
            wait_for_next(&path, log);
            log.lock().unwrap().push(path);
            ("200 OK", String::new())
        };
        let length = answer.len();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.1\r\n\
             content-length: {length}\r\n\r\n"
        );
        if write.write_all(format!("{head}{answer}").as_bytes()).is_err() {
            return;
        }
    }
}

/// Keeps the first row of a page waiting until the next page has been asked for, or for long.
fn wait_for_next(path: &str, log: &Asked) {
    let Some(number) = path.get(2..3).and_then(|digit| digit.parse::<usize>().ok()) else { return };
    let next = format!("page {}", number + 1);
    for _ in 0..500 {
        if number == PAGES || log.lock().unwrap().contains(&next) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The path and the body of the next request on a connection.
fn request(read: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let (mut first, mut length) = (None, 0);
    loop {
        let mut line = String::new();
        if read.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        first.get_or_insert_with(|| line.to_owned());
    }
    let path = first?.split(' ').nth(1)?.to_owned();
    let mut body = vec![0; length];
    read.read_exact(&mut body).ok()?;
    Some((path, String::from_utf8(body).ok()?))
}

fn page(number: usize) -> String {
    let rows: Vec<String> = (1..=ROWS)
        .map(|row| format!(r#"{{"SchemaName":"sales","TableName":"t{number}_{row}"}}"#))
        .collect();
    let marker =
        if number < PAGES { format!(r#","Marker":"{}""#, number + 1) } else { String::new() };
    format!(r#"{{"ReplicationTaskArn":"arn:x","TableStatistics":[{}]{marker}}}"#, rows.join(","))
}

/// Walks through the pages and tells the server of the first row of each.
fn walk(url: &str, body: &str) -> Output {
    let env = Env::new()
        .with("AWS_ACCESS_KEY_ID", "test")
        .with("AWS_SECRET_ACCESS_KEY", "testtest")
        .with("AWS_REGION", "us-east-1");
    let script = format!(
        "local aws, http = require 'aws', require 'http'\n\
         local pages = aws.each(aws.dms.describe_table_statistics, {{ replication_task_arn = 'arn:x' }})\n\
         local function tell(row) if row.table_name:find '_1$' then \
         http.get('{url}/' .. row.table_name) end end\n{body}"
    );
    env.run(&["--endpoint-url", url, "-e", &script])
}

const ALL: &str = "for row in pages do tell(row) print(row.table_name) end";

#[test]
fn the_next_page_is_asked_for_while_this_one_is_walked_through() {
    let (url, asked) = server(&[]);
    let out = walk(&url, ALL).ok();
    assert_eq!(out.stdout.lines().count(), PAGES * ROWS, "{out}");
    assert_eq!(
        *asked.lock().unwrap(),
        ["page 1", "page 2", "/t1_1", "page 3", "/t2_1", "/t3_1"],
        "each page before the rows of the one before"
    );
}

#[test]
fn a_page_that_failed_ahead_of_time_is_asked_again_when_it_is_wanted() {
    let (url, asked) = server(&[2]);
    let out = walk(&url, ALL).ok();
    assert_eq!(out.stdout.lines().count(), PAGES * ROWS, "{out}");
    let asked = asked.lock().unwrap();
    assert_eq!(asked.iter().filter(|one| *one == "page 2").count(), 2, "{asked:?}");
}

#[test]
fn who_leaves_early_asks_for_no_more_than_the_page_ahead() {
    let (url, asked) = server(&[]);
    walk(&url, "for row in pages do tell(row) break end").ok();
    assert_eq!(*asked.lock().unwrap(), ["page 1", "page 2", "/t1_1"]);
}

/// What a list takes is not counted while it grows; it has to be counted at some time.
#[test]
fn lists_that_are_thrown_away_do_not_pile_up_in_memory() {
    let large = "x".repeat(400_000);
    let row = |n: usize| format!(r#"{{"TableName":"{n}","ValidationStateDetails":"{n}{large}"}}"#);
    let rows: Vec<String> = (0..50).map(row).collect();
    let body = format!(r#"{{"TableStatistics":[{}]}}"#, rows.join(","));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut read = BufReader::new(stream.try_clone().unwrap());
            while request(&mut read).is_some() {
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
            }
        }
    });
    let out = walk(
        &url,
        "local most, rows = 0, 0\n\
         for _ = 1, 12 do\n\
           rows = rows + #aws.pages(aws.dms.describe_table_statistics, { replication_task_arn = 'x' })\n\
           most = math.max(most, collectgarbage 'count' // 1024)\n\
         end\n\
         print(rows, most < 120 or most)",
    )
    .ok();
    assert_eq!(out.stdout, "600\ttrue\n", "12 lists of 20 MB each: {out}");
}

/// The list grows without the collector; who stopped it finds it stopped.
#[test]
fn a_stopped_collector_stays_stopped() {
    let (url, _) = server(&[]);
    let out = walk(
        &url,
        "for _, stopped in ipairs { false, true } do\n\
           if stopped then collectgarbage 'stop' end\n\
           local all = aws.pages(aws.dms.describe_table_statistics, { replication_task_arn = 'x' })\n\
           print(#all, collectgarbage 'isrunning')\n\
         end",
    )
    .ok();
    assert_eq!(out.stdout, "12\ttrue\n12\tfalse\n");
}
