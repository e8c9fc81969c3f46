//! All services and operations that the door reaches: for calls, help, completion and stubs.

use crate::{Error, tables};
pub use crate::{
    service::{Operation, Pages, Service},
    shape::{Field, Type},
};

/// Every service, in the order of their names.
pub fn services() -> &'static [Service] {
    tables::SERVICES
}

/// One service by its name.
pub fn service(name: &str) -> Option<&'static Service> {
    services().iter().find(|service| service.name == name)
}

/// One operation, or an error with the nearest names.
pub fn find(
    service_name: &str,
    operation_name: &str,
) -> Result<(&'static Service, &'static Operation), Error> {
    let Some(found) = service(service_name) else {
        return Err(Error::unknown_service(service_name, services().iter().map(|s| s.name)));
    };
    match found.operation(operation_name) {
        Some(operation) => Ok((found, operation)),
        None => Err(Error::unknown_operation(
            found.name,
            operation_name,
            found.operations.iter().map(|o| o.name),
        )),
    }
}

/// The values of an enumeration that AWS takes and that its model forgets.
pub fn unmodelled(enumeration: &str) -> impl Iterator<Item = &'static str> + use<> {
    let found = crate::shape::unmodelled(enumeration);
    found.collect::<Vec<_>>().into_iter()
}
