//! What AWS, the network and the machine do on a bad day, a row each: exit code, kind and words, all before the deadline.
//!
//! The rows run side by side. That a run ends by itself is what the rig checks: it kills what does not within a minute.
//! `cargo test --test main bad_days -- --nocapture` prints the table with the time that each row took.

use std::{
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use socket2::{Domain, Socket, Type};

use crate::support::{
    agent::nobody,
    fault::{Action, Certificate, Fault, Refusal, Secret, Step},
    metadata::{self, Temper},
    secenv,
    secenv::Start,
};

const MANIFEST: &str = "[env]\nS = \"s\"";
const NO_METADATA: &str = "AWS_EC2_METADATA_DISABLED";

/// A bad day: what keeps it up while it lasts, and the start that meets it.
type Day = (Box<dyn Send>, Start);

struct Row {
    name: &'static str,
    day: fn() -> Day,
    code: i32,
    /// The kind in the report; what the child gets, for code 0.
    kind: &'static str,
    says: &'static str,
}

const fn row(name: &'static str, day: fn() -> Day, code: i32, kind: &'static str, says: &'static str) -> Row {
    Row { name, day, code, kind, says }
}

fn playing(steps: impl IntoIterator<Item = Step>) -> Day {
    let server = Fault::serve(&[Secret::text("s", "hunter2-value")]);
    steps.into_iter().for_each(|step| server.play(step));
    let start = secenv().aws(&server);
    (Box::new(server), start)
}

fn forever(action: Action) -> Day {
    playing([action.forever()])
}

fn showing(certificate: Certificate) -> Day {
    let server = Fault::tls(&[Secret::text("s", "hunter2-value")], certificate);
    let start = secenv().aws(&server);
    (Box::new(server), start)
}

/// Good credentials, and an endpoint that is not the fault server.
fn at(endpoint: &str) -> Start {
    let (_server, start) = playing([]);
    start.env("AWS_ENDPOINT_URL", endpoint)
}

/// A good server, and no credentials but those of a metadata or container service.
fn credentials_from(variable: &str, url: &str) -> Day {
    let (server, start) = playing([]);
    let start = start.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY").env_remove(NO_METADATA);
    (server, start.env(variable, url))
}

fn imds(temper: Temper) -> Day {
    credentials_from("AWS_EC2_METADATA_SERVICE_ENDPOINT", &metadata::serve(temper))
}

fn ecs(temper: Temper) -> Day {
    let (server, start) =
        credentials_from("AWS_CONTAINER_CREDENTIALS_FULL_URI", &format!("{}/creds", metadata::serve(temper)));
    (server, start.env(NO_METADATA, "true"))
}

/// A listener whose queue is full: the kernel drops what else wants to connect, as a firewall does.
struct Blackhole(
    #[expect(dead_code, reason = "held open")] TcpListener,
    #[expect(dead_code, reason = "held open")] Vec<TcpStream>,
);

impl Blackhole {
    fn dig() -> (Self, SocketAddr) {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        socket.listen(0).unwrap();
        let listener = TcpListener::from(socket);
        let address = listener.local_addr().unwrap();
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(300)).ok();
        let queued = std::iter::from_fn(connect).take(16).collect();
        (Self(listener, queued), address)
    }
}

const ROWS: [Row; 27] = [
    row("throttled twice, then not", || playing([Action::Throttle.times(2)]), 0, "hunter2-value", ""),
    row("throttled for ever", || forever(Action::Throttle), 124, "throttled", "attempts)"),
    row("500 for ever", || forever(Action::Internal), 124, "service-fault", "HTTP 500"),
    row("503 with a page of HTML", || forever(Action::Html503), 124, "service-fault", "HTTP 503"),
    row("a wish to be left alone for an hour", || forever(Action::RetryAfter(3600)), 124, "service-fault", "HTTP 503"),
    row("silence", || forever(Action::Silence), 124, "deadline", "no answer"),
    row("one byte a second", || forever(Action::Drip), 124, "deadline", "no answer"),
    row("reset before the answer", || forever(Action::Reset), 124, "unreachable", "(request)"),
    row("reset in the middle of it", || forever(Action::ResetMidBody), 124, "unreadable-answer", "cannot be read"),
    row("a body that is cut", || forever(Action::CutBody), 124, "unreadable-answer", "cannot be read"),
    row("JSON that is broken", || forever(Action::MalformedJson), 124, "unreadable-answer", "cannot be read"),
    row(
        "nothing listens",
        || (Box::new(()), at(&format!("http://127.0.0.1:{}", nobody()))),
        124,
        "unreachable",
        "(connect)",
    ),
    row(
        "packets are dropped",
        || {
            let (hole, address) = Blackhole::dig();
            (Box::new(hole), at(&format!("http://{address}")))
        },
        124,
        "unreachable",
        "(connect)",
    ),
    row("no such host", || (Box::new(()), at("https://secretsmanager.invalid")), 124, "unreachable", "(dns)"),
    row("an expired certificate", || showing(Certificate::Expired), 125, "certificate", "expired"),
    row("a certificate of nobody's", || showing(Certificate::SelfSigned), 125, "certificate", "AWS_CA_BUNDLE"),
    row("a certificate for another host", || showing(Certificate::WrongHost), 125, "certificate", "another host"),
    row("a clock that is wrong", || playing([Action::WrongClock.once()]), 0, "hunter2-value", ""),
    row(
        "a clock that is said to be wrong whatever it says",
        || {
            let text = "Signature not yet current: 20990101T000000Z is still later than 20260101T000000Z";
            forever(Action::Refuse(Refusal::new(403, "InvalidSignatureException", text)))
        },
        125,
        "refused",
        "clock",
    ),
    row("an expired token", || forever(Action::ExpiredToken), 125, "expired-credentials", "aws sso login"),
    row(
        "no instance metadata",
        || credentials_from("AWS_EC2_METADATA_SERVICE_ENDPOINT", &format!("http://127.0.0.1:{}", nobody())),
        125,
        "no-credentials",
        "no AWS credentials are configured",
    ),
    row("silent instance metadata", || imds(Temper::Silent), 124, "credentials-unavailable", "127.0.0.1"),
    row("failing instance metadata", || imds(Temper::Status(500)), 124, "credentials-unavailable", "HTTP 500"),
    row("silent container credentials", || ecs(Temper::Silent), 124, "credentials-unavailable", "127.0.0.1"),
    row("failing container credentials", || ecs(Temper::Status(503)), 124, "credentials-unavailable", "HTTP 503"),
    row("no region", || with(|start| start.env_remove("AWS_REGION")), 125, "no-region", "AWS_DEFAULT_REGION"),
    row(
        "no credentials",
        || with(|start| start.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY")),
        125,
        "no-credentials",
        "AWS_PROFILE",
    ),
];

fn with(change: fn(Start) -> Start) -> Day {
    let (server, start) = playing([]);
    (server, change(start))
}

impl Row {
    fn meet(&self) -> String {
        let (_day, start) = (self.day)();
        let flags = ["run", "--error-format", "json", "--deadline", "2s", "--", "sh", "-c", "printf %s \"$S\""];
        let begun = Instant::now();
        let output = start.manifest(MANIFEST).args(flags).run();
        let took = begun.elapsed();
        let name = self.name;
        assert_eq!(output.code(), Some(self.code), "{name}: {output}");
        if self.code == 0 {
            assert_eq!((output.text().as_str(), output.stderr.as_str()), (self.kind, ""), "{name}");
        } else {
            let report: serde_json::Value = serde_json::from_str(&output.stderr).expect("a line of JSON");
            let problem = &report["problems"][0];
            assert_eq!(problem["kind"], self.kind, "{name}: {output}");
            assert!(output.stderr.contains(self.says), "{name}: {:?} is not in {output}", self.says);
            assert!(problem["help"].is_string(), "{name}: {output}");
            assert_eq!(output.text(), "", "{name}");
            assert!(!output.stderr.contains("hunter2"), "{name}: {output}");
        }
        format!(
            "{:>3}  {:<24} {:>5} ms  {name}",
            self.code,
            if self.code == 0 { "" } else { self.kind },
            took.as_millis()
        )
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the table, for --nocapture")]
fn each_ends_by_itself_with_its_exit_code_and_kind() {
    let lines: Vec<String> = thread::scope(|scope| {
        let rows: Vec<_> = ROWS.iter().map(|row| scope.spawn(|| row.meet())).collect();
        rows.into_iter().map(|row| row.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    println!("{}", lines.join("\n"));
}

#[test]
fn credentials_of_instances_and_containers_are_used() {
    for day in [|| imds(Temper::Good), || ecs(Temper::Good)] {
        let server = Fault::serve(&[Secret::text("s", "v")]);
        let (_other, start) = day();
        let start = start.env("AWS_ENDPOINT_URL", server.url()).manifest(MANIFEST);
        start.args(["run", "--", "true"]).run().succeeds();
        let [asked] = &server.seen()[..] else { panic!("one request") };
        assert_eq!(asked.access_key, metadata::KEY);
    }
}
