//! A proxy that tunnels every CONNECT to one server, wherever the client wanted to go, and remembers what it was asked.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// Lives until the test process ends; its port is its own.
pub struct Proxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Tunnels to `server`.
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = Self { address: listener.local_addr().unwrap(), asked: Arc::default() };
        let asked = Arc::clone(&proxy.asked);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let asked = Arc::clone(&asked);
                thread::spawn(move || tunnel(client, server, &asked));
            }
        });
        proxy
    }

    /// `127.0.0.1:PORT`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The heads of the requests, a text each.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn tunnel(client: TcpStream, server: SocketAddr, asked: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    asked.lock().unwrap().push(head);
    let mut server = TcpStream::connect(server)?;
    let mut answers = server.try_clone()?;
    let mut client = client;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut client);
        client.shutdown(Shutdown::Both)
    });
    io::copy(&mut reader, &mut server)?;
    server.shutdown(Shutdown::Write)
}
