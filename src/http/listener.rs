//! Where connections come from: addresses of TCP, and sockets in the file system.

use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

/// Where whoever comes through a socket in the file system comes from: this machine.
const HERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What stands before the path of a socket.
const UNIX: &str = "unix:";

/// Addresses that are listened on.
#[derive(Debug)]
pub struct Listener {
    pub(super) sockets: Vec<Socket>,
    pub(super) files: Vec<SocketFile>,
}

/// The file of a socket, which goes with it.
#[derive(Debug)]
pub(super) struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // It may have been removed by somebody else.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// One socket that listens. A socket of the file system is kept as one of TCP, too: what reads and writes does not tell them
/// apart.
#[derive(Debug)]
pub(super) struct Socket {
    pub socket: TcpListener,
    is_unix: bool,
}

impl From<TcpListener> for Listener {
    fn from(socket: TcpListener) -> Listener {
        Listener {
            sockets: vec![Socket {
                socket,
                is_unix: false,
            }],
            files: Vec::new(),
        }
    }
}

impl Listener {
    /// Listens on addresses such as `127.0.0.1:8065`, `:8065`, which is every address of the machine, and `unix:/run/patmost.sock`,
    /// whose file has the mode.
    ///
    /// # Errors
    /// One cannot be had; its text begins with the address.
    pub fn bind(addresses: &[&str], mode: u32) -> Result<Listener> {
        let (mut sockets, mut files) = (Vec::new(), Vec::new());
        for address in addresses {
            let within = |error: Error| Error::new(error.kind(), format!("{address}: {error}"));
            match address.strip_prefix(UNIX) {
                Some(path) => {
                    let socket = bind_file(Path::new(path), mode).map_err(within)?;
                    files.push(SocketFile(PathBuf::from(path)));
                    sockets.push(socket);
                }
                None => sockets.push(Socket {
                    socket: bind_tcp(address).map_err(within)?,
                    is_unix: false,
                }),
            }
        }
        Ok(Listener { sockets, files })
    }

    /// Returns the first address of TCP that is listened on; without one, port 0 of this machine.
    pub fn local_addr(&self) -> SocketAddr {
        let tcp = self.sockets.iter().filter(|socket| !socket.is_unix);
        let mut addresses = tcp.filter_map(|socket| socket.socket.local_addr().ok());
        addresses.next().unwrap_or(HERE)
    }

    /// Returns every address as it is written: `127.0.0.1:8065`, `unix:/run/patmost.sock`.
    pub fn places(&self) -> Vec<String> {
        let tcp = self.sockets.iter().filter(|socket| !socket.is_unix);
        let tcp = tcp.filter_map(|socket| Some(socket.socket.local_addr().ok()?.to_string()));
        let files = self.files.iter();
        tcp.chain(files.map(|file| format!("{UNIX}{}", file.0.display())))
            .collect()
    }

    /// Whether only this machine can reach it.
    pub fn is_local(&self) -> bool {
        self.sockets.iter().all(|socket| {
            let address = socket.socket.local_addr();
            socket.is_unix || address.is_ok_and(|address| address.ip().to_canonical().is_loopback())
        })
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

impl Socket {
    /// Takes a connection that waits.
    pub fn accept(&self) -> Result<(TcpStream, SocketAddr)> {
        if !self.is_unix {
            let (stream, peer) = self.socket.accept()?;
            stream.set_nodelay(true)?;
            return Ok((stream, peer));
        }
        let (stream, _) = socket2::SockRef::from(&self.socket).accept()?;
        Ok((OwnedFd::from(stream).into(), HERE))
    }
}

/// `:8065` is IPv6, which takes IPv4 along, where the machine has it.
fn bind_tcp(address: &str) -> Result<TcpListener> {
    match address.strip_prefix(':').map(str::parse::<u16>) {
        Some(Ok(port)) => TcpListener::bind((Ipv6Addr::UNSPECIFIED, port))
            .or_else(|_| TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))),
        _ => TcpListener::bind(address),
    }
}

/// Listens on a socket in the file system. What a killed server left there is replaced; a socket that answers, and any other
/// file, is not.
fn bind_file(path: &Path, mode: u32) -> Result<Socket> {
    if let Ok(there) = std::fs::symlink_metadata(path) {
        if !there.file_type().is_socket() {
            let error = "a file is there that is no socket";
            return Err(Error::new(ErrorKind::AlreadyExists, error));
        }
        if UnixStream::connect(path).is_ok() {
            let error = "another program listens there";
            return Err(Error::new(ErrorKind::AddrInUse, error));
        }
        std::fs::remove_file(path)?;
    }
    let socket = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    Ok(Socket {
        socket: OwnedFd::from(socket).into(),
        is_unix: true,
    })
}

/// A connection to an address as [`Listener::bind`] takes it, or as a URL begins: `http://127.0.0.1:8065`.
///
/// # Errors
/// Nobody listens there, or it is no address.
pub fn connect(address: &str, within: std::time::Duration) -> Result<TcpStream> {
    if let Some(path) = address.strip_prefix(UNIX) {
        return Ok(OwnedFd::from(UnixStream::connect(path)?).into());
    }
    let address = address.strip_prefix("http://").unwrap_or(address);
    let address = address.trim_end_matches('/');
    let of_this_machine = match address.strip_prefix(':') {
        Some(port) => format!("127.0.0.1:{port}"),
        None => address.to_owned(),
    };
    let nowhere = || Error::other("no such address");
    let address = of_this_machine.to_socket_addrs()?.next();
    TcpStream::connect_timeout(&address.ok_or_else(nowhere)?, within)
}
