//! `aws.pages` and `aws.each`: all items of an operation, at once or one after the other.

use super::{
    Arguments, answer,
    collector::Collector,
    door_of, operation_of, options_of,
    records::{self, Ahead, Request},
    table_of,
};
use crate::{
    calls::{self, Raise, Waiting},
    convert::to_lua,
    door::Error,
};
use dmsrun_base::Value;
use mlua::{Lua, Table, UserData, Value as LuaValue};
use std::{cell::RefCell, rc::Rc};

/// More pages than this are a loop of the service's, not an answer.
const MOST_PAGES: usize = 10_000;

/// Adds both to the module.
pub(super) fn add(lua: &Lua, module: &Table) -> mlua::Result<()> {
    let collector = Rc::new(Collector::default());
    let whole = calls::waiting(lua, "aws.pages", pages)?;
    let check = |name: &'static str| {
        calls::function(lua, name, move |lua, (operation, input, options): Arguments| {
            let (service, operation) = operation_of(&operation, name)?;
            table_of(lua, &input, "arguments")?;
            options_of(lua, &options)?;
            Ok(dmsrun_aws::records::shape(service, operation).is_some())
        })
    };
    let settled = Rc::clone(&collector);
    let empty = calls::function(lua, "aws.pages", move |lua, (): ()| {
        settled.settle(lua)?;
        Ok(records::list(lua)?)
    })?;
    let page = calls::waiting(lua, "aws.each", move |lua, arguments| {
        page(lua, arguments, Rc::clone(&collector))
    })?;
    let arguments = (page, whole, empty, check("aws.each")?, check("aws.pages")?);
    let (each, pages): (mlua::Function, mlua::Function) =
        lua.load(WALKS).set_name(crate::place::HOST).call(arguments)?;
    module.raw_set("each", each)?;
    module.raw_set("pages", pages)
}

/// `aws.each` is an iterator that holds one page at a time. `aws.pages` gives all items: of operations with
/// many small records page by page into one list, so that no page is held besides.
const WALKS: &str = r#"
local page, whole, empty, check_each, check_pages = ...

local function each(operation, arguments, options)
	check_each(operation, arguments, options)
	local items, at, cursor, more = {}, 0, arguments or {}, true
	return function()
		while true do
			at = at + 1
			local item = items[at]
			if item ~= nil then
				return item
			end
			if not more then
				return nil
			end
			items, cursor = page(operation, cursor, options)
			at, more = 0, cursor ~= nil
		end
	end
end

local function pages(operation, arguments, options)
	if not check_pages(operation, arguments, options) then
		return whole(operation, arguments, options)
	end
	local items, cursor = empty(), arguments or {}
	repeat
		cursor = select(2, page(operation, cursor, options, items))
	until cursor == nil
	return items
end

return each, pages"#;

fn pages(lua: &Lua, (operation, input, options): Arguments) -> Result<Waiting, Raise> {
    let (service, name) = operation_of(&operation, "aws.pages")?;
    let (input, options) = (table_of(lua, &input, "arguments")?, options_of(lua, &options)?);
    let aws = door_of(lua)?;
    Ok(Box::pin(async move {
        let result = aws.pages(service, name, input, &options).await;
        answer(result.map(Value::List).map_err(Raise::from))
    }))
}

/// The next page, on its way through Lua.
struct Cursor {
    input: Value,
    /// It is asked for already.
    ahead: RefCell<Option<Ahead>>,
    /// Which one it is, from 1.
    number: usize,
}

impl UserData for Cursor {}

impl Cursor {
    fn first(input: Value) -> Self {
        Self { input, ahead: RefCell::default(), number: 1 }
    }
}

/// The items of one page, and the cursor of the next. With a list, the items are appended to it.
fn page(
    lua: &Lua,
    (operation, input, options, list): (LuaValue, LuaValue, LuaValue, Option<Table>),
    collector: Rc<Collector>,
) -> Result<Waiting, Raise> {
    let (service, name) = operation_of(&operation, "aws.each")?;
    let cursor = match input.as_userdata().and_then(|u| u.borrow::<Cursor>().ok()) {
        Some(cursor) => Cursor {
            input: cursor.input.clone(),
            ahead: RefCell::new(cursor.ahead.take()),
            number: cursor.number,
        },
        None => Cursor::first(table_of(lua, &input, "arguments")?),
    };
    if list.is_some() && cursor.number > MOST_PAGES {
        let reason = format!("more than {MOST_PAGES} pages: narrow the request");
        return Err(Error::Refused { service, operation: name, reason }.into());
    }
    let (options, aws) = (options_of(lua, &options)?, door_of(lua)?);
    if let Some(shape) = dmsrun_aws::records::shape(service, name) {
        let request = Request { aws, shape, input: cursor.input.clone(), options };
        return Ok(record_page(request, cursor, list.map(|list| (list, collector))));
    }
    Ok(Box::pin(async move {
        let result = aws.page(service, name, cursor.input, &options).await;
        calls::finish(move |lua| {
            let page = result?;
            let items = to_lua(lua, &Value::List(page.items))?;
            let next =
                page.next.map(|next| lua.create_userdata(Cursor::first(next))).transpose()?;
            Ok((items, next))
        })
    }))
}

/// A page of records; the next one is asked for before Lua makes tables of this one.
fn record_page(
    mut request: Request,
    cursor: Cursor,
    list: Option<(Table, Rc<Collector>)>,
) -> Waiting {
    Box::pin(async move {
        let page = match request.page(cursor.ahead.take()).await {
            Ok(page) => page,
            Err(error) => return calls::finish(move |_| Err::<(), _>(Raise::from(error))),
        };
        let ahead = match page.likely_next() {
            Some(input) => {
                request.input = input;
                request.ahead().await
            }
            None => None,
        };
        calls::finish(move |lua| {
            let (items, next) = match list {
                Some((list, collector)) => {
                    let next = records::append(lua, &page, &list, &collector)?;
                    (list, next)
                }
                None => records::make(lua, &page)?,
            };
            let next = next.map(|input| {
                // What was asked for by a guess counts where the guess was right.
                let ahead = RefCell::new(ahead.filter(|_| request.input == input));
                lua.create_userdata(Cursor { input, ahead, number: cursor.number + 1 })
            });
            Ok((items, next.transpose()?))
        })
    })
}
