//! The proxy does the harm that it is told to, and none besides.

use chaos::proxy::Proxy;
use e2e::until;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// A server that sends back what it gets.
fn echo() -> Proxy {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = Proxy::new(Some(listener.local_addr().unwrap()));
    thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            thread::spawn(move || {
                let mut back = client.try_clone().unwrap();
                std::io::copy(&mut client, &mut back)
            });
        }
    });
    proxy
}

fn ask(stream: &mut TcpStream, question: &[u8]) -> Option<Vec<u8>> {
    stream.write_all(question).ok()?;
    let mut answer = vec![0; question.len()];
    stream.read_exact(&mut answer).ok().map(|()| answer)
}

#[test]
fn bytes_pass_both_ways_and_late() {
    let proxy = echo();
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    assert_eq!(ask(&mut stream, b"one").unwrap(), b"one");
    proxy.delay(20);
    let begun = std::time::Instant::now();
    assert_eq!(ask(&mut stream, b"two").unwrap(), b"two");
    assert!(begun.elapsed().as_millis() >= 40);
}

#[test]
fn a_cut_ends_connections_and_not_the_proxy() {
    let proxy = echo();
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    assert!(ask(&mut stream, b"one").is_some());
    proxy.cut();
    assert!(ask(&mut stream, b"two").is_none());
    assert!(ask(&mut TcpStream::connect(proxy.address()).unwrap(), b"three").is_some());
    proxy.set_target(None);
    assert!(ask(&mut TcpStream::connect(proxy.address()).unwrap(), b"four").is_none());
}

#[test]
fn a_stall_holds_everything_and_loses_nothing() {
    let proxy = echo();
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    proxy.stall(true);
    let mut held = stream.try_clone().unwrap();
    let answer = thread::spawn(move || ask(&mut held, b"held"));
    assert!(!answer.is_finished());
    proxy.stall(false);
    assert_eq!(answer.join().unwrap().unwrap(), b"held");
    assert!(ask(&mut stream, b"free").is_some());
}

#[test]
fn answers_that_are_lost_leave_nothing_but_a_broken_connection() {
    let proxy = echo();
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    proxy.lose_answers(true);
    let mut lost = stream.try_clone().unwrap();
    let answer = thread::spawn(move || ask(&mut lost, b"lost"));
    until("an answer to be lost", || (proxy.lost() > 0).then_some(()));
    proxy.calm();
    assert_eq!(answer.join().unwrap(), None);
    assert!(ask(&mut stream, b"more").is_none());
}
