//! The fault server's gate and its count of requests under way at once.

use std::{net::TcpStream, thread, time::Duration};

use serde_json::json;

use super::{Client, one, request};
use crate::support::fault::{Action, Fault, GET};

fn sent(server: &Fault) -> Client<TcpStream> {
    let mut client = Client::connect(server);
    client.send(&request(GET, &json!({ "SecretId": "prod/one" }))).unwrap();
    client
}

#[test]
fn answers_are_held_until_released() {
    let server = Fault::serve(&one());
    server.hold();
    let mut clients: Vec<_> = (0..3).map(|_| sent(&server)).collect();
    server.wait_underway(3);
    server.release();
    for client in &mut clients {
        assert_eq!(client.receive().unwrap().status(), 200);
    }
    let record = server.record();
    assert_eq!((record.peak, record.underway, record.connections), (3, 0, 3));
}

#[test]
fn the_gate_opens_once_so_many_are_under_way() {
    let server = Fault::serve(&one());
    server.hold_until(4);
    let mut clients: Vec<_> = (0..4).map(|_| sent(&server)).collect();
    for client in &mut clients {
        assert_eq!(client.receive().unwrap().status(), 200);
        assert_eq!(client.get("prod/one").0, 200, "and stays open");
    }
    assert_eq!(server.record().peak, 4);
}

#[test]
fn one_after_the_other_is_one_at_once() {
    let server = Fault::serve(&one());
    server.latency(Duration::from_millis(1));
    server.play(Action::Delay(Duration::from_millis(1)).times(5));
    for _ in 0..20 {
        assert_eq!(Client::connect(&server).get("prod/one").0, 200);
    }
    assert_eq!(server.record().peak, 1);
}

#[test]
fn a_server_that_is_dropped_lets_go_of_everything() {
    let server = Fault::serve(&one());
    server.hold();
    let address = server.address();
    let waiting: Vec<_> = (0..3).map(|_| sent(&server)).collect();
    let idle = Client::connect(&server);
    server.wait_underway(3);
    drop(server);
    for mut client in waiting.into_iter().chain([idle]) {
        assert!(client.receive().is_err(), "no answer");
    }
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn many_clients_are_all_counted() {
    let server = Fault::serve(&one());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut client = Client::connect(&server);
                for _ in 0..25 {
                    assert_eq!(client.get("prod/one").0, 200);
                }
            });
        }
    });
    assert_eq!((server.calls(GET), server.record().connections), (200, 8));
    assert!(server.record().peak <= 8);
}
