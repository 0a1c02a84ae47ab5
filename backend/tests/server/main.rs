//! The server as its clients see it, each over a connection of its own.

mod support;

mod admin;
mod carried;
mod check;
mod check_command;
mod check_sockets;
mod check_streams;
mod clock;
mod connections;
mod drain;
mod echo;
mod events;
mod gate;
mod ledger;
mod ledger_bytes;
mod ledger_shares;
mod letter;
mod log;
mod parameters;
mod passes;
mod places;
mod proxies;
mod reserve;
mod resume;
mod shutdown;
mod site;
mod site_files;
mod slow_clients;
mod slow_sockets;
mod slow_systems;
mod socket_ends;
mod sockets;
mod transports;
mod windows;
