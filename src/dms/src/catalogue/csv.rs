//! Reads a catalogue from the output of a query on `information_schema.columns`: CSV, the tabs of
//! `mysql --batch`, the bars of `psql` and `mysql --table`. Oracle's and Db2's names for the same
//! columns are known too.

use super::{Catalogue, CatalogueError, CatalogueTable, Column, TableKind, dms_type};
use std::collections::HashMap;

/// What a column of the output says, with the names it goes by, compared without case and `_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Schema,
    Table,
    Column,
    Type,
    FullType,
    Length,
    Precision,
    Scale,
    Key,
    Nullable,
    Position,
    Kind,
    Rows,
    Lob,
}

const NAMES: &[(Field, &[&str])] = &[
    (Field::Schema, &["tableschema", "schema", "schemaname", "owner", "tabschema"]),
    (Field::Table, &["tablename", "table", "tabname"]),
    (Field::Column, &["columnname", "column", "colname"]),
    (Field::Type, &["datatype", "type", "typename"]),
    (Field::FullType, &["columntype", "fulltype"]),
    (Field::Length, &["charactermaximumlength", "charmaxlength", "datalength", "length"]),
    (Field::Precision, &["numericprecision", "dataprecision", "precision"]),
    (Field::Scale, &["numericscale", "datascale", "scale"]),
    (Field::Key, &["columnkey", "primarykey", "isprimarykey", "pk"]),
    (Field::Nullable, &["isnullable", "nullable", "nulls"]),
    (Field::Position, &["ordinalposition", "columnid", "colno"]),
    (Field::Kind, &["tabletype", "kind"]),
    (Field::Rows, &["tablerows", "rows", "numrows", "card"]),
    (Field::Lob, &["lobkb", "maxlobkb"]),
];

/// How the output parts its cells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Quotes may stand around a cell, and a line break in them.
    Quoted(char),
    /// `mysql --batch`: tabs, with `\t`, `\n` and `\\` for what a cell holds of them.
    Batch,
    /// Bars and blanks, with lines of dashes between.
    Bars,
}

type Lines = Vec<(usize, Vec<String>)>;

pub(super) fn read(text: &str) -> Result<Catalogue, CatalogueError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = cells(text)?.into_iter();
    let (line, header) =
        lines.next().ok_or_else(|| CatalogueError::new("the text has no line with names"))?;
    let fields = fields(&header, line)?;
    let mut tables = Tables::default();
    for (line, row) in lines {
        if row.len() != header.len() {
            let message = format!("{} cells, but the first line names {}", row.len(), header.len());
            return Err(CatalogueError::new(message)
                .at(line)
                .hint("put cells that hold the separator in double quotes"));
        }
        tables.add(&Row { fields: &fields, cells: &row, line })?;
    }
    Ok(tables.end())
}

fn fields(header: &[String], line: usize) -> Result<Vec<Option<Field>>, CatalogueError> {
    let plain = |s: &str| s.trim().to_lowercase().replace(['_', ' ', '-'], "");
    let of = |cell: &String| {
        let own = plain(cell);
        NAMES.iter().find(|(_, names)| names.contains(&own.as_str())).map(|(f, _)| *f)
    };
    let fields: Vec<Option<Field>> = header.iter().map(of).collect();
    for (field, name) in [(Field::Schema, "TABLE_SCHEMA"), (Field::Table, "TABLE_NAME")] {
        if !fields.contains(&Some(field)) {
            let message = format!("no column is called {name}; there are {}", header.join(", "));
            let query = "SELECT table_schema, table_name, column_name, data_type, column_key, … \
                         FROM information_schema.columns";
            return Err(CatalogueError::new(message).at(line).hint(query));
        }
    }
    Ok(fields)
}

struct Row<'r> {
    fields: &'r [Option<Field>],
    cells: &'r [String],
    line: usize,
}

impl Row<'_> {
    /// The text of a cell; empty ones and NULL count as absent.
    fn text(&self, field: Field) -> Option<&str> {
        let at = self.fields.iter().position(|f| *f == Some(field))?;
        let cell = self.cells.get(at)?.as_str();
        (!cell.is_empty() && cell != "NULL" && cell != "\\N").then_some(cell)
    }

    fn name(&self, field: Field, word: &str) -> Result<&str, CatalogueError> {
        self.text(field)
            .ok_or_else(|| CatalogueError::new(format!("{word} is empty")).at(self.line))
    }

    fn number(&self, field: Field, word: &str) -> Result<Option<u64>, CatalogueError> {
        let Some(text) = self.text(field) else { return Ok(None) };
        // SQL Server and text types without a bound say -1.
        if text == "-1" {
            return Ok(None);
        }
        match text.parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => {
                let message = format!("{word} \"{text}\" is not a whole number");
                Err(CatalogueError::new(message).at(self.line))
            }
        }
    }

    fn column(&self) -> Result<Option<(u64, Column)>, CatalogueError> {
        if !self.fields.contains(&Some(Field::Column)) {
            return Ok(None);
        }
        let name = self.name(Field::Column, "COLUMN_NAME")?.to_owned();
        let position = self.number(Field::Position, "ORDINAL_POSITION")?.unwrap_or(0);
        let yes = |text: &str| {
            let lower = text.to_lowercase();
            ["pri", "yes", "y", "true", "t", "1", "p"].contains(&lower.as_str())
        };
        let column = Column {
            name,
            data_type: self.data_type()?,
            primary_key: self.text(Field::Key).is_some_and(yes),
            lob_kb: self.number(Field::Lob, "LOB_KB")?,
            nullable: self.text(Field::Nullable).map(yes),
        };
        Ok(Some((position, column)))
    }

    /// The type with its length or precision.
    fn data_type(&self) -> Result<String, CatalogueError> {
        if let Some(full) = self.text(Field::FullType) {
            return Ok(full.to_owned());
        }
        let Some(base) = self.text(Field::Type) else { return Ok(String::new()) };
        let length = self.number(Field::Length, "CHARACTER_MAXIMUM_LENGTH")?;
        let precision = self.number(Field::Precision, "NUMERIC_PRECISION")?;
        let scale = self.number(Field::Scale, "NUMERIC_SCALE")?;
        let kind = dms_type(base);
        Ok(match (kind, length, precision, scale) {
            _ if base.contains('(') => base.to_owned(),
            (Some("string" | "wstring" | "bytes"), Some(n), ..) => format!("{base}({n})"),
            (Some("numeric"), _, Some(p), Some(s)) => format!("{base}({p},{s})"),
            (Some("numeric"), _, Some(p), None) => format!("{base}({p})"),
            _ => base.to_owned(),
        })
    }
}

#[derive(Default)]
struct Tables {
    tables: Vec<CatalogueTable>,
    positions: Vec<Vec<u64>>,
    places: HashMap<(String, String), usize>,
}

impl Tables {
    fn add(&mut self, row: &Row<'_>) -> Result<(), CatalogueError> {
        let schema = row.name(Field::Schema, "TABLE_SCHEMA")?;
        let table = row.name(Field::Table, "TABLE_NAME")?;
        let key = (schema.to_owned(), table.to_owned());
        let at = match self.places.get(&key) {
            Some(at) => *at,
            None => {
                let view = row.text(Field::Kind).is_some_and(|k| k.to_lowercase().contains("view"));
                self.tables.push(CatalogueTable {
                    schema: key.0.clone(),
                    table: key.1.clone(),
                    rows: row.number(Field::Rows, "TABLE_ROWS")?.unwrap_or(0),
                    kind: if view { TableKind::View } else { TableKind::Table },
                    keys_unknown: !row.fields.contains(&Some(Field::Key)),
                    ..CatalogueTable::default()
                });
                self.positions.push(Vec::new());
                self.places.insert(key, self.tables.len() - 1);
                self.tables.len() - 1
            }
        };
        if let Some((position, column)) = row.column()? {
            if self.tables[at].columns.iter().any(|c| c.name == column.name) {
                let name = self.tables[at].full_name();
                let message = format!("{name} has the column \"{}\" twice", column.name);
                return Err(CatalogueError::new(message).at(row.line));
            }
            self.tables[at].columns.push(column);
            self.positions[at].push(position);
        }
        Ok(())
    }

    /// The catalogue, with the columns of each table in their order.
    fn end(self) -> Catalogue {
        let mut tables = self.tables;
        for (table, positions) in tables.iter_mut().zip(self.positions) {
            let mut columns: Vec<(u64, Column)> =
                positions.into_iter().zip(std::mem::take(&mut table.columns)).collect();
            columns.sort_by_key(|(position, _)| *position);
            table.columns = columns.into_iter().map(|(_, c)| c).collect();
        }
        Catalogue { tables, ..Catalogue::default() }
    }
}

/// The lines of the text with their numbers, as cells.
fn cells(text: &str) -> Result<Lines, CatalogueError> {
    let first = text.lines().find(|l| !l.trim().is_empty()).unwrap_or_default();
    let count = |c: char| first.matches(c).count();
    let form = if count('\t') > 0 {
        Form::Batch
    } else if first.trim_start().starts_with('+') || count('|') > count(',') {
        Form::Bars
    } else if count(';') > count(',') {
        Form::Quoted(';')
    } else {
        Form::Quoted(',')
    };
    match form {
        Form::Quoted(separator) => quoted(text, separator),
        Form::Batch => Ok(batch(text)),
        Form::Bars => Ok(bars(text)),
    }
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(n, l)| (n + 1, l)).filter(|(_, l)| !l.trim().is_empty())
}

fn batch(text: &str) -> Lines {
    let cell = |cell: &str| {
        let cell = cell.strip_prefix('"').and_then(|c| c.strip_suffix('"')).unwrap_or(cell);
        unescaped(cell).trim().to_owned()
    };
    numbered(text).map(|(n, line)| (n, line.split('\t').map(cell).collect())).collect()
}

/// What `mysql --batch` writes for tabs, line breaks and backslashes, turned back.
fn unescaped(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.clone().next() } else { None }) {
            ('\\', Some(next @ ('t' | 'n' | '\\'))) => {
                chars.next();
                out.push(match next {
                    't' => '\t',
                    'n' => '\n',
                    other => other,
                });
            }
            (c, _) => out.push(c),
        }
    }
    out
}

fn bars(text: &str) -> Lines {
    let rule = |line: &str| line.chars().all(|c| matches!(c, '-' | '+' | '|' | ' '));
    let count = |line: &str| line.starts_with('(') && line.trim_end().ends_with(')');
    numbered(text)
        .filter(|(_, line)| !rule(line) && !count(line))
        .map(|(n, line)| {
            let line = line.trim();
            let line = line.strip_prefix('|').unwrap_or(line);
            let line = line.strip_suffix('|').unwrap_or(line);
            (n, line.split('|').map(|c| c.trim().to_owned()).collect())
        })
        .collect()
}

fn quoted(text: &str, separator: char) -> Result<Lines, CatalogueError> {
    let mut lines: Lines = Vec::new();
    let (mut row, mut cell) = (Vec::new(), String::new());
    let (mut line, mut begun, mut open) = (1, 1, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let (opened, text) = (open.is_some(), cell.trim().is_empty());
        match c {
            '"' if opened && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if opened => open = None,
            '"' if text => {
                cell.clear();
                open = Some(line);
            }
            '\n' => {
                line += 1;
                if opened {
                    cell.push(c);
                    continue;
                }
                row.push(std::mem::take(&mut cell).trim().to_owned());
                end_line(&mut lines, begun, &mut row);
                begun = line;
            }
            '\r' if !opened => {}
            c if c == separator && !opened => {
                row.push(std::mem::take(&mut cell).trim().to_owned());
            }
            c => cell.push(c),
        }
    }
    if let Some(at) = open {
        return Err(CatalogueError::new("a quote that opens here does not close").at(at));
    }
    row.push(cell.trim().to_owned());
    end_line(&mut lines, begun, &mut row);
    Ok(lines)
}

fn end_line(lines: &mut Lines, line: usize, row: &mut Vec<String>) {
    let row = std::mem::take(row);
    if row.iter().any(|c| !c.is_empty()) {
        lines.push((line, row));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &str) -> Catalogue {
        Catalogue::read(text, "columns.csv").unwrap()
    }

    fn error(text: &str) -> String {
        Catalogue::read(text, "columns.csv").unwrap_err().to_string()
    }

    #[test]
    fn psql_csv_in_lower_case_is_read() {
        let c = read(
            "table_schema,table_name,column_name,ordinal_position,data_type,is_nullable,character_maximum_length\n\
             public,\"odd, name\",id,1,bigint,NO,\n\
             public,\"odd, name\",note,2,character varying,YES,40\n\
             public,other,id,1,integer,NO,\n",
        );
        assert_eq!(c.tables.len(), 2);
        assert_eq!(c.tables[0].table, "odd, name");
        let note = &c.tables[0].columns[1];
        assert_eq!((note.data_type.as_str(), note.nullable), ("character varying(40)", Some(true)));
        assert_eq!(note.dms_type(), Some("string"));
        // Nobody said which columns are the key: that is not the same as none.
        assert!(!c.tables[0].lacks_key());
    }

    #[test]
    fn mysql_batch_output_is_read_with_keys_and_kinds() {
        let c = read(
            "TABLE_SCHEMA\tTABLE_NAME\tCOLUMN_NAME\tDATA_TYPE\tCHARACTER_MAXIMUM_LENGTH\tCOLUMN_KEY\tTABLE_TYPE\tTABLE_ROWS\n\
             shop\torders\tid\tbigint\tNULL\tPRI\tBASE TABLE\t120\n\
             shop\torders\tnote\tlongtext\t4294967295\t\tBASE TABLE\t120\n\
             shop\trecent\tid\tbigint\tNULL\t\tVIEW\tNULL\n",
        );
        assert!(c.tables[0].columns[0].primary_key && c.tables[0].columns[1].is_lob());
        assert_eq!((c.tables[0].rows, c.tables[1].kind), (120, TableKind::View));
        assert!(c.tables[1].lacks_key());
    }

    #[test]
    fn tables_of_a_terminal_are_read() {
        let psql = " table_schema | table_name | column_name \n--------------+------------+-------------\n public       | t          | id\n(1 row)\n";
        assert_eq!(read(psql).tables[0].columns[0].name, "id");
        let mysql = "+--------------+------------+\n| TABLE_SCHEMA | TABLE_NAME |\n+--------------+------------+\n| s            | t          |\n+--------------+------------+\n";
        assert_eq!(read(mysql).tables[0].full_name(), "s.t");
    }

    #[test]
    fn columns_stand_in_their_order_and_oracle_s_names_are_known() {
        let c = read(
            "OWNER;TABLE_NAME;COLUMN_NAME;DATA_TYPE;DATA_PRECISION;DATA_SCALE;COLUMN_ID\nHR;EMP;B;NUMBER;10;2;2\nHR;EMP;A;NUMBER;;;1\n",
        );
        let columns: Vec<&str> = c.tables[0].columns.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(columns, ["A", "B"]);
        assert_eq!(c.tables[0].columns[1].data_type, "NUMBER(10,2)");
    }

    #[test]
    fn errors_name_their_line() {
        assert_eq!(
            error("table_name,column_name\nt,c\n"),
            "line 1: no column is called TABLE_SCHEMA; there are table_name, column_name"
        );
        assert_eq!(
            error("table_schema,table_name\ns,t\ns\n"),
            "line 3: 1 cells, but the first line names 2"
        );
        assert_eq!(error("table_schema,table_name\n\n\"s\",\n"), "line 3: TABLE_NAME is empty");
        assert_eq!(
            error("table_schema,table_name,table_rows\ns,t,many\n"),
            "line 2: TABLE_ROWS \"many\" is not a whole number"
        );
        assert_eq!(
            error("table_schema,table_name,column_name\ns,t,c\ns,t,c\n"),
            "line 3: s.t has the column \"c\" twice"
        );
        assert_eq!(
            error("table_schema,table_name\n\"s,t\nx"),
            "line 2: a quote that opens here does not close"
        );
    }
}
