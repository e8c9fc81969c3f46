//! The macros that the tables are written in.
//!
//! `sdk` is the service's crate, named so by every table. A member is an identifier; the compiler
//! finds its type from the builder's getter and setter.

/// The constants of one builder: fields and setters.
macro_rules! input {
    ($builder:ty; ($($r:ident),*) ($($o:ident),*) ($($s:ident),*)) => { pastey::paste! {
        impl crate::shape::Input for $builder {
            const FIELDS: &'static [crate::shape::Field] = {
                #[allow(dead_code, reason = "not every table has one")]
 const SECRETS: &[&str] = &[$(stringify!($s)),*];
                &[
                    $(crate::shape::Field::of(
                        stringify!($r), true, SECRETS,
                        crate::shape::type_of(<$builder>::[<get_ $r>]),
                    ),)*
                    $(crate::shape::Field::of(
                        stringify!($o), false, SECRETS,
                        crate::shape::type_of(<$builder>::[<get_ $o>]),
                    ),)*
                ]
            };
            const SETTERS: &'static [&'static dyn crate::shape::Set<Self>] = &[
                $(&crate::shape::Setter(<$builder>::[<set_ $r>]),)*
                $(&crate::shape::Setter(<$builder>::[<set_ $o>]),)*
            ];
        }
    } };
}

/// The direction from the SDK: a structure read into a table.
macro_rules! give {
    ($n:ident; ($($f:ident)*) ($($s:ident),*)) => {
        impl crate::shape::Give for sdk::types::$n {
            fn give(&self) -> dmsrun_base::Value {
                crate::shape::give_members(
                    &[$((stringify!($f), &self.$f as &dyn crate::shape::Give)),*],
                    &[$(stringify!($s)),*],
                )
            }
        }
    };
}

/// Structures that requests hold.
macro_rules! structures_in {
    ($($n:ident($($r:ident),*; $($o:ident),*) $(secret($($s:ident),*))?;)*) => { pastey::paste! { $(
        input! { sdk::types::builders::[<$n Builder>]; ($($r),*) ($($o),*) ($($($s),*)?) }
        impl crate::shape::Shape for sdk::types::$n {
            const TYPE: crate::shape::Type = crate::shape::Type::Structure(
                stringify!($n),
                || <sdk::types::builders::[<$n Builder>] as crate::shape::Input>::FIELDS,
            );
        }
        impl crate::shape::Take for sdk::types::$n {
            fn take(value: &dmsrun_base::Value) -> Result<Self, crate::shape::Bad> {
                use crate::shape::Build as _;
                crate::shape::take_members::<sdk::types::builders::[<$n Builder>]>(value)?
                    .build()
                    .built()
            }
        }
    )* } };
}

/// Structures that answers hold.
macro_rules! structures_out {
    ($($n:ident($($r:ident),*; $($o:ident),*) $(secret($($s:ident),*))?;)*) => { pastey::paste! { $(
        impl crate::shape::Shape for sdk::types::$n {
            const TYPE: crate::shape::Type = crate::shape::Type::Structure(stringify!($n), || {
                #[allow(dead_code, reason = "not every table has one")]
 const SECRETS: &[&str] = &[$($(stringify!($s)),*)?];
                const FIELDS: &[crate::shape::Field] = &[
                    $(crate::shape::Field::of(stringify!($r), true, SECRETS,
                        crate::shape::type_of(sdk::types::builders::[<$n Builder>]::[<get_ $r>])),)*
                    $(crate::shape::Field::of(stringify!($o), false, SECRETS,
                        crate::shape::type_of(sdk::types::builders::[<$n Builder>]::[<get_ $o>])),)*
                ];
                FIELDS
            });
        }
        give! { $n; ($($r)* $($o)*) ($($($s),*)?) }
    )* } };
}

/// Structures that both hold.
macro_rules! structures_both {
    ($($n:ident($($r:ident),*; $($o:ident),*) $(secret($($s:ident),*))?;)*) => {
        structures_in! { $($n($($r),*; $($o),*) $(secret($($s),*))?;)* }
        $(give! { $n; ($($r)* $($o)*) ($($($s),*)?) })*
    };
}

/// Enumerations, in both directions.
macro_rules! enumerations {
    ($($n:ident),*) => { $(
        impl crate::shape::Shape for sdk::types::$n {
            const TYPE: crate::shape::Type =
                crate::shape::Type::Enumeration(stringify!($n), sdk::types::$n::values());
        }
        impl crate::shape::Take for sdk::types::$n {
            fn take(value: &dmsrun_base::Value) -> Result<Self, crate::shape::Bad> {
                crate::shape::choice(value, stringify!($n), Self::values()).map(Self::from)
            }
        }
        impl crate::shape::Give for sdk::types::$n {
            fn give(&self) -> dmsrun_base::Value {
                self.as_str().into()
            }
        }
    )* };
}

/// A union's description: its variants as fields, of which one is given.
macro_rules! union_shape {
    ($n:ident($($v:ident $k:ident),*)) => {
        impl crate::shape::Shape for sdk::types::$n {
            const TYPE: crate::shape::Type = crate::shape::Type::Union(stringify!($n), || {
                const FIELDS: &[crate::shape::Field] = &[$(crate::shape::Field::of(
                    stringify!($k), false, &[], crate::shape::variant_type(sdk::types::$n::$v),
                )),*];
                FIELDS
            });
        }
    };
}

/// The direction to the SDK.
macro_rules! union_take {
    ($n:ident($($v:ident $k:ident),*)) => {
        impl crate::shape::Take for sdk::types::$n {
            fn take(value: &dmsrun_base::Value) -> Result<Self, crate::shape::Bad> {
                let fields = <Self as crate::shape::Shape>::TYPE.fields();
                let (key, value) = crate::shape::one_entry(value, fields)?;
                match key {
                    $(stringify!($k) => crate::shape::Take::take(value).map(Self::$v),)*
                    _ => return Err(crate::shape::unknown(fields, key)),
                }
                .map_err(|bad: crate::shape::Bad| bad.under(key))
            }
        }
    };
}

/// The direction from the SDK.
macro_rules! union_give {
    ($n:ident($($v:ident $k:ident),*)) => {
        impl crate::shape::Give for sdk::types::$n {
            fn give(&self) -> dmsrun_base::Value {
                match self {
                    $(Self::$v(it) => crate::shape::give_members(&[(stringify!($k), it)], &[]),)*
                    // A variant that this SDK does not know yet.
                    _ => dmsrun_base::Value::Map(dmsrun_base::Map::new()),
                }
            }
        }
    };
}

/// A union that requests hold.
macro_rules! union_in {
    ($($n:ident($($v:ident $k:ident),*);)*) => { $(
        union_shape! { $n($($v $k),*) }
        union_take! { $n($($v $k),*) }
    )* };
}

/// A union that answers hold.
macro_rules! union_out {
    ($($n:ident($($v:ident $k:ident),*);)*) => { $(
        union_shape! { $n($($v $k),*) }
        union_give! { $n($($v $k),*) }
    )* };
}

/// A union that both hold.
macro_rules! union_both {
    ($($n:ident($($v:ident $k:ident),*);)*) => { $(
        union_shape! { $n($($v $k),*) }
        union_take! { $n($($v $k),*) }
        union_give! { $n($($v $k),*) }
    )* };
}

/// What `send` does with a good answer.
macro_rules! reply {
    ($out:ident; ($($f:ident),*) ($($s:ident),*) ()) => {
        Ok(crate::service::Reply {
            request_id: crate::service::request_id(&$out),
            value: crate::shape::give_members(
                &[$((stringify!($f), &$out.$f as &dyn crate::shape::Give)),*],
                &[$(stringify!($s)),*],
            ),
        })
    };
    ($out:ident; ($($f:ident),*) ($($s:ident),*) ($body:ident)) => {{
        let mut out = $out;
        let body = crate::service::collect(std::mem::take(&mut out.$body)).await?;
        reply!(out; ($($f),*) ($($s),*) ()).map(|reply: crate::service::Reply| {
            reply.with(stringify!($body), body)
        })
    }};
}

/// Operations: each a row with its fields and a function that converts, sends and converts back.
macro_rules! operations {
    ($($op:ident $camel:ident($($r:ident),*; $($o:ident),*) -> ($($f:ident),*)
        $(pages($tin:ident, $tout:ident: $($items:ident),* $(; $tin2:ident, $tout2:ident)?))?
        $(secret($($s:ident),*))? $(token($token:ident))? $(streams($body:ident))?;)*) => {
    pastey::paste! {
        $(
            input! {
                sdk::operation::$op::builders::[<$camel InputBuilder>];
                ($($r),*) ($($o),*) ($($($s),*)?)
            }

            fn $op(
                value: &dmsrun_base::Value,
            ) -> Result<crate::service::Prepared, crate::shape::Bad> {
                let input = crate::shape::take_members::<
                    sdk::operation::$op::builders::[<$camel InputBuilder>],
                >(value)?;
                Ok(Box::new(move |client| {
                    let client = crate::service::typed::<sdk::Client>(client);
                    Box::pin(async move {
                        match input.send_with(&client).await {
                            Ok(out) => reply!(out; ($($f),*) ($($($s),*)?) ($($body)?)),
                            Err(error) => Err(crate::service::failure(error)),
                        }
                    })
                }))
            }
        )*

        /// The operations of this service.
        pub static OPERATIONS: &[crate::service::Operation] = &[$({
            #[allow(dead_code, reason = "not every table has one")]
 const SECRETS: &[&str] = &[$($(stringify!($s)),*)?];
            const OUTPUTS: &[crate::shape::Field] = &[
                $(crate::shape::Field::of(
                    stringify!($f), false, SECRETS, crate::shape::type_of(
                        sdk::operation::$op::builders::[<$camel OutputBuilder>]::[<get_ $f>],
                    ),
                ),)*
                $(crate::shape::Field::of(
                    stringify!($body), false, SECRETS, &crate::shape::Type::Bytes,
                ),)?
            ];
            const PAGES: Option<crate::service::Pages> = [
                $(Some(crate::service::Pages {
                    tokens: &[
                        (stringify!($tin), stringify!($tout)),
                        $((stringify!($tin2), stringify!($tout2)),)?
                    ],
                    items: &[$(stringify!($items)),*],
                }),)?
                None,
            ][0];
            const TOKEN: Option<&str> = [$(Some(stringify!($token)),)? None][0];
            crate::service::Operation {
                name: stringify!($op),
                wire_name: stringify!($camel),
                fields: <sdk::operation::$op::builders::[<$camel InputBuilder>]
                    as crate::shape::Input>::FIELDS,
                outputs: OUTPUTS,
                pages: PAGES,
                token: TOKEN,
                prepare: $op,
            }
        }),*];

        /// Every input and output builder's own list of members beside the table's.
        #[cfg(test)]
        pub fn operation_members() -> Vec<crate::tables::Members> {
            vec![$(
                crate::tables::Members {
                    name: stringify!($op),
                    debug: format!(
                        "{:?}", sdk::operation::$op::builders::[<$camel InputBuilder>]::default(),
                    ),
                    table: vec![$(stringify!($r),)* $(stringify!($o)),*],
                },
                crate::tables::Members {
                    name: concat!(stringify!($op), " (output)"),
                    debug: format!(
                        "{:?}", sdk::operation::$op::builders::[<$camel OutputBuilder>]::default(),
                    ),
                    table: vec![$(stringify!($f),)* $(stringify!($body))?],
                },
            )*]
        }
    } };
}

/// Every structure's builder's own list of members beside the table's.
macro_rules! completeness {
    ($($n:ident),*) => { pastey::paste! {
        #[cfg(test)]
        pub fn structure_members() -> Vec<crate::tables::Members> {
            vec![$(crate::tables::Members {
                name: stringify!($n),
                debug: format!("{:?}", sdk::types::builders::[<$n Builder>]::default()),
                table: <sdk::types::$n as crate::shape::Shape>::TYPE
                    .fields().iter().map(|field| field.name).collect(),
            }),*]
        }
    } };
}

pub(crate) use {
    completeness, enumerations, give, input, operations, reply, structures_both, structures_in,
    structures_out, union_both, union_give, union_in, union_out, union_shape, union_take,
};
