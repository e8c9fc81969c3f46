//! The codes of table mappings: M1 the document and its rules, M2 selection and filters, M3
//! transformations, M4 table settings, M5 the other rules, M6 what a catalogue shows. T: several
//! tasks.

use super::{Code, table};
use dmsrun_diag::Severity;

table! { MAPPING_CODES;
M101 Error "Not a table-mapping document"
"The text must be a JSON object. DMS answers anything else with \"Invalid Table Mappings document\".";
M102 Error "No list of rules"
"A document is an object with one key, rules, which holds a list. DMS says \"Valid Table mappings is required\".";
M103 Error "A rule is not an object"
"Every entry of rules is an object with rule-type, rule-id, rule-name and an object-locator.";
M104 Error "Unknown rule-type"
"The rule types are selection, transformation, table-settings, object-mapping, post-processing and validation. Masking is a transformation.";
M105 Error "No rule-id"
"Every rule needs an id of its own, a whole number. Where two transformations meet, the lower id wins.";
M106 Error "rule-id is not a number"
"Ids are digits, as a text or a number: DMS compares them as numbers.";
M107 Error "Duplicate rule-id"
"DMS refuses a document in which two rules have one id: \"Duplicate ruleid\". \"1\" and 1 are the same id.";
M108 Warning "No rule-name"
"Rules are told apart by name in messages and when documents are compared.";
M109 Warning "Duplicate rule-name"
"The documentation wants unique names. The service does not enforce it, but a comparison by name can't tell the rules apart.";
M110 Note "Unusual rule-name"
"The documentation says that names are alphanumeric. Letters, digits, blanks and - _ . are seen in use.";
M111 Error "No rule-action"
"Every rule except table-settings says what it does in rule-action.";
M112 Error "Unknown rule-action"
"Actions are lower case with hyphens, and each rule type has its own. DMS answers \"Invalid table mappings document\".";
M113 Error "No rule-target"
"Transformation and validation rules say in rule-target what they change: schema, table, column or a tablespace.";
M114 Error "Unknown rule-target"
"The targets are schema, table, column, table-tablespace and index-tablespace.";
M115 Error "No object-locator"
"Every rule names its objects in an object-locator. DMS says \"object locator cannot be null\".";
M116 Error "The locator lacks a name"
"Selections need schema-name and table-name; transformations need what their target needs: a schema rule the schema, a table rule the table too, a column rule the column too.";
M117 Error "Wrong type of value"
"The value is not of the JSON type that the key takes. Numbers may be written as texts.";
M118 Warning "Unknown key"
"The key is not in the documentation; what DMS does with it is not known. It is kept as it is.";
M119 Error "The document is too big"
"A table-mapping document may have up to 2 MB. Split the tables over several tasks, or use patterns.";
M120 Error "No selection rule"
"DMS needs at least one rule of the type selection: \"At least one selection rule is required\".";
M121 Error "Nothing is included"
"The document only excludes. What is selected is explicit ∪ (include − exclude): without an include or explicit rule that is nothing.";
M122 Error "Empty name"
"A name or pattern of a locator is empty: it matches nothing.";
M123 Error "The action has no meaning for this target"
"Names can be changed on every target; columns, types and masks on columns; primary keys on tables.";
M125 Error "A required key is missing"
"The action does nothing without this key.";
M126 Warning "The key has no effect here"
"DMS ignores this key in a rule of this kind. Take it out, or check the action.";
M127 Error "Not one of the values"
"The key takes one of a fixed list of words.";
M128 Error "The rule type does not go with the target"
"object-mapping is for DynamoDB, Kinesis and Kafka targets, post-processing for S3 targets.";
M129 Error "The instance's engine version is too old for this"
"Masking needs version 3.5.4 of the replication engine, the metadata of modified names 3.6.0.";
M130 Error "A key is there twice and says different things"
"JSON parsers keep the last one silently. Which one DMS keeps is not documented: leave one of them out.";
M131 Note "A key is there twice"
"Both say the same; leave one of them out.";
M132 Note "It has no effect in this kind of task"
"Load order, parallel load and the like belong to the full load; a task that only captures changes has none.";
M133 Note "Not every pair of rules was compared"
"The patterns of so many rules begin alike that comparing each pair would take too long. A catalogue shows what the rules do to real tables.";
M134 Error "Number out of range"
"Lengths and counts are above 0, precisions and scales not below, and a scale is not above its precision.";
M201 Error "Wildcard in an explicit rule"
"explicit names exactly one object. Use include for a pattern.";
M202 Error "Wildcard in a rule with filters"
"Filters work only in rules that name one schema and one table. Write a rule for each table that is filtered.";
M203 Warning "Filters without effect"
"Filters are applied by include rules only; on explicit and exclude DMS ignores them.";
M204 Error "filter-type is not \"source\""
"There is one type of filter, source.";
M205 Error "Unknown filter-operator"
"The operators are lte, gte, eq, noteq, between, notbetween, null and notnull (ste is an old name of lte). There is no strict comparison.";
M206 Error "The filter lacks a value"
"lte, gte, eq and noteq need value; between and notbetween need start-value and end-value.";
M207 Error "The filter has no conditions"
"filter-conditions is a list with at least one condition.";
M208 Warning "The filter lets nothing through"
"A negative condition beside null, with no inclusive one: DMS then replicates no row at all.";
M209 Note "Rows with NULL are left out"
"A filter with noteq, notbetween or notnull leaves rows out whose column is NULL.";
M210 Error "load-order out of range"
"load-order is between 1 and 2147483647; higher loads first.";
M211 Warning "Views in a task with change capture"
"Views can be loaded, not followed: they belong in a full-load task.";
M212 Warning "Views are not supported here"
"OpenSearch targets take no views, and not every source offers them. AWS's pages contradict each other on MariaDB.";
M213 Warning "The selection takes the system schemas too"
"On MySQL a % for the schema also takes mysql, sys, performance_schema and information_schema; loading them fails. Name each schema.";
M214 Warning "Ambiguous: both explicit and excluded"
"Which of the two wins is not documented. Here the explicit rule is taken to win; say it in one rule.";
M215 Warning "The rule can't select anything"
"An exclude rule covers everything that this rule includes.";
M216 Warning "The rule repeats another"
"Two selection rules with the same action and locator say it twice.";
M217 Warning "Names should be in upper case"
"Oracle and Db2 keep names in upper case, and locators are case-sensitive.";
M218 Warning "Ambiguous: two rules include one table differently"
"Which load order and which filters count when several include rules match a table is not documented. Here the first rule that has any is taken; say it in one rule.";
M219 Warning "Ambiguous: bracket patterns"
"[ab] and [_] may not work with all engines. AWS advises one rule for each table instead.";
M220 Warning "Name longer than Oracle captures"
"DMS loads Oracle objects with names of more than 30 bytes, but silently skips their changes.";
M221 Warning "The range is empty"
"start-value lies above end-value: the condition never holds.";
M222 Note "Ambiguous: an explicit rule with more than a name"
"Whether explicit honours table-type and load-order is not documented. Here it does.";
M223 Warning "Oracle does not replicate such names"
"Tables with an apostrophe in their names, and those that begin with BIN$ or DR$, are not replicated.";
M224 Note "Oracle needs ExposeViews"
"The source endpoint needs the setting ExposeViews true before DMS sees its views.";
M225 Warning "The value does not fit the column"
"Dates are written YYYY-MM-DD, times YYYY-MM-DD HH:MM:SS, numbers as digits. DMS compares by the rules of SQLite: a value of another form is compared as text.";
M226 Warning "Filters don't work on such a column"
"A filter names one column, as it is: no wildcards. Columns with names in scripts from right to left can't be filtered by.";
M227 Warning "The filters exclude each other"
"All filters of a rule must hold, and these can't hold together: no row is loaded. Conditions that are alternatives belong in one filter.";
M228 Note "The filter's column needs supplemental logging"
"On Oracle, changes are only filtered rightly when the column is logged: ALTER TABLE … ADD SUPPLEMENTAL LOG.";
M229 Warning "Deletes may be lost"
"On PostgreSQL a DELETE logs the replica identity only. Where the filter's column is not in it, DMS can't tell whether the row was one of the filter's.";
M230 Note "Ambiguous: an exclude before its include"
"The documentation says nothing on the order of include and exclude rules; its one example excludes last, and the exclude wins. Here an exclude wins wherever it stands.";
M301 Error "A placeholder in a name"
"DMS takes ${…} in a new name literally: the object would be called that on the target. Use add-prefix or add-suffix.";
M302 Warning "A transformation is beaten by another"
"On one object only one action is applied: that of the rule with the lower rule-id, which in a script is the one written first. The other rule is dropped there. Where that is a mask it is an error: the values arrive unmasked.";
M304 Warning "The rule matches nothing that is selected"
"Locators match names of the source, never those that another rule made, and no selection rule takes such an object.";
M305 Error "Wildcard in define-primary-key"
"A primary key is defined for one table: schema and table are exact.";
M306 Error "The columns of the primary key don't hold"
"primary-key-def needs a list of columns, in key order, each once.";
M307 Warning "add-column with a column in its locator"
"The new column's name is in value; the locator names schema and table only.";
M308 Note "Nothing fills the new column"
"Without an expression the documentation gives no value for an added column.";
M309 Error "Unknown data type"
"DMS's types are bytes, date, time, datetime, int1 to int8, uint1 to uint8, numeric, real4, real8, string, wstring, blob, clob, nclob, boolean, set, list, map and tuple.";
M310 Error "Before-image columns without a name of their own"
"column-prefix and column-suffix are both empty: the new columns would have the names of the old.";
M311 Warning "Before-image columns have no effect"
"They need captured changes. For Kinesis and Kafka use the task setting BeforeImageSettings.";
M312 Error "The mask is not one character"
"digits-mask takes one printable ASCII character, not a blank.";
M313 Error "The mask comes before the change of type"
"The type of a masked column must change before the mask: its rule comes first, with the lower rule-id.";
M314 Error "This mask breaks a key"
"Only hash-mask may be used on columns of a primary key.";
M315 Error "The mask does not go with the type"
"digits-mask and hash-mask take texts; digits-randomize takes texts, whole numbers and numerics. The task's DataMaskingErrorPolicy decides what happens.";
M316 Error "Wildcard in the locator's data-type"
"data-type is an exact type.";
M317 Error "Tablespaces need their own locator"
"table-tablespace rules name table-tablespace-name, index-tablespace rules index-tablespace-name, never both, on Oracle.";
M318 Warning "Such names can't be transformed"
"Names with # \\ / - or in scripts from right to left can't be transformed.";
M319 Warning "The expression has no effect"
"Expressions belong to add-column (and, by the guide, to rename).";
M320 Note "Both include-column and remove-column"
"include-column drops every column that no such rule names; remove-column then has little left to do.";
M321 Error "The expression does not parse"
"Quotes in expressions are straight: 'x'. Parentheses and quotes must close.";
M322 Warning "Unknown name in the expression"
"The function or the $AR_… variable is not in the documentation.";
M324 Warning "One new name for many objects"
"A rename with a pattern gives every match the same name: they collide on the target.";
M325 Note "A type beside a column's name"
"data-type in a locator is recommended only with the column-name %.";
M326 Note "Ambiguous: not documented for this target"
"AWS publishes no table of actions and targets. That this action works on this target follows from the general wording only; try it before you rely on it.";
M327 Note "Ambiguous: operators in an expression"
"The guide says that expressions know no operators, yet its own examples use || and CASE. Try others before you rely on them.";
M328 Error "Two rules add one column"
"The new name must not be that of another column of the table; names that differ only by case count as the same.";
M329 Note "Before-images of LOBs are empty"
"LOB columns get a before-image column that never holds anything. column-filter non-lob leaves them out.";
M330 Warning "The hash does not fit the column"
"hash-mask writes 64 characters: the column on the target needs as many. A change-data-type with the length 64 or more, before the mask, makes it so.";
M331 Note "The variable is empty here"
"$AR_H_USER is known for SQL Server and Oracle sources only.";
M333 Warning "A rule on a column that is left out"
"Another rule leaves the column out: this one has nothing to do.";
M334 Note "Ambiguous: whether both rules count"
"The documentation does not say whether a structural action (a primary key, include-column) counts as the one action on its object beside another. Here both are applied.";
M401 Error "Wildcard in table-settings"
"DMS says \"Exact schema and table name required when using table settings rule\".";
M402 Error "Unknown type of parallel load"
"The types are none, partitions-auto, subpartitions-auto, partitions-list and ranges. There is no subpartitions-list: it is partitions-list with subpartitions.";
M403 Error "ranges needs columns and boundaries"
"One to ten columns, the most significant first, and boundaries for them.";
M404 Error "A boundary does not fit the columns"
"Each boundary has one value for each column.";
M405 Error "The boundaries don't ascend"
"Boundaries are upper bounds in ascending order; a segment between turned ones is empty or overlaps.";
M406 Error "partitions-list without partitions"
"partitions-list names partitions, or subpartitions on Oracle.";
M407 Warning "The key does not belong to this type of load"
"DMS ignores it: leave it out, or choose the type of parallel load that it belongs to.";
M408 Warning "Parallel load is not supported here"
"Sources: Oracle, SQL Server, MySQL, PostgreSQL (ranges only), Db2 LUW, SAP ASE, MongoDB, DocumentDB. Targets: Oracle, SQL Server, MySQL, PostgreSQL, S3, SAP ASE, Redshift, MongoDB, DocumentDB, Db2 LUW.";
M409 Error "Limited LOBs without a size"
"lob-settings of mode limited (the default) need a bulk-max-size above 0, in KB; larger LOBs are cut.";
M410 Warning "LOB settings are not supported here"
"Sources: Oracle, SQL Server, MySQL, PostgreSQL, Db2, SAP ASE. Targets: Oracle, SQL Server, MySQL, PostgreSQL, SAP ASE.";
M411 Warning "LOB settings for a table without a key"
"LOB columns are looked up by primary key; without one they are not loaded this way.";
M412 Warning "LOBs will be cut"
"bulk-max-size is below the largest LOB that the catalogue has for the table.";
M413 Warning "The rule sets nothing"
"A table-settings rule has parallel-load, lob-settings, or both.";
M415 Warning "Two table-settings rules for one table"
"Which of them counts is not documented. Say it in one rule.";
M416 Error "The column can't bound ranges"
"Range columns must exist and may not be floating-point numbers or LOBs.";
M417 Error "Subpartitions are Oracle's, and stand apart"
"subpartitions and subpartitions-auto are for Oracle sources, and must not repeat what partitions names: rows would be loaded twice.";
M418 Warning "A bulk size beside unlimited LOBs"
"A size above 0 with mode unlimited is for Db2 sources and SAP ASE only.";
M420 Warning "Rows with NULL are not loaded"
"A row with NULL in a column of the ranges belongs to no segment: DMS does not load it.";
M421 Error "A partition is listed twice"
"Its rows would be loaded twice.";
M422 Note "More segments than load at a time"
"At most MaxFullLoadSubTasks (49 at the most) segments load at a time; the others wait.";
M423 Note "LOB settings without LOBs"
"The table has no LOB columns: the settings do nothing.";
M501 Error "Unknown partition-key-type"
"The types are schema-table, transaction-id, primary-key, constant and attribute-name.";
M502 Error "The attribute mapping is incomplete"
"Each needs target-attribute-name, attribute-type (scalar or document), attribute-sub-type and value.";
M503 Error "The partition key is not named"
"constant and attribute-name need partition-key with a value; DynamoDB needs partition-key-name.";
M504 Warning "Two rules of this type for one object"
"Of two S3 tag rules with one locator the first is used; for object mappings and validation functions it is not documented.";
M505 Error "The tag set does not hold"
"tag-set is a list of 1 to 10 keys with values.";
M506 Warning "Unknown placeholder"
"Tags know ${schema-name} and ${table-name}, validation functions ${column-name}.";
M507 Error "The validation function is missing"
"source-function and target-function are both needed.";
M508 Warning "The validation function has no effect"
"Functions on columns of the primary key are ignored.";
M509 Warning "The validation rule is about a masked column"
"Masked columns are left out of data validation: the function is never used.";
M511 Warning "The function does not use the column"
"source-function and target-function work on the column by ${column-name}.";
M601 Error "No table is selected"
"No table of the catalogue is taken. At run time the task would fail with \"no tables were found at task initialization\".";
M602 Warning "The rule matches nothing"
"No object of the catalogue matches the rule's locator. Names are case-sensitive unless the source is not. Where it masks a column that its table does not have, it is an error.";
M603 Error "Two tables end on one name"
"Two source tables can't go to one target table.";
M604 Error "Two columns end on one name"
"Two columns of a table have the same name on the target; names that differ only by case count as the same.";
M605 Warning "Two names differ only by case"
"On a target that ignores case the two are one.";
M606 Warning "Ambiguous: the new name is too long"
"The name is longer than the target's engine allows; what DMS does then is not documented.";
M607 Error "Ambiguous: a name becomes empty"
"Taking the affix away leaves nothing; what DMS does then is not documented.";
M608 Warning "The primary key is left out"
"Without its key column the table has no key on the target: updates, deletes, LOBs and validation need one.";
M609 Warning "An underscore matches more than itself"
"_ stands for any one character: the pattern also takes tables that it does not spell.";
M610 Warning "The column does not exist"
"The table has no such column; names are case-sensitive unless the source is not.";
M611 Error "Filter on a LOB column"
"Filters don't work on LOB columns.";
M612 Error "The new key has a column that is left out"
"define-primary-key names a column that another rule removes.";
M613 Warning "LOB columns can't be transformed"
"Of a LOB column the only transformation is to remove it.";
M614 Warning "operation_indicator needs a primary key"
"The function turns deletes into flagged rows, which DMS finds by the primary key on both sides.";
T101 Warning "Two tasks carry the same tables"
"Tasks with change capture on the same tables apply every change twice when they run together. Start one after the other, or split the tables.";
T102 Error "A table would be loaded onto itself"
"Source and target are one database, and the mappings give the table no other name: DMS does not support that, and it can destroy the table.";
}
