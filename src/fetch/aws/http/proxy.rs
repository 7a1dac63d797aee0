//! Which connections go through a proxy, from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
//! Pure: the variables come in through a look-up function, a route comes out.
//! Separate because proxy URLs hold passwords: nothing here is ever printed but a variable's name.

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::policy::Place;

/// The proxies of the process's environment.
pub(super) struct Proxies(Result<Matcher, String>);

/// How a connection is made.
pub(super) enum Route {
    /// Straight to the host.
    Direct,
    /// An https host: a CONNECT tunnel through the proxy.
    Tunnel(Intercept),
    /// An http host: the proxy gets the request itself.
    Forward(Intercept),
}

impl Proxies {
    /// Reads the variables, upper case before lower case, empty ones as unset (as curl and `reqwest` do).
    pub(super) fn new(variable: impl Fn(&str) -> Option<String>) -> Self {
        let first = |upper: &'static str, lower: &'static str| {
            [upper, lower]
                .into_iter()
                .find_map(|name| variable(name).filter(|text| !text.is_empty()).map(|v| (name, v)))
        };
        // In a CGI process HTTP_PROXY is a request header of the caller's (httpoxy), not a setting.
        let http = if variable("REQUEST_METHOD").is_some() { None } else { first("HTTP_PROXY", "http_proxy") };
        let (https, all) = (first("HTTPS_PROXY", "https_proxy"), first("ALL_PROXY", "all_proxy"));
        for (name, text) in [&http, &https, &all].into_iter().flatten() {
            if !usable(text) {
                return Self(Err(format!("{name} is no usable proxy URL")));
            }
        }
        let text = |found: Option<(&str, String)>| found.map_or(String::new(), |(_, text)| text);
        let no = text(first("NO_PROXY", "no_proxy"));
        Self(Ok(Matcher::builder().http(text(http)).https(text(https)).all(text(all)).no(no).build()))
    }

    /// The route to `target`; hosts on the machine and credential addresses are never proxied.
    ///
    /// # Errors
    /// Names the variable whose value is no http(s) proxy URL. A silently direct connection would leave the network
    /// that the user fenced in.
    pub(super) fn route(&self, target: &Uri) -> Result<Route, String> {
        if Place::of(target.host().unwrap_or_default()) != Place::Elsewhere {
            return Ok(Route::Direct);
        }
        let matcher = self.0.as_ref().map_err(Clone::clone)?;
        Ok(match matcher.intercept(target) {
            None => Route::Direct,
            Some(proxy) if target.scheme_str() == Some("https") => Route::Tunnel(proxy),
            Some(proxy) => Route::Forward(proxy),
        })
    }
}

/// Whether a proxy URL has a scheme that secenv speaks; one without a scheme means http.
fn usable(text: &str) -> bool {
    let target = Uri::from_static("https://host.invalid/");
    Matcher::builder()
        .https(text)
        .build()
        .intercept(&target)
        .is_some_and(|proxy| proxy.uri().host().is_some() && matches!(proxy.uri().scheme_str(), Some("http" | "https")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(variables: &[(&str, &str)], target: &str) -> String {
        let proxies =
            Proxies::new(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned()));
        match proxies.route(&target.parse().unwrap()) {
            Ok(Route::Direct) => "direct".to_owned(),
            Ok(Route::Tunnel(proxy)) => format!("tunnel {} {}", proxy.uri(), proxy.basic_auth().is_some()),
            Ok(Route::Forward(proxy)) => format!("forward {}", proxy.uri()),
            Err(text) => text,
        }
    }

    #[test]
    fn routes() {
        let aws = "https://secretsmanager.us-east-1.amazonaws.com/";
        let both = [("HTTPS_PROXY", "http://user:pw@proxy:3128"), ("NO_PROXY", "internal.example,10.0.0.0/8")];
        assert_eq!(route(&both, aws), "tunnel http://proxy:3128/ true");
        assert_eq!(route(&[("https_proxy", "proxy:3128")], aws), "tunnel http://proxy:3128/ false");
        assert_eq!(route(&[("ALL_PROXY", "https://proxy")], aws), "tunnel https://proxy/ false");
        assert_eq!(route(&[("HTTPS_PROXY", ""), ("https_proxy", "http://low")], aws), "tunnel http://low/ false");
        assert_eq!(route(&[("HTTP_PROXY", "http://proxy:1")], aws), "direct");
        assert_eq!(route(&[("HTTP_PROXY", "http://proxy:1")], "http://10.1.1.1/"), "forward http://proxy:1/");
        assert_eq!(route(&[("HTTP_PROXY", "http://p"), ("REQUEST_METHOD", "GET")], "http://10.1.1.1/"), "direct");
        assert_eq!(route(&both, "https://vpce.internal.example/"), "direct");
        assert_eq!(route(&both, "https://10.2.3.4/"), "direct");
    }

    #[test]
    fn loopback_and_credential_addresses_are_never_proxied() {
        let all = [("ALL_PROXY", "http://proxy:1"), ("HTTP_PROXY", "http://proxy:1")];
        for target in
            ["http://127.0.0.1:4566/", "https://localhost/", "http://169.254.169.254/", "http://[fd00:ec2::23]/"]
        {
            assert_eq!(route(&all, target), "direct", "{target}");
        }
    }

    #[test]
    fn an_unusable_proxy_is_named_but_not_shown() {
        for bad in ["socks5://user:hunter2@proxy", "http://user:hunter2@", "://hunter2"] {
            let said = route(&[("HTTPS_PROXY", bad)], "https://host.example/");
            assert_eq!(said, "HTTPS_PROXY is no usable proxy URL", "{bad}");
        }
    }
}
