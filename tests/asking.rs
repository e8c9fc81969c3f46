//! Questions to the person at the terminal: answered, given up, and by somebody who types too early.

use crate::common::{
    Env,
    terminal::{CTRL_C, CTRL_D, ENTER, Terminal},
};

/// A script that asks, on a terminal.
fn ask(env: &Env, body: &str) -> Terminal {
    let script = format!("local prompt, secret = require 'prompt', require 'secret' {body}");
    Terminal::open(env, 60, 12, &["-e", &script])
}

const QUESTIONS: [&str; 4] = [
    "prompt.confirm 'now >'",
    "prompt.text 'name >'",
    "prompt.choose('which >', { 'a', 'b' })",
    "prompt.secret 'password >'",
];

#[test]
fn ctrl_c_at_a_question_ends_the_script_at_once() {
    let env = Env::new();
    for question in QUESTIONS {
        let mut terminal = ask(&env, &format!("{question} print('went' .. ' on')"));
        terminal.press("y");
        terminal.press(CTRL_C);
        let screen = terminal.wait("Interrupted");
        assert!(!screen.contains("went on"), "{screen}");
        assert_eq!(terminal.ended(), 130, "{question}");
    }
}

#[test]
fn the_end_of_the_input_is_no_answer() {
    let env = Env::new();
    for (question, code) in QUESTIONS.into_iter().zip([0, 5, 5, 5]) {
        let mut terminal = ask(&env, &format!("print('answer', {question})"));
        terminal.press(CTRL_D);
        let wanted = if code == 0 { "answer  false" } else { "An answer is needed" };
        terminal.wait(wanted);
        assert_eq!(terminal.ended(), code, "{question}");
    }
}

#[test]
fn an_answer_can_be_mended_and_a_secret_is_not_shown() {
    let env = Env::new();
    let body = "print('got', prompt.confirm 'now >') print('got', prompt.text 'name >') \
                local it = prompt.secret 'password >' print('got', it, #secret.reveal(it))";
    let mut terminal = ask(&env, body);
    terminal.press("no\u{7f}\u{7f}yes");
    terminal.press(ENTER);
    terminal.wait("got     true");
    terminal.press("ordres\u{7f}\u{7f}\u{7f}ers");
    terminal.press(ENTER);
    terminal.wait("got     orders");
    terminal.press("hunter22");
    let screen = terminal.wait("********");
    assert!(!screen.contains("hunter"), "{screen}");
    terminal.press(ENTER);
    terminal.wait("got     ***     8");
    assert_eq!(terminal.ended(), 0);
}
