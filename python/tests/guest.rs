//! A program for the tests of `wgpu_wasi.run`: `rustc --target wasm32-wasip2` makes a component of it.

use std::{
    env, fs,
    io::{self, Read as _, Write as _},
    process, thread,
    time::Duration,
};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let argument = |place: usize| arguments.get(place).map_or("", String::as_str);
    let number = || argument(2).parse().expect("the second argument is a number");
    match argument(1) {
        // Its input, and in what it is printed.
        "echo" => {
            let mut input = Vec::new();
            io::stdin().read_to_end(&mut input).expect("the input is read");
            io::stdout().write_all(&input).expect("the output is written");
            eprint!("{} bytes", input.len());
        }
        "args" => println!("{:?}", &arguments[1..]),
        "env" => println!("{:?}", env::vars().collect::<Vec<_>>()),
        "read" => print!("{}", fs::read_to_string(argument(2)).unwrap_or_else(|error| format!("{error}"))),
        "write" => match fs::write(argument(2), "written") {
            Ok(()) => println!("ok"),
            Err(error) => println!("{error}"),
        },
        "status" => process::exit(number()),
        "print" => {
            for _ in 0..number() {
                if writeln!(io::stdout(), "{}", "x".repeat(1023)).is_err() {
                    process::exit(7);
                }
            }
        }
        "panic" => {
            println!("before");
            panic!("it was asked for");
        }
        "abort" => process::abort(),
        "loop" => {
            println!("before");
            let mut number = 0_u64;
            loop {
                number = std::hint::black_box(number.wrapping_add(1));
            }
        }
        "sleep" => thread::sleep(Duration::from_secs(3600)),
        // More memory than anybody has.
        "hoard" => {
            let mut kept = Vec::new();
            loop {
                kept.push(vec![1_u8; 16 << 20]);
                std::hint::black_box(&kept);
            }
        }
        other => {
            eprintln!("what is {other:?}?");
            process::exit(2);
        }
    }
}
