//! Waiting and tasks.

use super::support::{Bench, line};

#[test]
fn a_hundred_sleeps_take_the_time_of_one() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local parallel, time = require "parallel", require "time"
        local jobs = {}
        for i = 1, 100 do
            jobs[i] = function() time.sleep(3600) return i end
        end
        local results = parallel(jobs)
        print(#results, results[1], results[100])
        "#,
    );
    assert_eq!(out, ["100\t1\t100"]);
    assert_eq!(bench.passed(), 3600);
}

#[test]
fn host_calls_wait_wherever_lua_runs() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local sleep = require("time").sleep
        local function nap(x) sleep(1) return x end
        local f = coroutine.wrap(function() nap() coroutine.yield("mine") return nap("end") end)
        print(f(), f())
        local t = { 3, 1, 2 }
        table.sort(t, function(a, b) nap() return a < b end)
        print(table.concat(t, " "))
        print((("abc"):gsub("b", function() return nap("x") end)))
        print(tostring(setmetatable({}, { __tostring = function() return nap("t") end })))
        print(setmetatable({}, { __index = function(_, k) return nap(k) end }).key)
        package.preload.m = function() return { x = nap("module") } end
        print(require("m").x)
        print(pcall(function() nap() error("oops", 0) end))
        print(xpcall(error, function() return nap("handled") end))
        for x in function(_, last) return not last and nap("iterated") or nil end do print(x) end
        "#,
    );
    assert_eq!(
        out,
        [
            "mine\tend",
            "1 2 3",
            "axc",
            "t",
            "key",
            "module",
            "false\toops",
            "false\thandled",
            "iterated"
        ]
    );
}

#[test]
fn the_same_inside_tasks() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local parallel, sleep = require "parallel", require("time").sleep
        local r = parallel {
            function() local t = { 2, 1 } table.sort(t, function(a, b) sleep(2) return a < b end) return t[1] end,
            function() return coroutine.wrap(function() sleep(4) return "wrapped" end)() end,
            function() local ok, e = pcall(function() sleep(1) error("inner", 0) end) return tostring(ok) .. e end,
            function() return #parallel { function() sleep(5) end, function() sleep(6) return 1 end } end,
        }
        print(table.unpack(r, 1, 4))
        "#,
    );
    assert_eq!(out.len(), 1);
    assert!(out[0].starts_with("1\twrapped\tfalseinner\t"), "{out:?}");
}

#[test]
fn nested_groups_do_not_hold_up_the_outer_ones() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local parallel, time = require "parallel", require "time"
        local start = time.epoch()
        local function at() return math.floor(time.epoch() - start + 0.5) end
        local ends = parallel {
            function()
                parallel { function() time.sleep(10) end, function() time.sleep(10) end }
                return at()
            end,
            function() time.sleep(4) time.sleep(4) return at() end,
        }
        print(ends[1], ends[2], at())
        "#,
    );
    assert_eq!(out, ["10\t8\t10"]);
}

#[test]
fn a_blocked_sort_inside_a_task_lets_calls_of_others_end() {
    // Not in order, but in the end: nothing waits for ever.
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local parallel, time = require "parallel", require "time"
        local r = parallel {
            function() table.sort({ 2, 1 }, function(a, b) time.sleep(10) return a < b end) return "sorted" end,
            function() time.sleep(1) time.sleep(1) return "slept" end,
            function() return coroutine.wrap(function() return parallel { function() time.sleep(3) return "deep" end }[1] end)() end,
        }
        print(table.concat(r, " "))
        "#,
    );
    assert_eq!(out, ["sorted slept deep"]);
}

#[test]
fn map_keeps_the_order_and_the_limit() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local parallel, time = require "parallel", require "time"
        local running, most = 0, 0
        local r = parallel.map({ 3, 1, 2, 5, 4 }, function(n, i)
            running = running + 1
            most = math.max(most, running)
            time.sleep(n)
            running = running - 1
            return n * 10 + i
        end, 2)
        print(table.concat(r, " "), most)
        print(#parallel.map({}, error), #parallel {})
        "#,
    );
    assert_eq!(out, ["31 12 23 54 45\t2", "0\t0"]);
    assert_eq!(bench.passed(), 8);
}

#[test]
fn a_pool_asks_again_after_each_end() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local parallel, time = require "parallel", require "time"
        -- b and c become possible when a has ended, as along a graph.
        local done, started = {}, {}
        local needs = { a = {}, b = { "a" }, c = { "a" }, d = { "b", "c" } }
        parallel.pool(8, function()
            time.now()
            for _, name in ipairs { "a", "b", "c", "d" } do
                local ready = not started[name]
                for _, need in ipairs(needs[name]) do ready = ready and done[need] end
                if ready then
                    started[name] = true
                    return function() time.sleep(5) done[name] = true done[#done + 1] = name end
                end
            end
        end)
        print(table.concat(done, " "))
        "#,
    );
    assert_eq!(out, ["a b c d"]);
    assert_eq!(bench.passed(), 15);
}

#[test]
fn the_first_error_comes_after_all_have_ended() {
    let bench = Bench::new();
    let out = bench.run(
        r#"
        local parallel, time = require "parallel", require "time"
        local ended = 0
        local ok, e = pcall(parallel, {
            function() time.sleep(9) ended = ended + 1 end,
            function() time.sleep(5) error({ code = 7 }) end,
            function() time.sleep(6) error("later") end,
        })
        print(ok, type(e), e.code, ended)
        print(pcall(parallel.pool, 2, function() error("no job", 0) end))
        print(pcall(parallel.pool, 2, function() return 1 end))
        "#,
    );
    assert_eq!(out[0], "false\ttable\t7\t1");
    assert_eq!(out[1], "false\tno job");
    assert_eq!(out[2], "false\tparallel.pool: next() must give a function or nil, got number");
}

#[test]
fn wrong_arguments_are_told_at_the_callers_line() {
    let bench = Bench::new();
    for (text, expected) in [
        (
            "require 'parallel' (1)",
            "test.lua:1: Script failed: bad argument #1 to 'parallel' (table expected, got number)",
        ),
        (
            "require 'parallel' { print, 2 }",
            "test.lua:1: Script failed: bad argument #1 to 'parallel' (item 2 is a number, not a function)",
        ),
        (
            "local p = require 'parallel'\np.map({}, print, 0)",
            "test.lua:2: Script failed: bad argument #3 to 'parallel.map' (a whole number from 1 expected, got 0)",
        ),
        (
            "\n\nrequire 'time'.sleep(-1)",
            "test.lua:3: Script failed: bad argument #1 to 'time.sleep' (seconds from 0, or a duration such as \"2h 30m\" expected, got -1)",
        ),
        (
            "require 'time'.sleep('x')",
            "test.lua:1: Script failed: bad argument #1 to 'time.sleep' (seconds from 0, or a duration such as \"2h 30m\" expected, got \"x\")",
        ),
        (
            "require 'time'.sleep()",
            "test.lua:1: Script failed: bad argument #1 to 'time.sleep' (seconds from 0, or a duration such as \"2h 30m\" expected, got nothing)",
        ),
    ] {
        assert_eq!(line(&bench.fail(text)), expected);
    }
}

#[test]
fn a_bare_yield_in_a_task_is_an_error() {
    let bench = Bench::new();
    let got = line(&bench.fail("require 'parallel' { function() coroutine.yield(1) end }"));
    assert!(got.contains("a task of parallel can't yield"), "{got}");
}

#[test]
fn the_second_interrupt_ends_what_waits() {
    let bench = Bench::with(|config| {
        // Real time: a wait that would last.
        let none = Box::new(|| unreachable!("replaced below"));
        let aws = std::mem::replace(&mut config.session, none);
        config.session = Box::new(move || {
            let mut session = aws()?;
            session.clock = std::sync::Arc::new(dmsrun_base::SystemClock);
            Ok(session)
        });
    });
    let handle = bench.host.interrupt_handle();
    let out = bench.run("print(require('host').interrupted())");
    assert_eq!(out, ["false"]);
    handle.interrupt();
    let out = bench.run("print(require('host').interrupted())");
    assert_eq!(out, ["true"]);
    let other = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(20));
        handle.interrupt()
    });
    let failure = bench.fail("require('parallel') { function() require('time').sleep(600) end }");
    assert_eq!(failure.summary, "Interrupted");
    assert_eq!(failure.exit.code(), 130);
    assert_eq!(other.join().unwrap(), 2);
    // The session goes on afterwards.
    bench.host.interrupt_handle().clear();
    assert_eq!(bench.run("require('time').sleep(0.001) print 'on'"), ["on"]);
}
