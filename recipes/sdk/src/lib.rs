//! Writes service recipes for `host`.
//!
//! A recipe is a function: arguments in, a blueprint out. This crate has the
//! contract's types under their own names, constructors and defaults for them,
//! builders for parameters, a reader for arguments, and one macro that makes a
//! component of it all. `README.md` shows how to write a recipe.
//!
//! ```
//! use recipe_sdk::{export, tcp_service};
//!
//! export!(tcp_service("redis", 6379).image("redis:7.4").memory(256));
//!
//! assert_eq!(describe().name, "redis");
//! ```
//!
//! Most recipes start from [`tcp_service`]. Others implement [`Recipe`] for a
//! type of their own.

#[doc(hidden)]
pub mod bindings;

mod arguments;
mod constructors;
mod defaults;
mod finding;
#[cfg(feature = "json")]
pub mod json;
#[cfg(target_arch = "wasm32")]
mod memory;
pub mod parameter;
#[doc(hidden)]
pub mod recipe;
mod tcp_service;

pub use arguments::{Arguments, FromValue, Secret};
pub use bindings::exports::host::recipe::guest::{
    Argument, Blueprint, ChoiceType, ClassicHealthCheck, ClassicLoadBalancer, ConnectionDraining,
    ConnectionSettings, ContainerDefinition, ContainerHealthCheck, CrossZoneLoadBalancing,
    Dependency, DependencyDeclaration, DeploymentConfiguration, Diagnostic,
    DockerVolumeConfiguration, EfsVolumeConfiguration, Endpoint, EndpointBinding, HostVolume,
    IntegerType, ListType, Listener, ListenerProtocol, LoadBalancer, LoadBalancerAttributes,
    LogConfiguration, Manifest, MountPoint, Parameter, ParameterType, PortMapping, RollbackClass,
    Scheme, Service, ServiceLoadBalancer, Severity, Target, TaskDefinition, TextType,
    TransportProtocol, Ulimit, Value, Volume,
};
pub use recipe::Recipe;
pub use tcp_service::{Draft, Edition, TcpService, tcp_service};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
