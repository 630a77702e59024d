//! systemd's protocol (sd_notify): how a server tells its supervisor in which state it is. Nothing is said where nobody
//! listens.

#[cfg(unix)]
use std::os::unix::net::SocketAddr;

/// Still at work before it is ready: it is not to be ended for the next so many seconds.
pub fn starting(seconds: u64) {
    tell(&format!("EXTEND_TIMEOUT_USEC={}", seconds * 1_000_000));
}

/// Ready to answer, also after [`reloading`].
pub fn ready() {
    tell("READY=1");
}

/// About to end.
pub fn stopping() {
    tell("STOPPING=1");
}

/// About to read the settings again. The time is what `Type=notify-reload` knows this reload by.
pub fn reloading() {
    #[cfg(unix)]
    {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        let micros = now.tv_sec * 1_000_000 + now.tv_nsec / 1000;
        tell(&format!("RELOADING=1\nMONOTONIC_USEC={micros}"));
    }
}

/// A datagram to the socket that the environment names.
#[cfg(unix)]
fn tell(state: &str) {
    let Some(name) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let sent = std::os::unix::net::UnixDatagram::unbound().and_then(|socket| {
        // A supervisor that does not read holds nothing up.
        socket.set_nonblocking(true)?;
        socket.send_to_addr(state.as_bytes(), &address(&name)?)
    });
    if let Err(error) = sent {
        log::warn!("the supervisor was not told {state:?}: {error}");
    }
}

/// A path, or behind an `@` a name that is in no file system.
#[cfg(unix)]
fn address(name: &std::ffi::OsStr) -> std::io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = std::os::unix::ffi::OsStrExt::as_bytes(name).strip_prefix(b"@") {
        return <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name);
    }
    SocketAddr::from_pathname(name)
}

#[cfg(not(unix))]
fn tell(_state: &str) {}
