//! The crawler against sites that are slow, hostile or merely odd.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::middleware::Compress;
use actix_web::{App, HttpResponse, HttpServer, web};

use super::super::guard::Resolver;
use super::*;
use crate::scripted_server::{Reply, ScriptedServer};

/// No manners: loopback needs none.
const AT_ONCE: Politeness = Politeness { host_concurrency: 4, host_delay: Duration::ZERO };

trait Fetches {
    /// The page at an address, whatever is known of it.
    async fn get_page(&self, url: &str) -> Result<Page, CrawlRefusal>;
}

impl Fetches for WebCrawler {
    async fn get_page(&self, url: &str) -> Result<Page, CrawlRefusal> {
        match self.fetch(url, &Validators::default()).await? {
            Fetched::Page(page) => Ok(page),
            Fetched::Unchanged => panic!("nothing was known"),
        }
    }
}

/// A crawler that may reach one server of the test, and through it nothing else that is private.
fn crawler(server: SocketAddr) -> WebCrawler {
    WebCrawler::new(Guard::new(&[server.to_string()]).unwrap(), CrawlLimits::default(), AT_ONCE).unwrap()
}

fn redirect(to: &str) -> Reply {
    Reply::text(&format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"))
}

fn ok(body: &str) -> Reply {
    Reply::text(&format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ))
}

fn status(line: &str) -> Reply {
    Reply::text(&format!("HTTP/1.1 {line}\r\nContent-Length: 0\r\n\r\n"))
}

/// A site without robots.txt.
async fn site(pages: impl Fn(&str) -> Reply + Send + 'static) -> ScriptedServer {
    ScriptedServer::start(move |request| match request.path() {
        "/robots.txt" => status("404 Not Found"),
        path => pages(path),
    })
    .await
}

#[tokio::test]
async fn a_page_comes_with_its_name_type_and_final_address() {
    let server = site(|path| match path {
        "/start" => redirect("/docs/hours.txt#today"),
        _ => ok("We open at nine."),
    })
    .await;
    let page = crawler(server.address).get_page(&server.url("/start#top")).await.unwrap();
    assert_eq!(page.url, server.url("/docs/hours.txt"));
    assert_eq!(&page.raw.bytes[..], b"We open at nine.");
    assert_eq!((page.raw.filename.as_str(), page.raw.content_type.as_str()), ("hours.txt", "text/plain"));
    let requests = server.requests();
    assert_eq!(requests.len(), 3, "robots.txt once, then two pages");
    assert!(
        requests
            .iter()
            .all(|request| request.contains("user-agent: aihio/0.1 (+https://github.com/aihio/aihio)"))
    );
}

#[tokio::test]
async fn private_addresses_are_refused_before_a_connection() {
    let inside = site(|_| ok("secret")).await;
    let crawler = WebCrawler::new(Guard::new(&[]).unwrap(), CrawlLimits::default(), AT_ONCE).unwrap();
    let port = inside.address.port();
    let urls = [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("http://[::1]:{port}/"),
    ];
    let mut texts: Vec<String> = Vec::new();
    for url in urls.iter().map(String::as_str).chain(["ftp://example.com/", "no address", "http://0x7f.1/"]) {
        let refusal = crawler.get_page(url).await.unwrap_err();
        assert!(matches!(refusal, CrawlRefusal::AddressRefused), "{url}");
        texts.push(refusal.to_string());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "all refusals read the same");
    assert_eq!(inside.requests().len(), 0);
}

#[tokio::test]
async fn redirects_are_checked_anew() {
    let inside = site(|_| ok("secret")).await;
    let inside_url = inside.url("/");
    let outside = site(move |path| match path {
        "/inside" => redirect(&inside_url),
        "/file" => redirect("file:///etc/passwd"),
        _ => redirect("/again"),
    })
    .await;
    let crawler = crawler(outside.address);
    for path in ["/inside", "/file"] {
        let refusal = crawler.get_page(&outside.url(path)).await.unwrap_err();
        assert!(matches!(refusal, CrawlRefusal::AddressRefused), "{path}: {refusal:?}");
    }
    let looped = crawler.get_page(&outside.url("/loop")).await.unwrap_err();
    assert!(matches!(looped, CrawlRefusal::TooManyRedirects));
    assert_eq!(inside.requests().len(), 0);
    assert_eq!(outside.requests().len(), 1 + 2 + 6, "robots.txt, two refused redirects, five followed");
}

#[tokio::test]
async fn the_name_is_resolved_once_and_its_address_connected_to() {
    /// Answers with the server first and with nothing afterwards, as a rebinding name server would.
    struct Once(SocketAddr, std::sync::atomic::AtomicBool);
    #[async_trait]
    impl Resolver for Once {
        async fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
            let again = self.1.swap(true, std::sync::atomic::Ordering::SeqCst);
            if again { Err(io::ErrorKind::NotFound.into()) } else { Ok(vec![self.0]) }
        }
    }
    let server = ScriptedServer::start(|_| ok("hello")).await;
    let host = format!("shop.example.com:{}", server.address.port());
    let guard =
        Guard::with_resolver(std::slice::from_ref(&host), Arc::new(Once(server.address, false.into())))
            .unwrap();
    let http = SafeHttp::new(guard, Duration::from_secs(10)).unwrap();
    let url = Url::parse(&format!("http://{host}/")).unwrap();
    let limit = BodyLimit { bytes_max: 100, beyond: Beyond::Refuse };
    assert_eq!(&http.send(SafeRequest::get(url.clone()), limit).await.unwrap().body[..], b"hello");
    assert!(matches!(http.send(SafeRequest::get(url), limit).await, Err(HttpRefusal::Unreachable(_))));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn robots_are_asked_once_and_obeyed() {
    let server = ScriptedServer::start(|request| match request.path() {
        "/robots.txt" => redirect("/moved.txt"),
        "/moved.txt" => ok("User-agent: aihio\nDisallow: /private\n"),
        "/to-private" => redirect("/private/a"),
        _ => ok("hello"),
    })
    .await;
    let crawler = crawler(server.address);
    assert!(crawler.get_page(&server.url("/public")).await.is_ok());
    for path in ["/private/a", "/to-private"] {
        let refusal = crawler.get_page(&server.url(path)).await.unwrap_err();
        assert!(matches!(refusal, CrawlRefusal::RobotsForbidden), "{path}");
    }
    let asked = server.requests().iter().filter(|request| request.starts_with("GET /robots.txt ")).count();
    assert_eq!(asked, 1);
}

#[tokio::test]
async fn unknown_rules_forbid_and_missing_rules_allow() {
    let broken = ScriptedServer::start(|request| match request.path() {
        "/robots.txt" => status("503 Service Unavailable"),
        _ => ok("hello"),
    })
    .await;
    let refusal = crawler(broken.address).get_page(&broken.url("/")).await.unwrap_err();
    assert!(matches!(refusal, CrawlRefusal::Status(503)) && refusal.is_temporary());

    let inside = site(|_| ok("secret")).await;
    let elsewhere = inside.url("/robots.txt");
    let astray = ScriptedServer::start(move |_| redirect(&elsewhere)).await;
    let refusal = crawler(astray.address).get_page(&astray.url("/")).await.unwrap_err();
    assert!(matches!(refusal, CrawlRefusal::RobotsForbidden));
    assert_eq!(inside.requests().len(), 0);

    let looping = ScriptedServer::start(|request| match request.path() {
        "/robots.txt" => redirect("/robots.txt"),
        _ => ok("hello"),
    })
    .await;
    assert!(crawler(looping.address).get_page(&looping.url("/")).await.is_ok());
}

#[tokio::test]
async fn errors_and_silence_are_told_apart() {
    let server = site(|path| match path {
        "/gone" => status("410 Gone"),
        "/nowhere" => Reply::text("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
        "/garbage" => Reply::text("SSH-2.0-OpenSSH_9.2\r\n"),
        _ => Reply::hang(),
    })
    .await;
    let limits = CrawlLimits { deadline: Duration::from_secs(1), ..CrawlLimits::default() };
    let crawler =
        WebCrawler::new(Guard::new(&[server.address.to_string()]).unwrap(), limits, AT_ONCE).unwrap();
    let fetch = async |path| crawler.get_page(&server.url(path)).await.unwrap_err();
    assert!(matches!(fetch("/gone").await, CrawlRefusal::Status(410)));
    assert!(matches!(fetch("/nowhere").await, CrawlRefusal::Status(302)));
    assert!(matches!(fetch("/garbage").await, CrawlRefusal::Unreachable(_)));
    assert!(matches!(fetch("/hang").await, CrawlRefusal::Unreachable(_)));
}

#[tokio::test]
async fn an_endless_page_is_cut_at_the_limit() {
    let server =
        site(|_| Reply::endless("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", vec![b'x'; 64 << 10])).await;
    let refusal = crawler(server.address).get_page(&server.url("/")).await.unwrap_err();
    assert!(matches!(refusal, CrawlRefusal::TooLarge(limit) if limit == 10 << 20), "{refusal:?}");
}

#[actix_web::test]
async fn a_compressed_bomb_counts_unpacked() {
    async fn page(path: web::Path<String>) -> HttpResponse {
        let mebibytes = if path.as_str() == "bomb" { 11 } else { 1 };
        HttpResponse::Ok().content_type("text/plain").body(vec![b' '; mebibytes << 20])
    }
    let server =
        HttpServer::new(|| App::new().wrap(Compress::default()).route("/page/{name}", web::get().to(page)))
            .workers(1)
            .bind("127.0.0.1:0")
            .unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    crate::scripted_server::install_tls();
    let crawler = crawler(address);
    let fetch = async |name| crawler.get_page(&format!("http://{address}/page/{name}")).await;
    assert_eq!(fetch("small").await.unwrap().raw.bytes.len(), 1 << 20);
    assert!(matches!(fetch("bomb").await, Err(CrawlRefusal::TooLarge(_))));
    handle.stop(false).await;
}

#[tokio::test]
async fn a_page_that_is_known_is_asked_for_with_what_its_site_gave() {
    let server = site(|path| match path {
        "/moved" => redirect("/page"),
        _ => Reply::text(
            "HTTP/1.1 200 OK\r\nETag: \"one\"\r\nLast-Modified: Mon, 02 Nov 2026 10:00:00 GMT\r\nX-Robots-Tag: \
             otherbot: none\r\nX-Robots-Tag: nofollow, NoIndex\r\nContent-Length: 2\r\n\r\nhi",
        ),
    })
    .await;
    let crawler = crawler(server.address);
    let page = crawler.get_page(&server.url("/page")).await.unwrap();
    assert_eq!(page.validators.etag.as_deref(), Some("\"one\""));
    assert_eq!(page.indexing, Indexing::Forbidden);
    crawler.fetch(&server.url("/page"), &page.validators).await.unwrap();
    let asked = server.requests().pop().unwrap().to_ascii_lowercase();
    assert!(asked.contains("if-none-match: \"one\"\r\n"), "{asked}");
    assert!(asked.contains("if-modified-since: mon, 02 nov 2026 10:00:00 gmt\r\n"), "{asked}");
    crawler.fetch(&server.url("/moved"), &page.validators).await.unwrap();
    let asked = server.requests().pop().unwrap().to_ascii_lowercase();
    assert!(!asked.contains("if-none-match"), "what is known is not of where a redirect leads");
}

#[tokio::test]
async fn a_page_is_unchanged_only_for_who_knew_it() {
    let server = site(|_| status("304 Not Modified")).await;
    let crawler = crawler(server.address);
    let known = Validators { etag: Some("\"one\"".into()), last_modified: None };
    assert!(matches!(crawler.fetch(&server.url("/"), &known).await, Ok(Fetched::Unchanged)));
    assert!(matches!(crawler.get_page(&server.url("/")).await, Err(CrawlRefusal::Status(304))));
    let odd = Validators { etag: Some("a\r\nX-Injected: 1".into()), last_modified: None };
    let refused = crawler.fetch(&server.url("/"), &odd).await;
    assert!(
        matches!(refused, Ok(Fetched::Unchanged)) || refused.is_err(),
        "a tag that is no header is not sent"
    );
    assert!(server.requests().iter().all(|request| !request.contains("X-Injected")));
}

/// What a tar pit sends: a byte now and then, and never an end.
fn tar(head: &str) -> Reply {
    Reply::dripping(head, Duration::from_millis(50))
}

#[tokio::test]
async fn a_tar_pit_costs_no_more_than_the_time_for_a_page() {
    let pit = ScriptedServer::start(|request| match request.path() {
        "/robots.txt" => ok("User-agent: *\nDisallow: /private"),
        "/head" => tar("HTTP/1.1 200 OK\r\nX-Slow: "),
        _ => tar("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"),
    })
    .await;
    let slow_rules = ScriptedServer::start(|_| tar("HTTP/1.1 200 OK\r\n\r\nUser-agent: ")).await;
    let limits = CrawlLimits { deadline: Duration::from_secs(1), ..CrawlLimits::default() };
    for (server, path) in [(&pit, "/head"), (&pit, "/body"), (&slow_rules, "/")] {
        let guard = Guard::new(&[server.address.to_string()]).unwrap();
        let crawler = WebCrawler::new(guard, limits, AT_ONCE).unwrap();
        let refusal = crawler.get_page(&server.url(path)).await.unwrap_err();
        assert!(matches!(refusal, CrawlRefusal::Unreachable(_)), "{path}: {refusal:?}");
    }
}

#[tokio::test]
async fn headers_without_end_are_not_read_to_their_end() {
    let endless = site(|_| Reply::endless("HTTP/1.1 200 OK\r\nX-Long: ", vec![b'x'; 64 << 10])).await;
    let many = site(|_| Reply::endless("HTTP/1.1 200 OK\r\n", b"X-Many: 1\r\n".repeat(1_000))).await;
    for server in [&endless, &many] {
        let refusal = crawler(server.address).get_page(&server.url("/")).await.unwrap_err();
        assert!(matches!(refusal, CrawlRefusal::Unreachable(_)), "{refusal:?}");
    }
}

#[tokio::test]
async fn a_page_in_endless_chunks_is_cut_at_the_limit() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let mut chunk = b"10000\r\n".to_vec();
    chunk.extend_from_slice(&vec![b'x'; 0x10000]);
    chunk.extend_from_slice(b"\r\n");
    let server = site(move |_| Reply::endless(head, chunk.clone())).await;
    let refusal = crawler(server.address).get_page(&server.url("/")).await.unwrap_err();
    assert!(matches!(refusal, CrawlRefusal::TooLarge(_)), "{refusal:?}");
}

#[tokio::test]
async fn a_huge_robots_file_counts_as_far_as_it_is_read() {
    let server = ScriptedServer::start(|request| match request.path() {
        "/robots.txt" => Reply::endless(
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nSitemap: http://a.example/map\nUser-agent: *\nDisallow: /private\n",
            b"# nothing more to say\n".repeat(1_000),
        ),
        _ => ok("hello"),
    })
    .await;
    let crawler = crawler(server.address);
    assert!(crawler.get_page(&server.url("/open")).await.is_ok());
    let refusal = crawler.get_page(&server.url("/private/a")).await.unwrap_err();
    assert!(matches!(refusal, CrawlRefusal::RobotsForbidden), "{refusal:?}");
    assert_eq!(crawler.sitemaps(&server.url("/")).await.unwrap(), ["http://a.example/map"]);
}

/// Answers names with one address after the other, the last for ever, as a rebinding name server does.
struct Rebinding(std::sync::Mutex<Vec<SocketAddr>>);

#[async_trait]
impl Resolver for Rebinding {
    async fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
        let mut answers = self.0.lock().unwrap();
        let next = if answers.len() > 1 { answers.remove(0) } else { answers[0] };
        Ok(vec![next])
    }
}

#[tokio::test]
async fn a_name_that_turns_inward_is_refused_at_every_step() {
    let inside = ScriptedServer::start(|_| ok("secret")).await;
    let port = inside.address.port();
    let outward: SocketAddr = "93.184.215.14:80".parse().unwrap();
    let inward =
        ["127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]"];
    let mut texts = Vec::new();
    for address in inward {
        let address: SocketAddr = format!("{address}:{port}").parse().unwrap();
        for answers in [vec![address], vec![address, outward]] {
            let resolver = Arc::new(Rebinding(std::sync::Mutex::new(answers)));
            let guard = Guard::with_resolver(&[], resolver).unwrap();
            let crawler = WebCrawler::new(guard, CrawlLimits::default(), AT_ONCE).unwrap();
            let url = format!("http://shop.example.com:{port}/");
            let refusal = crawler.get_page(&url).await.unwrap_err();
            assert!(matches!(refusal, CrawlRefusal::AddressRefused), "{address}: {refusal:?}");
            texts.push(refusal.to_string());
        }
    }
    texts.dedup();
    assert_eq!((texts.len(), inside.requests().len()), (1, 0), "one text for all, and no connection");
}
